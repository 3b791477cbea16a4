/*
 * CalendarChecks.java
 *    Working calendars and SLA clocks: as parameters, in columns and COPY, as
 *    records, and their errors.
 */
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

final class CalendarChecks extends Checks {
    private static final String OFFICE = "TZ=Europe/Paris; Mo-Fr 09:00-12:00,13:00-18:00";
    private static final String TICKET = SCHEMA + ".ticket";
    private static final OffsetDateTime MONDAY = at("2026-01-05T10:00:00+01:00");
    private static final OffsetDateTime TUESDAY = at("2026-01-06T10:00:00+01:00");

    CalendarChecks(Session session) {
        super(session);
    }

    @Override
    void run() {
        values();
        arithmetic();
        clocks();
        columns();
        names();
        errors();
    }

    /* An expression of type timestamptz, shown alike in every zone. */
    private String utc(String expression) {
        return "SELECT (" + prefix + expression + " AT TIME ZONE 'UTC')::text";
    }

    private void values() {
        String normal = "TZ=Europe/Paris; Mo-Fr 09:00-17:00";

        check("calendar: type and value of the result", "work_calendar " + normal,
            () -> first("SELECT '" + normal + "'::delivery.work_calendar AS hours", rows ->
                rows.getMetaData().getColumnTypeName(1).replace("\"", "").replace("delivery.", "") + " " + rows.getString(1)));
        repeat("calendar: cast string", normal, "SELECT ?::delivery.work_calendar",
            s -> s.setString(1, "tz=europe/paris; mo-fr 9:00-17:00"));
        repeat("calendar: PGobject", normal, "SELECT ?::delivery.work_calendar",
            s -> s.setObject(1, typed("delivery.work_calendar", "TZ=Europe/Paris;Mo,Tu,We,Th,Fr 09:00-17:00")));
        repeat("calendar: array", "{Mo 00:00-24:00,24/7}", "SELECT ?::text[]::delivery.work_calendar[]::text[]",
            s -> s.setArray(1, connection.createArrayOf("text", new String[] {"mo", "00:00-24:00"})));
        repeat("calendar: NULL", "NULL", "SELECT ?::delivery.work_calendar", s -> s.setNull(1, Types.OTHER));
    }

    private void arithmetic() {
        repeat("working_time", "0d08:00:00.000000", select("working_time(?, ?, ?)"), s -> {
            s.setObject(1, typed("delivery.work_calendar", OFFICE));
            s.setObject(2, MONDAY);
            s.setObject(3, TUESDAY);
        });
        repeat("working_time: hours, however many, and never days", "0d40:00:00.000000 40.0",
            "SELECT w, " + prefix + "hours(w) FROM " + prefix + "working_time(?::delivery.work_calendar, ?, ?) AS w", s -> {
                s.setString(1, OFFICE);
                s.setObject(2, MONDAY);
                s.setObject(3, MONDAY.plusDays(7));
            });
        repeat("add_working_time: hours", "2026-01-06 09:00:00", utc("add_working_time(?::delivery.work_calendar, ?, ?)"), s -> {
            s.setString(1, OFFICE);
            s.setObject(2, MONDAY);
            s.setObject(3, new PGInterval("8 hours"));
        });
        repeat("add_working_time: dates", "2026-01-12 09:00:00", utc("add_working_time(?::delivery.work_calendar, ?, ?)"), s -> {
            s.setString(1, OFFICE);
            s.setObject(2, at("2026-01-09T10:00:00+01:00"));
            s.setObject(3, new PGInterval("1 day"));
        });
        repeat("add_working_time: untyped NULL", "NULL", select("add_working_time(?, ?, ?)"), s -> {
            s.setNull(1, Types.OTHER);
            s.setNull(2, Types.OTHER);
            s.setNull(3, Types.OTHER);
        });
        repeat("is_working", "true false", "SELECT " + prefix + "is_working(?::delivery.work_calendar, ?), "
            + prefix + "is_working('24/7; PH off'::delivery.work_calendar, NULL) IS NOT NULL", s -> {
                s.setString(1, OFFICE);
                s.setObject(2, MONDAY);
            });
        repeat("next_opening", "2026-01-05 12:00:00", utc("next_opening(?::delivery.work_calendar, ?)"), s -> {
            s.setString(1, OFFICE);
            s.setObject(2, MONDAY);
        });
        repeat("with_holidays", "PH=2026-12-25; 24/7; PH off", select("with_holidays('24/7; PH off', ?::date[])"),
            s -> s.setString(1, "{2026-12-25}"));
    }

