/*
 * Fixture.java
 *    The tables that the other checks read, in a schema of their own, filled by
 *    batches.
 */
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;

import org.postgresql.util.PGInterval;

final class Fixture extends Checks {
    Fixture(Session session) {
        super(session);
    }

    void create() throws SQLException {
        execute("DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
        execute("CREATE SCHEMA " + SCHEMA);
        execute("CREATE TABLE " + DEPLOYMENT + " (team text NOT NULL,"
            + " committed_at timestamptz, deployed_at timestamptz, failed boolean, unplanned boolean)");
        execute("CREATE TABLE " + SERVICE + " (name text PRIMARY KEY, duration interval,"
            + " failure_rate float8, level delivery.dora_level)");
        execute("CREATE TABLE " + SKILL + " (person text, code text, required delivery.sfia_level,"
            + " level delivery.sfia_level, job delivery.job_level)");
    }

    void drop() throws SQLException {
        execute("DROP SCHEMA " + SCHEMA + " CASCADE");
        checkHere("nothing of ours is left", "0 0 0 0", () -> rows(
            "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = '" + SCHEMA + "'),"
            + " (SELECT count(*) FROM delivery.custom_benchmark WHERE benchmark = 'jdbc test'),"
            + " (SELECT count(*) FROM delivery.custom_sfia_skill), (SELECT count(*) FROM delivery.custom_job_level)"));
    }

    @Override
    void run() {
        check("batch insert", 9, () -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO " + DEPLOYMENT + " VALUES (?, ?, ?, ?, ?)")) {
                /* 2 h, 1 day 02:03:04.567891, 3 days and 1 us; then each fault */
                deployment(insert, "red", at("2026-01-05T08:00Z"), at("2026-01-05T10:00Z"), false, false);
                deployment(insert, "red", at("2026-01-06T08:00Z"), at("2026-01-07T10:03:04.567891Z"), true, false);
                deployment(insert, "red", at("2026-01-08T08:00Z"), at("2026-01-11T08:00:00.000001Z"), false, true);
                deployment(insert, "red", null, at("2026-01-12T09:00Z"), null, null);
                deployment(insert, "red", at("2026-01-13T08:00Z"), null, null, null);
                deployment(insert, "red", at("2026-01-14T12:00Z"), at("2026-01-14T11:00Z"), false, true);
                deployment(insert, "red", at("2026-01-15T12:00Z"), OffsetDateTime.MAX, null, null);
                /* nothing is known of it */
                deployment(insert, "blue", at("2026-01-05T08:00Z"), null, null, null);
                /* noon to noon in Paris over the change of clocks: 23 hours */
                deployment(insert, "green", at("2026-03-28T12:00+01:00"), at("2026-03-29T12:00+02:00"), false, false);
                return insert.executeBatch().length;
            }
        });
        check("batch insert that calls dora_level", 5, () -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO " + SERVICE + " VALUES (?, ?, ?, "
                    + prefix + "dora_level('lead_time', ?::interval))")) {
                service(insert, "a", "30 minutes", 0.04);
                service(insert, "b", "2 days", 0.1);
                service(insert, "c", "20 days", 0.3);
                service(insert, "d", "90 days", 0.9);
                service(insert, "e", null, null);
                return insert.executeBatch().length;
            }
        });
        check("batch insert of levels", 4, () -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO " + SKILL + " VALUES (?, 'DEMG', ?, ?, ?)")) {
                skill(insert, "ada", 3, "Apply", "P2");
                skill(insert, "bob", 4, "6", "P6");
                skill(insert, "cyd", 5, "enable", "P4");
                /* never assessed */
                skill(insert, "dan", 2, null, null);
                return insert.executeBatch().length;
            }
        });
    }

    private static void skill(PreparedStatement insert, String person, int required, String level, String job)
            throws SQLException {
        insert.setString(1, person);
        insert.setInt(2, required);
        insert.setString(3, level);
        insert.setString(4, job);
        insert.addBatch();
    }

    private static void deployment(PreparedStatement insert, String team, OffsetDateTime committed,
            OffsetDateTime deployed, Boolean failed, Boolean unplanned) throws SQLException {
        insert.setString(1, team);
        insert.setObject(2, committed, Types.TIMESTAMP_WITH_TIMEZONE);
        insert.setObject(3, deployed, Types.TIMESTAMP_WITH_TIMEZONE);
        insert.setObject(4, failed, Types.BOOLEAN);
        insert.setObject(5, unplanned, Types.BOOLEAN);
        insert.addBatch();
    }

    private static void service(PreparedStatement insert, String name, String duration, Double rate)
            throws SQLException {
        PGInterval interval = duration == null ? null : new PGInterval(duration);

        insert.setString(1, name);
        insert.setObject(2, interval, Types.OTHER);
        insert.setObject(3, rate, Types.DOUBLE);
        insert.setObject(4, interval, Types.OTHER);
        insert.addBatch();
    }
}
