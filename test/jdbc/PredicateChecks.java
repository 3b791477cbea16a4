/*
 * PredicateChecks.java
 *    Levels in conditions, in sorting and grouping, and written in batches.
 */
import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.Types;

final class PredicateChecks extends Checks {
    private static final String LEVEL = "delivery.dora_level('lead_time', duration)";

    PredicateChecks(Session session) {
        super(session);
    }

    @Override
    void run() {
        parameters();
        literals();
        batches();
    }

    private static String names(String condition) {
        return "SELECT name FROM " + SERVICE + " WHERE " + condition + " ORDER BY name";
    }

    private void parameters() {
        repeat("level as text = parameter", "b", names(LEVEL + "::text = ?"), s -> s.setString(1, "high"));
        repeat("level = parameter of no type", "b", names(LEVEL + " = ?"), s -> s.setObject(1, "high", Types.OTHER));
        repeat("column = cast parameter", "b", names("level = ?::delivery.dora_level"), s -> s.setString(1, "high"));
        repeat("level = PGobject", "b", names(LEVEL + " = ?"),
            s -> s.setObject(1, typed("delivery.dora_level", "high")));
        repeat("level as text IN (parameters)", "a, b", names(LEVEL + "::text IN (?, ?)"), s -> {
            s.setString(1, "high");
            s.setString(2, "elite");
        });
        repeat("level = ANY (array)", "a, b", names(LEVEL + "::text = ANY (?)"),
            s -> s.setArray(1, connection.createArrayOf("text", new String[] {"high", "elite"})));
        repeat("level of the view = parameter", "standard", "SELECT benchmark FROM delivery.benchmark"
            + " WHERE level = ? AND metric = ? AND benchmark = 'standard'", s -> {
                s.setString(1, "high");
                s.setString(2, "lead_time");
            });
    }

    private void literals() {
        query("level = literal", "b", names(LEVEL + " = 'high'"));
        query("level IN (literals)", "a, c", names(LEVEL + " IN ('elite', 'medium')"));
        query("level >= literal", "a, b", names(LEVEL + " >= 'high'"));
        query("level BETWEEN literals", "b, c", names("level BETWEEN 'medium' AND 'high'"));
        query("ORDER BY level", "d low, c medium, b high, a elite, e NULL",
            "SELECT name, " + LEVEL + " AS level FROM " + SERVICE + " ORDER BY level, name");
        query("least and greatest level", "low elite", "SELECT min(level), max(level) FROM " + SERVICE);
        query("GROUP BY and join by level", "elite 1, high 1, low 1, medium 1",
            "SELECT one.level::text, count(*) FROM " + SERVICE + " AS one JOIN " + SERVICE
            + " AS other USING (level) GROUP BY one.level ORDER BY 1");
    }

    private void batches() {
        String into = "INSERT INTO " + SERVICE + " (name, level) VALUES ";

        check("batch insert of levels as strings", "high low", () -> rolledBack(() -> {
            try (PreparedStatement insert = connection.prepareStatement(into + "(?, ?::delivery.dora_level)");
                    PreparedStatement untyped = connection.prepareStatement(into + "(?, ?)")) {
                insert.setString(1, "x");
                insert.setString(2, "high");
                insert.addBatch();
                insert.executeBatch();
                untyped.setString(1, "y");
                untyped.setObject(2, "low", Types.OTHER);
                untyped.addBatch();
                untyped.executeBatch();
                return one("SELECT string_agg(level::text, ' ' ORDER BY name) FROM " + SERVICE
                    + " WHERE name IN ('x', 'y')");
            }
        }));
        check("error inside a batch", "22023", () -> rolledBack(() -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    into + "(?, " + prefix + "dora_level('lead_time', ?))")) {
                for (int i = 0; i < 20; i++) {
                    insert.setString(1, "batch " + i);
                    insert.setString(2, i == 13 ? "13" : "13 days");
                    insert.addBatch();
                }
                insert.executeBatch();
                return "no error";
            } catch (BatchUpdateException error) {
                return error.getSQLState();
            }
        }));
    }
}
