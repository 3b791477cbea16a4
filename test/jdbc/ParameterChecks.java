/*
 * ParameterChecks.java
 *    Every way of setting the parameters of a prepared statement.
 */
import java.math.BigDecimal;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicInteger;

import org.postgresql.util.PGInterval;

final class ParameterChecks extends Checks {
    private static final String NINTH = "2d14:48:36.913579";
    private static final String PERIOD = "[2026-01-05 00:00+00,2026-01-15 00:00+00)";
    private static final String WEEKS = "[2026-01-05 00:00+00,2026-01-19 00:00+00)";

    ParameterChecks(Session session) {
        super(session);
    }

    @Override
    void run() throws SQLException {
        for (String aggregate : new String[] {"lead_time", "cycle_time", "time_to_restore"}) {
            fractionsOf(aggregate);
        }
        durations();
        changingTypes();
        levels();
        calls();
        spans();
        frequencies();
        if (mode == Session.Mode.UNSPECIFIED) {
            untyped();
        }
    }

    private void fractionsOf(String aggregate) {
        String median = "1d02:03:04.567891";
        String greatest = "3d00:00:00.000001";
        String one = fromRed(aggregate + "(committed_at, deployed_at, ?)");
        String several = fromRed(aggregate + "(committed_at, deployed_at, " + arrayParameter() + ")");
        String cast = fromRed(aggregate + "(committed_at, deployed_at, ?::float8[])");

        repeat(aggregate + ": setDouble", NINTH, one, s -> s.setDouble(1, 0.9));
        repeat(aggregate + ": setObject(BigDecimal)", NINTH, one, s -> s.setObject(1, new BigDecimal("0.9")));
        repeat(aggregate + ": setString", NINTH, one, s -> s.setString(1, "0.9"));
        repeat(aggregate + ": setInt", greatest, one, s -> s.setInt(1, 1));
        repeat(aggregate + ": setLong", greatest, one, s -> s.setLong(1, 1));
        repeat(aggregate + ": setFloat", median, one, s -> s.setFloat(1, 0.5f));
        repeat(aggregate + ": setNull(DOUBLE)", "NULL", one, s -> s.setNull(1, Types.DOUBLE));
        repeat(aggregate + ": setNull(NUMERIC)", "NULL", one, s -> s.setNull(1, Types.NUMERIC));
        repeat(aggregate + ": setNull(VARCHAR)", "NULL", one, s -> s.setNull(1, Types.VARCHAR));
        repeat(aggregate + ": setNull(NULL)", "NULL", one, s -> s.setNull(1, Types.NULL));
        repeat(aggregate + ": setNull(OTHER)", "NULL", one, s -> s.setNull(1, Types.OTHER));
        repeat(aggregate + ": setObject(null)", "NULL", one, s -> s.setObject(1, null));
        repeat(aggregate + ": setArray(float8), cast", "{" + median + "," + NINTH + "}", cast, fractions(0.5, 0.9));
        repeat(aggregate + ": setArray(float8)", "{" + median + "," + NINTH + "}", several, fractions(0.5, 0.9));
        repeat(aggregate + ": setArray(numeric)", "{" + NINTH + "}", several,
            s -> s.setArray(1, connection.createArrayOf("numeric", new BigDecimal[] {new BigDecimal("0.9")})));
        repeat(aggregate + ": setObject(double[])", "{" + NINTH + "}", several,
            s -> s.setObject(1, new double[] {0.9}));
        repeat(aggregate + ": setArray with NULL", "{NULL," + greatest + "}", several, fractions(null, 1.0));
    }

    private void durations() {
        String one = select("duration_percentile(duration, ?) FROM " + SERVICE);
        String several = select("duration_percentile(duration, " + arrayParameter() + ") FROM " + SERVICE);
        String hours = select("hours(?)");

        repeat("duration_percentile: setDouble", "90d00:00:00.000000", one, s -> s.setDouble(1, 1));
        repeat("duration_percentile: setString", "90d00:00:00.000000", one, s -> s.setString(1, "1"));
        repeat("duration_percentile: setNull(OTHER)", "NULL", one, s -> s.setNull(1, Types.OTHER));
        repeat("duration_percentile: setArray", "{0d00:30:00.000000}", several, fractions(0.0));
        repeat("duration_percentile: the duration itself", "0d12:00:00.000000",
            select("duration_percentile(?, ?)"), s -> {
                s.setObject(1, new PGInterval("12 hours"));
                s.setDouble(2, 0.5);
            });
        repeat("hours: setObject(PGInterval)", "26.5", hours,
            s -> s.setObject(1, new PGInterval("1 day 2 hours 30 minutes")));
        repeat("hours: setNull(OTHER)", "NULL", hours, s -> s.setNull(1, Types.OTHER));
    }

