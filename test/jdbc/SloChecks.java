/*
 * SloChecks.java
 *    Objectives, error budgets, burn rates and alerts: counts of every type as
 *    parameters, records, columns and COPY, and their errors.
 */
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;

import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

final class SloChecks extends Checks {
    private static final String SLO = SCHEMA + ".slo";
    private static final String SLI = SCHEMA + ".sli";
    private static final String PERIOD = "[2026-04-01 00:00+00,2026-05-01 00:00+00)";

    SloChecks(Session session) {
        super(session);
    }

    @Override
    void run() {
        objectives();
        counts();
        time();
        alerts();
        columns();
        stored();
        errors();
    }

    private void objectives() {
        check("objective: type and value of the result", "objective 99.9%",
            () -> first("SELECT '0.999'::delivery.objective AS o", rows ->
                rows.getMetaData().getColumnTypeName(1).replace("\"", "").replace("delivery.", "") + " " + rows.getString(1)));
        repeat("objective: cast string", "99.9% 0.999", "SELECT o, " + prefix + "ratio(o) FROM (SELECT ?::delivery.objective AS o) AS s",
            s -> s.setString(1, "99.9%"));
        repeat("objective: PGobject", "99.95%", "SELECT ?::delivery.objective", s -> s.setObject(1, typed("delivery.objective", "0.9995")));
        repeat("objective: BigDecimal", "99.5%", "SELECT ?::delivery.objective", s -> s.setBigDecimal(1, new BigDecimal("0.9950")));
        repeat("objective: double", "99.9%", "SELECT ?::delivery.objective", s -> s.setDouble(1, 0.999));
        repeat("objective: float", "99.9%", "SELECT ?::delivery.objective", s -> s.setFloat(1, 0.999f));
        repeat("objective: compared with double, float and BigDecimal", "1 2 1",
            "SELECT count(*) FILTER (WHERE o OPERATOR(delivery.=) ?), count(*) FILTER (WHERE o OPERATOR(delivery.>=) ?), count(*) FILTER (WHERE o OPERATOR(delivery.<) ?)"
            + " FROM (VALUES ('99%'::delivery.objective), ('99.9%'), (NULL)) AS v (o)", s -> {
                s.setDouble(1, 0.999);
                s.setFloat(2, 0.99f);
                s.setBigDecimal(3, new BigDecimal("0.999"));
            });
        repeat("objective: NULL", "NULL", "SELECT ?::delivery.objective", s -> s.setNull(1, Types.OTHER));
        repeat("objective: predicate on the ratio", "1", "SELECT count(*) FROM (VALUES ('99%'::delivery.objective), ('99.9%'), (NULL)) AS v (o) WHERE "
            + prefix + "ratio(o) >= ?", s -> s.setBigDecimal(1, new BigDecimal("0.999")));
    }