    private void clocks() {
        String arguments = "(?::timestamptz, ?::timestamptz, ?::interval, ?::delivery.work_calendar, ?::tstzmultirange, ?::timestamptz)";
        Setter overdue = s -> {
            s.setObject(1, MONDAY);
            s.setNull(2, Types.TIMESTAMP_WITH_TIMEZONE);
            s.setObject(3, new PGInterval("4 hours"));
            s.setString(4, OFFICE);
            s.setString(5, "{[2026-01-05 11:00+01,2026-01-05 11:30+01)}");
            s.setObject(6, TUESDAY);
        };

        repeat("sla_due", "2026-01-05 14:30:00", utc("sla_due(?, ?, ?::delivery.work_calendar, ?::tstzmultirange)"), s -> {
            s.setObject(1, MONDAY);
            s.setObject(2, new PGInterval("4 hours"));
            s.setString(3, OFFICE);
            s.setString(4, "{[2026-01-05 11:00+01,2026-01-05 11:30+01)}");
        });
        repeat("sla_elapsed", "0d07:30:00.000000",
            select("sla_elapsed(?::timestamptz, ?::timestamptz, ?::delivery.work_calendar, ?::tstzmultirange, ?::timestamptz)"), s -> {
                s.setObject(1, MONDAY);
                s.setNull(2, Types.TIMESTAMP_WITH_TIMEZONE);
                s.setString(3, OFFICE);
                s.setString(4, "{[2026-01-05 11:00+01,2026-01-05 11:30+01)}");
                s.setObject(5, TUESDAY);
            });
        repeat("sla_remaining", "0d-3:-30:00.000000", select("sla_remaining" + arguments), overdue);
        repeat("sla_breach", "true", select("sla_breach" + arguments), overdue);
        repeat("sla_status", "breached", select("sla_status" + arguments), overdue);
        repeat("sla_clock: columns", "2026-01-05 14:30:00 0d07:30:00.000000 1.875 0d00:30:00.000000 true 2026-01-05 14:30:00 breached",
            "SELECT (due_at AT TIME ZONE 'UTC')::text, elapsed, fraction, paused_for, breached, (breached_at AT TIME ZONE 'UTC')::text, status FROM "
            + prefix + "sla_clock" + arguments, overdue);
        repeat("sla_clock: of a record", "true breached",
            "SELECT (c).breached, (c).status FROM (SELECT " + prefix + "sla_clock" + arguments + " AS c) AS clock", overdue);
        repeat("sla_explain", "counted 0d01:00:00.000000, paused 0d01:00:00.000000, counted 0d01:30:00.000000, closed 0d01:30:00.000000,"
            + " counted 0d06:30:00.000000, closed 0d06:30:00.000000, counted 0d07:30:00.000000",
            "SELECT kind, running FROM " + prefix + "sla_explain" + arguments + " ORDER BY segment", overdue);
        repeat("sla_status: named arguments", "at_risk",
            select("sla_status(opened_at => ?, stopped_at => NULL, target => ?, as_of => ?, at_risk_fraction => ?)"), s -> {
                s.setObject(1, MONDAY);
                s.setObject(2, new PGInterval("10 hours"));
                s.setObject(3, MONDAY.plusHours(5));
                s.setDouble(4, 0.5);
            });
        repeat("sla_breach: as of now", "true", select("sla_breach(?, NULL, ?)"), s -> {
            s.setObject(1, MONDAY);
            s.setObject(2, new PGInterval("1 hour"));
        });
        query("sla_attainment", "0.75 0.25", "SELECT " + prefix + "sla_attainment(b), " + prefix
            + "sla_breach_rate(b) FROM (VALUES (true), (false), (NULL), (false), (false)) AS v (b)");
        repeat("sla_breach_probability", "0.5", select("sla_breach_probability(?, ?, ?::interval[])"), s -> {
            s.setObject(1, new PGInterval("2 hours"));
            s.setObject(2, new PGInterval("8 hours"));
            s.setString(3, "{1:00,3:00,9:00}");
        });
    }