    /* One statement object whose parameter has now this type, now that. */
    private void changingTypes() {
        String sql = fromRed("lead_time(committed_at, deployed_at, ?)");
        AtomicInteger turn = new AtomicInteger();
        Setter[] setters = {
            s -> s.setDouble(1, 0.9),
            s -> s.setString(1, "0.9"),
            s -> s.setBigDecimal(1, new BigDecimal("0.9"))
        };

        repeat("one statement, the type of its parameter changing", NINTH, 2 * EXECUTIONS, sql,
            s -> setters[turn.getAndIncrement() % setters.length].set(s));
        if (mode != Session.Mode.SIMPLE) {
            /* the driver always describes by the extended protocol */
            checkHere("parameter described before it has a type", Types.VARCHAR, () -> {
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    return statement.getParameterMetaData().getParameterType(1);
                }
            });
        }
    }

    private void levels() {
        level("setString metric and benchmark, setDouble value", "high", "change_failure_rate",
            s -> s.setDouble(2, 0.1), "standard");
        level("setObject(BigDecimal) value", "high", "change_failure_rate",
            s -> s.setObject(2, new BigDecimal("0.15")));
        level("setInt value", "elite", "deployment_frequency", s -> s.setInt(2, 2));
        level("setObject(PGInterval) value", "medium", "lead_time",
            s -> s.setObject(2, new PGInterval("20 days")), "2021");
        level("setString duration", "high", "lead_time", s -> s.setString(2, "2 days"), "2022");
        level("setString ratio", "medium", "change_failure_rate", s -> s.setString(2, "0.12"), "2023");
        level("setString percentage", "elite", "change_failure_rate", s -> s.setString(2, "5%"));
        level("setNull(OTHER) value", "NULL", "lead_time", s -> s.setNull(2, Types.OTHER));
        level("setNull(DOUBLE) value", "NULL", "lead_time", s -> s.setNull(2, Types.DOUBLE));
        repeat("dora_level: setNull(NULL) value and benchmark", "NULL", select("dora_level(?, ?, ?)"), s -> {
            s.setString(1, "lead_time");
            s.setNull(2, Types.NULL);
            s.setNull(3, Types.NULL);
        });
        repeat("dora_level: everything setObject(null)", "NULL", select("dora_level(?, ?, ?)"), s -> {
            s.setObject(1, null);
            s.setObject(2, null);
            s.setObject(3, null);
        });
        repeat("dora_level: benchmark by name", "high",
            select("dora_level(metric => ?, value => ?, benchmark => ?)"), s -> {
                s.setString(1, "lead_time");
                s.setObject(2, new PGInterval("1 day"));
                s.setString(3, "2024");
            });
    }

    /* dora_level of a metric and a value, which is parameter 2 */
    private void level(String name, String expected, String metric, Setter value) {
        repeat("dora_level: " + name, expected, select("dora_level(?, ?)"), s -> {
            s.setString(1, metric);
            value.set(s);
        });
    }

    private void level(String name, String expected, String metric, Setter value, String benchmark) {
        repeat("dora_level: " + name, expected, select("dora_level(?, ?, ?)"), s -> {
            s.setString(1, metric);
            value.set(s);
            s.setString(3, benchmark);
        });
    }

    private void calls() {
        if (mode == Session.Mode.SIMPLE) {
            /* here the driver itself cannot call a function with a result */
            return;
        }
        checkHere("dora_level: called as a function", "high", () -> {
            try (CallableStatement call = connection.prepareCall("{? = call " + prefix + "dora_level(?, ?)}")) {
                call.registerOutParameter(1, Types.VARCHAR);
                call.setString(2, "lead_time");
                call.setObject(3, new PGInterval("2 days"));
                call.execute();
                return call.getString(1);
            }
        });
        checkHere("level_name: called as a function", "Apply", () -> {
            try (CallableStatement call = connection.prepareCall("{? = call " + prefix + "level_name(?)}")) {
                call.registerOutParameter(1, Types.VARCHAR);
                call.setObject(2, "3", Types.OTHER);
                call.execute();
                return call.getString(1);
            }
        });
        checkHere("hours: called as a function", "1.5", () -> {
            try (CallableStatement call = connection.prepareCall("{? = call " + prefix + "hours(?)}")) {
                call.registerOutParameter(1, Types.DOUBLE);
                call.setObject(2, new PGInterval("1 hour 30 minutes"));
                call.execute();
                return call.getDouble(1);
            }
        });
    }

    private void spans() {
        String fault = select("span_fault(?, ?)");
        OffsetDateTime early = at("2026-01-05T08:00+05:00");
        OffsetDateTime late = at("2026-01-05T04:00+00:00");

        repeat("span_fault: setObject(OffsetDateTime)", "NULL", fault, s -> {
            s.setObject(1, early);
            s.setObject(2, late);
        });
        repeat("span_fault: negative", "negative", fault, s -> {
            s.setObject(1, late);
            s.setObject(2, early);
        });
        repeat("span_fault: setTimestamp", "negative", fault, s -> {
            s.setTimestamp(1, Timestamp.from(late.toInstant()));
            s.setTimestamp(2, Timestamp.from(early.toInstant()));
        });
        repeat("span_fault: setNull(TIMESTAMP_WITH_TIMEZONE)", "missing start", fault, s -> {
            s.setNull(1, Types.TIMESTAMP_WITH_TIMEZONE);
            s.setObject(2, late);
        });
        repeat("span_fault: setNull(OTHER)", "missing finish", fault, s -> {
            s.setObject(1, late);
            s.setNull(2, Types.OTHER);
        });
        repeat("span_fault: OffsetDateTime.MAX", "infinite", fault, s -> {
            s.setObject(1, late);
            s.setObject(2, OffsetDateTime.MAX);
        });
        repeat("lead_time: both times as parameters", "0d01:00:00.000000", select("lead_time(?, ?)"), s -> {
            s.setObject(1, early);
            s.setObject(2, late);
        });
    }

    private void frequencies() {
        String rate = "deployment_frequency(deployed_at, ?::tstzrange)";
        String days = fromRed("deployment_days_per_week(deployed_at, ?::tstzrange, ?)");
        String failures = select("change_failure_rate(?)");

        /* 5 in 10 days; empty weeks and the zone's Mondays in the others */
        repeat("deployment_frequency: period as a string", "0.5", fromRed(rate), s -> s.setString(1, PERIOD));
        repeat("deployment_frequency: period that is NULL", "NULL", fromRed(rate), s -> s.setNull(1, Types.VARCHAR));
        repeat("deployment_frequency: period as a PGobject", "0.5",
            fromRed("deployment_frequency(deployed_at, ?)"), s -> s.setObject(1, typed("tstzrange", PERIOD)));
        repeat("deployment_frequency: ends as OffsetDateTime", "0.5",
            fromRed("deployment_frequency(deployed_at, tstzrange(?, ?))"), s -> {
                s.setObject(1, at("2026-01-05T00:00Z"));
                s.setObject(2, at("2026-01-15T00:00Z"));
            });
        repeat("deployment_frequency: rows without a time", "0.0", fromTeam("blue", rate),
            s -> s.setString(1, PERIOD));
        repeat("deployment_frequency: no row", "NULL", fromTeam("none", rate), s -> s.setString(1, PERIOD));
        repeat("deployment_days_per_week: zone as a string", "2.5", days, s -> {
            s.setString(1, WEEKS);
            s.setString(2, "UTC");
        });
        repeat("deployment_days_per_week: zone with another Monday", "2.0", days, s -> {
            s.setString(1, WEEKS);
            s.setString(2, "Pacific/Auckland");
        });
        repeat("deployment_days_per_week: zone that is NULL", "NULL", days, s -> {
            s.setString(1, WEEKS);
            s.setNull(2, Types.OTHER);
        });
        repeat("change_failure_rate: setBoolean", "1.0", failures, s -> s.setBoolean(1, true));
        repeat("change_failure_rate: setNull(OTHER)", "NULL", failures, s -> s.setNull(1, Types.OTHER));
    }

    /* Strings that the driver leaves untyped also do without the casts. */
    private void untyped() {
        repeat("deployment_frequency: period as an untyped string", "0.5",
            fromRed("deployment_frequency(deployed_at, ?)"), s -> s.setString(1, PERIOD));
        repeat("hours: untyped string", "26.5", select("hours(?)"), s -> s.setString(1, "1 day 02:30"));
        repeat("span_fault: untyped strings", "negative", select("span_fault(?, ?)"), s -> {
            s.setString(1, "2026-01-05 10:00Z");
            s.setString(2, "2026-01-05 09:00Z");
        });
    }
}