    /* Each way in which a driver passes a pair of counts and an objective. */
    private void counts() {
        String[] calls = {"error_budget(?, ?, ?)", "error_budget_of(?, ?, ?)"};
        BigDecimal objective = new BigDecimal("0.999");

        for (String call : calls) {
            String fields = "SELECT (b).good, (b).total, (b).bad, (b).allowed, (b).consumed, (b).remaining, (b).exhausted, (b).objective FROM (SELECT "
                + prefix + call + " AS b) AS s";
            String result = "9996 10000 4 10 0.4 0.6 false 99.9%";
            String name = call.substring(0, call.indexOf('('));

            repeat(name + ": int", result, fields, s -> {
                s.setInt(1, 9996);
                s.setInt(2, 10000);
                s.setBigDecimal(3, objective);
            });
            repeat(name + ": long", result, fields, s -> {
                s.setLong(1, 9996);
                s.setLong(2, 10000);
                s.setBigDecimal(3, objective);
            });
            repeat(name + ": short and long", result, fields, s -> {
                s.setShort(1, (short) 9996);
                s.setLong(2, 10000);
                s.setObject(3, typed("delivery.objective", "99.9%"));
            });
            repeat(name + ": BigDecimal", result, fields, s -> {
                s.setBigDecimal(1, new BigDecimal("9996"));
                s.setBigDecimal(2, new BigDecimal("10000.00"));
                s.setBigDecimal(3, objective);
            });
            repeat(name + ": double objective", result, fields, s -> {
                s.setLong(1, 9996);
                s.setLong(2, 10000);
                s.setDouble(3, 0.999);
            });
            repeat(name + ": double counts, float objective", result, fields, s -> {
                s.setDouble(1, 9996);
                s.setObject(2, 10000.0);
                s.setFloat(3, 0.999f);
            });
            repeat(name + ": int and BigDecimal", result, fields, s -> {
                s.setInt(1, 9996);
                s.setBigDecimal(2, new BigDecimal("10000"));
                s.setObject(3, 0.999);
            });
            repeat(name + ": untyped", result, fields, s -> {
                s.setObject(1, "9996", Types.OTHER);
                s.setObject(2, "10000", Types.OTHER);
                s.setObject(3, "99.9%", Types.OTHER);
            });
            repeat(name + ": NULL of each type", "NULL NULL NULL", "SELECT " + prefix + call + ", " + prefix + call + ", " + prefix + call, s -> {
                s.setNull(1, Types.INTEGER);
                s.setInt(2, 1);
                s.setBigDecimal(3, objective);
                s.setNull(4, Types.BIGINT);
                s.setNull(5, Types.NUMERIC);
                s.setNull(6, Types.NUMERIC);
                s.setNull(7, Types.OTHER);
                s.setNull(8, Types.OTHER);
                s.setNull(9, Types.OTHER);
            });
        }
        repeat("burn_rate: long and untyped", "4.0 4.0", "SELECT " + prefix + "burn_rate(?, ?, ?), " + prefix + "burn_rate(?, ?, ?)", s -> {
            s.setLong(1, 9960);
            s.setLong(2, 10000);
            s.setBigDecimal(3, objective);
            s.setObject(4, "9960", Types.OTHER);
            s.setObject(5, "10000", Types.OTHER);
            s.setObject(6, "99.9%", Types.OTHER);
        });
        repeat("burn_rate: double", "4.0 0.0", "SELECT " + prefix + "burn_rate(?, ?, ?), " + prefix + "burn_rate(?, ?)", s -> {
            s.setDouble(1, 9960);
            s.setInt(2, 10000);
            s.setDouble(3, 0.999);
            s.setBoolean(4, true);
            s.setDouble(5, 0.999);
        });
        repeat("error_budget: boolean", "3 4", "SELECT (b).good, (b).total FROM (SELECT " + prefix
            + "error_budget(ok, ?) AS b FROM (VALUES (true), (false), (true), (NULL), (true)) AS v (ok)) AS s", s -> s.setBigDecimal(1, objective));
    }

    private void time() {
        repeat("error_budget: downtime", "2588400000000 2592000000000 3600000000 true",
            "SELECT (b).good, (b).total, (b).bad, (b).exhausted FROM (SELECT " + prefix + "error_budget(?::tstzmultirange, ?::tstzrange, ?) AS b) AS s", s -> {
                s.setString(1, "{[2026-04-10 10:00+00,2026-04-10 11:00+00)}");
                s.setString(2, PERIOD);
                s.setBigDecimal(3, new BigDecimal("0.999"));
            });
        repeat("error_budget: service hours, no downtime", "633600000000 633600000000",
            "SELECT (b).good, (b).total FROM (SELECT " + prefix + "error_budget(?::tstzmultirange, ?::tstzrange, ?, ?::delivery.work_calendar) AS b) AS s", s -> {
                s.setNull(1, Types.OTHER);
                s.setString(2, PERIOD);
                s.setObject(3, typed("delivery.objective", "99.9%"));
                s.setString(4, "Mo-Fr 09:00-17:00");
            });
        repeat("allowed_downtime: interval, range, string", "0d00:43:12.000000 0d00:43:12.000000 0d00:43:12.000000 0d00:43:12.000000",
            "SELECT " + prefix + "allowed_downtime(?, ?), " + prefix + "allowed_downtime('99.9%', ?::tstzrange), "
            + prefix + "allowed_downtime(0.999, ?), " + prefix + "allowed_downtime(0.999, ?)", s -> {
                s.setBigDecimal(1, new BigDecimal("0.999"));
                s.setObject(2, new PGInterval("30 days"));
                s.setString(3, PERIOD);
                s.setString(4, "30 days");
                s.setObject(5, PERIOD, Types.OTHER);
            });
        repeat("time_to_exhaustion", "7d12:00:00.000000", select("time_to_exhaustion(?, ?, ?)"), s -> {
            s.setDouble(1, 0.5);
            s.setDouble(2, 2);
            s.setObject(3, new PGInterval("30 days"));
        });
        repeat("text_chart", "3 6", "SELECT cardinality(lines), max(length(line)) FROM (SELECT string_to_array(" + prefix
            + "text_chart(?::float8[], ?, ?), E'\\n') AS lines) AS s, unnest(lines) AS line GROUP BY lines", s -> {
                s.setArray(1, connection.createArrayOf("float8", new Double[] {1.0, null, 3.0}));
                s.setInt(2, 6);
                s.setInt(3, 3);
            });
    }

