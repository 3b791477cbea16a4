/*
 * CustomBenchmarkChecks.java
 *    An own ladder in delivery.custom_benchmark: what the table behind it refuses, and
 *    that a step counts as soon as it is there. Nothing stays.
 */
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

import org.postgresql.util.PGInterval;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

final class CustomBenchmarkChecks extends Checks {
    CustomBenchmarkChecks(Session session) {
        super(session);
    }

    @Override
    void run() {
        violate("unknown metric", "23514", "custom_benchmark_metric_known", "velocity", "high", "<", 0.1, null);
        violate("level low", "23514", "custom_benchmark_level_known", "rework_rate", "low", "<", 0.1, null);
        violate("wrong direction", "23514", "custom_benchmark_comparison_fits", "rework_rate", "high", ">", 0.1, null);
        violate("ratio above 1", "23514", "custom_benchmark_threshold_in_range",
            "rework_rate", "high", "<", 10.0, null);
        violate("NaN", "23514", "custom_benchmark_threshold_in_range",
            "rework_rate", "high", "<", Double.NaN, null);
        violate("duration for a ratio", "23514", "custom_benchmark_unit_fits",
            "rework_rate", "high", "<", null, "1 hour");
        violate("negative duration", "23514", "custom_benchmark_duration_in_range",
            "time_to_restore", "high", "<", null, "-1 hour");
        violate("the same step twice", "23505", "custom_benchmark_pkey", "lead_time", "high", "<", null, "2 hours");
        check("own ladder: seen by a prepared statement, gone after rollback", "22023 elite true 22023", () -> {
            List<String> seen = new ArrayList<>();

            try (PreparedStatement statement = connection.prepareStatement(
                        select("dora_level('rework_rate', ?, 'jdbc test')"));
                    PreparedStatement insert = prepareInsert()) {
                seen.add(levelOrState(statement));
                rolledBack(() -> {
                    insert(insert, "rework_rate", "elite", "<=", 0.02, null);
                    seen.add(levelOrState(statement));
                    return seen.add(rows("SELECT custom FROM delivery.benchmark WHERE benchmark = 'jdbc test'"));
                });
                seen.add(levelOrState(statement));
            }
            return String.join(" ", seen);
        });
    }

    private static String levelOrState(PreparedStatement statement) throws SQLException {
        return outcomes(statement, EXECUTIONS, s -> s.setDouble(1, 0.01), SQLException::getSQLState);
    }

    /* A row that the table must refuse. */
    private void violate(String name, String state, String constraint, String metric, String level,
            String comparison, Double threshold, String duration) {
        check("custom_benchmark: " + name, state + " " + constraint + " custom_benchmark delivery_internal",
            () -> rolledBack(() -> {
                try (PreparedStatement insert = prepareInsert()) {
                    insert(insert, "lead_time", "high", "<", null, "1 hour");
                    insert(insert, metric, level, comparison, threshold, duration);
                    return "no error";
                } catch (PSQLException error) {
                    ServerErrorMessage message = error.getServerErrorMessage();

                    return error.getSQLState() + " " + message.getConstraint() + " " + message.getTable() + " "
                        + message.getSchema();
                }
            }));
    }

    private PreparedStatement prepareInsert() throws SQLException {
        return connection.prepareStatement("INSERT INTO delivery.custom_benchmark"
            + " (benchmark, metric, level, comparison, threshold, threshold_duration)"
            + " VALUES ('jdbc test', ?, ?, ?, ?, ?)");
    }

    private static void insert(PreparedStatement insert, String metric, String level, String comparison,
            Double threshold, String duration) throws SQLException {
        insert.setString(1, metric);
        insert.setString(2, level);
        insert.setString(3, comparison);
        insert.setObject(4, threshold, Types.DOUBLE);
        insert.setObject(5, duration == null ? null : new PGInterval(duration), Types.OTHER);
        insert.executeUpdate();
    }
}