    /* A table with a calendar and a due instant, written in a batch and read by COPY. */
    private void columns() {
        check("generated due instants of a batch", "2026-01-05T15:00Z 2026-01-06T09:00Z", () -> withTickets(() -> {
            List<String> due = new ArrayList<>();

            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT due_at FROM " + TICKET + " ORDER BY due_at")) {
                while (rows.next()) {
                    due.add(rows.getObject(1, OffsetDateTime.class).withOffsetSameInstant(ZoneOffset.UTC).toString());
                }
            }
            return String.join(" ", due);
        }));
        check("insert of String, Object, PGobject, in order, without duplicates", "24/7, Mo-Fr 09:00-17:00", () -> withTickets(() -> {
            execute("TRUNCATE " + TICKET);
            Setter[] values = {s -> s.setString(1, "mo-fr 9:00-17:00"), s -> s.setObject(1, "24/7"), s -> s.setObject(1, "Mo-Su", Types.VARCHAR),
                s -> s.setObject(1, typed("delivery.work_calendar", "Mo-Fr 09:00-17:00"))};
            for (Setter value : values) {
                try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + TICKET + " (hours) VALUES (?)")) {
                    value.set(insert);
                    insert.executeUpdate();
                }
            }
            execute("CREATE INDEX ON " + TICKET + " (hours)");
            return rows("SELECT DISTINCT hours FROM " + TICKET + " ORDER BY hours");
        }));
        check("COPY binary of the bytes of text", "22P03", () -> withTickets(() -> {
            try {
                byte[] bytes = "PGCOPY\n?\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\00424/7??".getBytes(StandardCharsets.ISO_8859_1);

                bytes[7] = bytes[bytes.length - 2] = bytes[bytes.length - 1] = (byte) 0xff;
                connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + TICKET + " (hours) FROM STDIN (FORMAT binary)", new ByteArrayInputStream(bytes));
                return "no error";
            } catch (SQLException error) {
                return error.getSQLState();
            }
        }));
        for (String format : new String[] {"text", "csv", "binary"}) {
            check("COPY " + format + " out and in", "2 2", () -> withTickets(() -> {
                CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();

                copy.copyOut("COPY " + TICKET + " (opened_at, target, hours) TO STDOUT (FORMAT " + format + ")", bytes);
                execute("CREATE TEMP TABLE copied (LIKE " + TICKET + ") ON COMMIT DROP");
                copy.copyIn("COPY copied (opened_at, target, hours) FROM STDIN (FORMAT " + format + ")",
                    new ByteArrayInputStream(bytes.toByteArray()));
                return rows("SELECT count(*), count(copied.hours) FILTER (WHERE copied.hours OPERATOR(delivery.=) ticket.hours)"
                    + " FROM copied JOIN " + TICKET + " AS ticket USING (opened_at, target)");
            }));
        }
        check("COPY of text that is no calendar", "22P02", () -> withTickets(() -> {
            try {
                connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + TICKET + " (hours) FROM STDIN",
                    new ByteArrayInputStream("Mo-Fr 9-17\n".getBytes(StandardCharsets.UTF_8)));
                return "no error";
            } catch (SQLException error) {
                return error.getSQLState();
            }
        }));
    }

    private Object withTickets(Body body) throws Exception {
        return rolledBack(() -> {
            execute("CREATE TABLE " + TICKET + " (opened_at timestamptz, target interval, hours delivery.work_calendar,"
                + " due_at timestamptz GENERATED ALWAYS AS (delivery.sla_due(opened_at, target, '" + OFFICE + "')) STORED)");
            execute("CREATE INDEX ON " + TICKET + " (due_at)");
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO " + TICKET + " (opened_at, target, hours) VALUES (?, ?, ?::delivery.work_calendar)")) {
                for (int hours = 8; hours > 0; hours -= 4) {
                    insert.setObject(1, hours == 8 ? MONDAY : MONDAY.plusHours(1));
                    insert.setObject(2, new PGInterval(hours + " hours"));
                    insert.setString(3, hours == 8 ? "24/7" : OFFICE);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            return body.run();
        });
    }

    private void names() {
        check("named calendar: a change is seen by a prepared statement, gone after rollback", "42704 0d01:00:00.000000 0d08:00:00.000000 42704", () -> {
            List<String> seen = new ArrayList<>();

            try (PreparedStatement statement = connection.prepareStatement(
                    select("working_time(delivery.calendar(?), '2026-01-05 00:00+00', '2026-01-06 00:00+00')"))) {
                seen.add(named(statement));
                rolledBack(() -> {
                    execute("INSERT INTO delivery.calendar (name, calendar) VALUES ('jdbc test', 'Mo 09:00-10:00')");
                    seen.add(named(statement));
                    execute("UPDATE delivery.calendar SET calendar = 'Mo 09:00-17:00' WHERE name = 'jdbc test'");
                    return seen.add(named(statement));
                });
                seen.add(named(statement));
            }
            return String.join(" ", seen);
        });
        check("columns of delivery.calendar", "name, calendar, description", () -> {
            List<String> columns = new ArrayList<>();

            try (ResultSet rows = connection.getMetaData().getColumns(null, "delivery", "calendar", null)) {
                while (rows.next()) {
                    columns.add(rows.getString("COLUMN_NAME") + (Values.isEmpty(rows.getString("REMARKS")) ? " without remark" : ""));
                }
            }
            return String.join(", ", columns);
        });
    }

    private static String named(PreparedStatement statement) throws SQLException {
        return outcomes(statement, EXECUTIONS, s -> s.setString(1, "jdbc test"), SQLException::getSQLState);
    }

    private void errors() {
        Setter none = s -> { };

        check("text that is no calendar: where, and what to write",
            "22P02 Position 7, at \"9-17\". Write hours as 09:00-17:00, or several as 09:00-12:00,13:00-18:00.", () -> {
                try (PreparedStatement statement = connection.prepareStatement("SELECT ?::delivery.work_calendar")) {
                    statement.setString(1, "Mo-Fr 9-17");
                    statement.executeQuery();
                    return "no error";
                } catch (PSQLException error) {
                    ServerErrorMessage message = error.getServerErrorMessage();

                    return error.getSQLState() + " " + message.getDetail() + " " + message.getHint();
                }
            });
        refuse("unknown zone", "22P02", "SELECT ?::delivery.work_calendar", s -> s.setString(1, "TZ=Mars/Phobos; 24/7"));
        refuse("holidays not bound", "22023", select("is_working('24/7; PH off', now())"), none);
        refuse("target with months", "22023", select("sla_due(now(), ?)"), s -> s.setObject(1, new PGInterval("1 month")));
        refuse("negative target", "22023", select("sla_due(now(), ?)"), s -> s.setObject(1, new PGInterval("-1 hour")));
        refuse("unknown name", "42704", "SELECT delivery.calendar(?)", s -> s.setString(1, "nowhere"));
        refuse("unbounded ranges", "22023", select("working_time('24/7', ?::tstzmultirange)"), s -> s.setString(1, "{[2026-01-01,)}"));
        refuse("never reached", "22023", select("add_working_time('off', now(), ?)"), s -> s.setObject(1, new PGInterval("1 hour")));
    }
}