    private void alerts() {
        String arguments = "burn_rate_alert(?, ?, ?, ?, ?) AS a) AS s";
        Setter outage = s -> {
            s.setObject(1, at("2026-01-06T23:58Z"));
            s.setLong(2, 9);
            s.setInt(3, 10);
            s.setBigDecimal(4, new BigDecimal("0.999"));
            s.setObject(5, at("2026-01-07T00:00Z"));
        };

        repeat("burn_rate_alert", "page 0d01:00:00.000000 0d00:05:00.000000 14.4 100.0 100.0",
            "SELECT (a).severity, (a).long_window, (a).short_window, (a).threshold, (a).long_burn, (a).short_burn FROM (SELECT " + prefix + arguments, outage);
        repeat("burn_rate_alert: period and min_events", "none 0.23333333333333334", "SELECT (a).severity, (a).threshold FROM (SELECT "
            + prefix + "burn_rate_alert(?, ?, ?, ?, ?, ?, ?) AS a) AS s", s -> {
                outage.set(s);
                s.setObject(6, new PGInterval("7 days"));
                s.setInt(7, 11);
            });
        repeat("burn_rate_alert: doubles", "page 3.36", "SELECT (a).severity, (a).threshold FROM (SELECT "
            + prefix + "burn_rate_alert(?, ?, ?, ?, ?, ?, ?) AS a) AS s", s -> {
                outage.set(s);
                s.setDouble(2, 9);
                s.setDouble(3, 10);
                s.setDouble(4, 0.999);
                s.setObject(6, new PGInterval("7 days"));
                s.setDouble(7, 10);
            });
        repeat("burn_rate: moving window", "0.0, 50.0, 100.0, 50.0", "SELECT " + prefix
            + "burn_rate(good, total, ?) OVER (ORDER BY hour RANGE BETWEEN ?::interval PRECEDING AND CURRENT ROW) FROM (VALUES "
            + "('2026-01-01 00:00+00'::timestamptz, 10, 10), ('2026-01-01 01:00+00', 9, 10), ('2026-01-01 02:00+00', 9, 10), ('2026-01-01 03:00+00', 10, 10)) AS v (hour, good, total) ORDER BY hour", s -> {
                s.setBigDecimal(1, new BigDecimal("0.999"));
                s.setObject(2, new PGInterval("1 hour"));
            });
    }

    /* A table with an objective, written in a batch, joined, and copied. */
    private void columns() {
        check("batch insert of objectives, joined with counts", "a 99.9% 0.4, b 99.5% 0.8", () -> withObjectives(() -> rows(
            "SELECT name, objective, (" + prefix + "error_budget(good, total, objective)).consumed FROM " + SLO + " JOIN " + SLI
            + " USING (name) GROUP BY name, objective ORDER BY name")));
        for (String format : new String[] {"text", "csv", "binary"}) {
            check("COPY " + format + " of objectives out and in", "2 2", () -> withObjectives(() -> {
                CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();

                copy.copyOut("COPY " + SLO + " TO STDOUT (FORMAT " + format + ")", bytes);
                execute("CREATE TEMP TABLE copied (LIKE " + SLO + ") ON COMMIT DROP");
                copy.copyIn("COPY copied FROM STDIN (FORMAT " + format + ")", new ByteArrayInputStream(bytes.toByteArray()));
                return rows("SELECT count(*), count(*) FILTER (WHERE copied.objective OPERATOR(delivery.=) slo.objective)"
                    + " FROM copied JOIN " + SLO + " AS slo USING (name)");
            }));
        }
    }

