/*
 * ErrorChecks.java
 *    What is refused, how it is explained, and what follows an error.
 */
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Types;

import org.postgresql.util.PGInterval;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

final class ErrorChecks extends Checks {
    private static final Setter NONE = s -> { };

    private final String fraction = fromRed("lead_time(committed_at, deployed_at, ?)");
    private final String level = select("dora_level(?, ?)");

    ErrorChecks(Session session) {
        super(session);
    }

    @Override
    void run() {
        badFractions();
        badLevels();
        badPeriods();
        afterwards();
    }

    private void badFractions() {
        refuse("fraction above 1", "22003", fraction, s -> s.setDouble(1, 1.5));
        refuse("fraction below 0", "22003", fraction, s -> s.setBigDecimal(1, new BigDecimal("-0.1")));
        refuse("fraction NaN", "22003", fraction, s -> s.setDouble(1, Double.NaN));
        refuse("fraction NaN as a string", "22003", fraction, s -> s.setString(1, "NaN"));
        refuse("fraction 90 as a string", "22003", fraction, s -> s.setString(1, "90"));
        refuse("one of the fractions out of range", "22003",
            fromRed("lead_time(committed_at, deployed_at, " + arrayParameter() + ")"), fractions(0.5, 50.0));
        refuse("fractions where one fraction is meant", "22P02", fraction, s -> s.setString(1, "{0.5,0.9}"));
        refuse("fraction that is no number", "22P02", fraction, s -> s.setString(1, "median"));
        refuse("fraction as a percentage", "22P02", fraction, s -> s.setString(1, "90%"));
        refuse("fraction changing within a group", "22023",
            fromRed("lead_time(committed_at, deployed_at, extract(day FROM deployed_at)::float8 / 31)"), NONE);
        refuse("fractions changing within a group", "22023",
            fromRed("lead_time(committed_at, deployed_at, ARRAY[extract(day FROM deployed_at)::float8 / 31])"), NONE);
        refuse("fraction NaN after a NULL one within a group", "22003",
            select("duration_percentile(interval '1 day', fraction ORDER BY row)")
            + " FROM (VALUES (1, ?::float8), (2, ?::float8)) AS given (row, fraction)", s -> {
                s.setNull(1, Types.DOUBLE);
                s.setDouble(2, Double.NaN);
            });
    }

    private void badLevels() {
        refuse("unknown benchmark", "22023", select("dora_level('lead_time', ?, ?)"), s -> {
            s.setObject(1, new PGInterval("1 hour"));
            s.setString(2, "1999");
        });
        refuseLevel("unknown metric", "22023", "velocity", s -> s.setDouble(2, 0.5));
        refuseLevel("text that is no interval for a duration", "22007", "lead_time", s -> s.setString(2, "soon"));
        refuseLevel("number for a duration", "22023", "lead_time", s -> s.setDouble(2, 24));
        refuseLevel("number as a string for a duration", "22023", "time_to_restore", s -> s.setString(2, "24"));
        refuseLevel("duration for a ratio", "22023", "change_failure_rate",
            s -> s.setObject(2, new PGInterval("1 hour")));
        refuseLevel("text that is no number for a ratio", "22P02", "change_failure_rate",
            s -> s.setString(2, "few"));
        refuseLevel("ratio out of range", "22003", "change_failure_rate", s -> s.setDouble(2, 15));
        refuseLevel("ratio NaN", "22003", "rework_rate", s -> s.setDouble(2, Double.NaN));
        refuseLevel("negative duration", "22003", "lead_time", s -> s.setObject(2, new PGInterval("-1 hour")));
        check("error names the value", true, () -> {
            try (PreparedStatement statement = connection.prepareStatement(level)) {
                statement.setString(1, "velocity");
                statement.setDouble(2, 0.5);
                statement.executeQuery();
                return "no error";
            } catch (PSQLException error) {
                ServerErrorMessage message = error.getServerErrorMessage();

                return message.getMessage().contains("velocity") && message.getDetail().contains("lead_time");
            }
        });
    }

    /* The value is parameter 2. */
    private void refuseLevel(String name, String state, String metric, Setter value) {
        refuse(name, state, level, s -> {
            s.setString(1, metric);
            value.set(s);
        });
    }

    private void badPeriods() {
        String frequency = fromRed("deployment_frequency(deployed_at, ?::tstzrange)");
        String days = fromRed("deployment_days_per_week(deployed_at, ?::tstzrange, ?)");

        refuse("period without an end", "22023", frequency, s -> s.setString(1, "[2026-01-01 00:00+00,)"));
        refuse("period without a start", "22023", frequency, s -> s.setString(1, "(,2026-01-01 00:00+00)"));
        refuse("period without either", "22023", frequency, s -> s.setString(1, "(,)"));
        refuse("period up to infinity", "22023", frequency, s -> s.setString(1, "[2026-01-01 00:00+00,infinity)"));
        refuse("empty period", "22023", frequency, s -> s.setString(1, "empty"));
        refuse("period changing within a group", "22023",
            fromRed("deployment_frequency(deployed_at, tstzrange(deployed_at, deployed_at + interval '1 day'))"), NONE);
        refuse("weeks of an empty period", "22023", days, s -> {
            s.setString(1, "empty");
            s.setString(2, "UTC");
        });
        refuse("unknown zone", "22023", days, s -> {
            s.setString(1, "[2026-01-05 00:00+00,2026-01-19 00:00+00)");
            s.setString(2, "Mars/Olympus");
        });
    }

    private void afterwards() {
        check("after an error: 25P02, then a rollback, then all is well", "22003 25P02 0d02:00:00.000000",
            () -> rolledBack(() -> {
                try (PreparedStatement statement = connection.prepareStatement(fraction)) {
                    String states = "";

                    for (double value : new double[] {2, 0, 0}) {
                        statement.setDouble(1, value);
                        try (ResultSet rows = statement.executeQuery()) {
                            states += Values.read(rows);
                        } catch (SQLException error) {
                            states += error.getSQLState() + " ";
                            if (error.getSQLState().equals("25P02")) {
                                connection.rollback();
                            }
                        }
                    }
                    return states;
                }
            }));
        check("after an error: back to a savepoint", "22023 high", () -> rolledBack(() -> {
            try (PreparedStatement statement = connection.prepareStatement(level)) {
                Savepoint savepoint = connection.setSavepoint();
                String state = "no error";

                statement.setString(1, "lead_time");
                statement.setString(2, "2");
                try {
                    statement.executeQuery();
                } catch (SQLException error) {
                    state = error.getSQLState();
                }
                connection.rollback(savepoint);
                statement.setString(2, "2 days");
                return state + " " + Values.read(statement.executeQuery());
            }
        }));
    }
}