    /* What drivers send where an objective is stored, without a cast. */
    private void stored() {
        check("insert of String, Object, double, float, BigDecimal, PGobject", "99.9%, 99.9%, 99.9%, 99.9%, 99.9%, 99.9%, 99.9%, NULL", () -> withObjectives(() -> {
            execute("TRUNCATE " + SLO);
            Setter[] values = {s -> s.setString(2, "99.9%"), s -> s.setObject(2, "0.999"), s -> s.setObject(2, "99.9%", Types.VARCHAR), s -> s.setDouble(2, 0.999),
                s -> s.setFloat(2, 0.999f), s -> s.setBigDecimal(2, new BigDecimal("0.999")), s -> s.setObject(2, typed("delivery.objective", "99.9%")),
                s -> s.setNull(2, Types.VARCHAR)};
            for (int i = 0; i < values.length; i++) {
                try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + SLO + " VALUES (?, ?)")) {
                    insert.setString(1, "row " + i);
                    values[i].set(insert);
                    insert.executeUpdate();
                }
            }
            return rows("SELECT objective FROM " + SLO + " ORDER BY name");
        }));
        check("COPY binary of the bytes of text", "22P03 true", () -> withObjectives(() -> {
            try {
                byte[] field = "0.99".getBytes(StandardCharsets.US_ASCII);
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();

                bytes.write(new byte[] {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, (byte) field.length});
                bytes.write(field);
                bytes.write(new byte[] {(byte) 0xff, (byte) 0xff});
                connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + SLO + " (objective) FROM STDIN (FORMAT binary)",
                    new ByteArrayInputStream(bytes.toByteArray()));
                return "no error";
            } catch (PSQLException error) {
                return error.getSQLState() + " " + error.getServerErrorMessage().getHint().contains("as text");
            }
        }));
    }

    private Object withObjectives(Body body) throws Exception {
        return rolledBack(() -> {
            execute("CREATE TABLE " + SLO + " (name text PRIMARY KEY, objective delivery.objective)");
            execute("CREATE TABLE " + SLI + " AS SELECT name, 4998 AS good, 5000::bigint AS total FROM (VALUES ('a'), ('b')) AS v (name), generate_series(1, 2)");
            execute("UPDATE " + SLI + " SET good = 4980 WHERE name = 'b'");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + SLO + " VALUES (?, ?)")) {
                insert.setString(1, "a");
                insert.setBigDecimal(2, new BigDecimal("0.999"));
                insert.addBatch();
                insert.setString(1, "b");
                insert.setBigDecimal(2, new BigDecimal("0.995"));
                insert.addBatch();
                insert.executeBatch();
            }
            return body.run();
        });
    }

    private void errors() {
        check("99.9 without a percent sign: both readings in the hint", "22003 Write 99.9%, or 0.999 as a ratio.", () -> {
            try (PreparedStatement statement = connection.prepareStatement("SELECT ?::delivery.objective")) {
                statement.setBigDecimal(1, new BigDecimal("99.9"));
                statement.executeQuery();
                return "no error";
            } catch (PSQLException error) {
                ServerErrorMessage message = error.getServerErrorMessage();

                return error.getSQLState() + " " + message.getHint();
            }
        });
        refuse("more good events than events", "22023", select("error_budget(?, ?, 0.999)"), s -> {
            s.setInt(1, 2);
            s.setInt(2, 1);
        });
        refuse("a fraction of an event", "22023", select("burn_rate(?, ?, 0.999)"), s -> {
            s.setBigDecimal(1, new BigDecimal("0.5"));
            s.setBigDecimal(2, new BigDecimal("1"));
        });
        refuse("a fraction of an event as double", "22023", select("burn_rate(?, ?, 0.999)"), s -> {
            s.setDouble(1, 0.5);
            s.setInt(2, 1);
        });
        refuse("more events than a double has for sure", "22003", select("burn_rate(?, ?, 0.999)"), s -> {
            s.setInt(1, 1);
            s.setDouble(2, 9007199254740992.0);
        });
        refuse("as_of without end", "22023", select("burn_rate_alert(now(), 1, 1, 0.999, ?::timestamptz)"), s -> s.setString(1, "infinity"));
        refuse("unbounded period", "22023", select("error_budget(NULL::tstzmultirange, ?::tstzrange, 0.999)"), s -> s.setString(1, "[2026-01-01,)"));
        refuse("period with months", "22023", select("allowed_downtime(0.999, ?)"), s -> s.setObject(1, new PGInterval("1 month")));
    }
}
