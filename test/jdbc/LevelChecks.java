/*
 * LevelChecks.java
 *    Levels of responsibility: as results, as parameters of each type, in columns,
 *    conditions, batches and COPY; the aggregates over them and over ratings of
 *    maturity; what is refused.
 */
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.util.PGobject;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

final class LevelChecks extends Checks {
    private static final String NO_FUNCTION_OR_OPERATOR = "42883";
    private static final Setter NONE = s -> { };

    /* whether a string reaches the server without a type */
    private final boolean untyped = mode == Session.Mode.UNSPECIFIED || mode == Session.Mode.SIMPLE;
    private final boolean onPath = prefix.isEmpty();

    LevelChecks(Session session) {
        super(session);
    }

    @Override
    void run() {
        results();
        casts();
        arguments();
        aggregates();
        maturity();
        stored();
        conditions();
        batches();
        copies();
        errors();
    }

    /* --- ways to pass a level as parameter 1 ------------------------------- */

    private static Map<String, Setter> numbers(int level) {
        Map<String, Setter> ways = new LinkedHashMap<>();

        ways.put("byte", s -> s.setByte(1, (byte) level));
        ways.put("short", s -> s.setShort(1, (short) level));
        ways.put("int", s -> s.setInt(1, level));
        ways.put("long", s -> s.setLong(1, level));
        ways.put("Integer", s -> s.setObject(1, level));
        return ways;
    }

    private static Map<String, Setter> strings(String level) {
        Map<String, Setter> ways = new LinkedHashMap<>();

        ways.put("string", s -> s.setString(1, level));
        ways.put("String", s -> s.setObject(1, level));
        ways.put("VARCHAR", s -> s.setObject(1, level, Types.VARCHAR));
        ways.putAll(untypedStrings(level));
        return ways;
    }

    private static Map<String, Setter> untypedStrings(String level) {
        Map<String, Setter> ways = new LinkedHashMap<>();

        ways.put("OTHER", s -> s.setObject(1, level, Types.OTHER));
        ways.put("PGobject", s -> s.setObject(1, typed("delivery.sfia_level", level)));
        return ways;
    }

    private static Map<String, Setter> nulls() {
        Map<String, Setter> ways = new LinkedHashMap<>();

        for (int type : new int[] {Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.VARCHAR, Types.OTHER, Types.NULL}) {
            ways.put("NULL of type " + type, s -> s.setNull(1, type));
        }
        ways.put("null", s -> s.setObject(1, null));
        return ways;
    }

    /* --- checks -------------------------------------------------------------- */

    private static String names(String condition) {
        return "SELECT person FROM " + SKILL + " WHERE " + condition + " ORDER BY person";
    }

    /* Results and SQLSTATEs, the same ones in every configuration. */
    private void outcome(String name, String expected, String sql, Setter setter) {
        check(name, expected, () -> outcome(sql, setter));
    }

    /* What this configuration is expected to make of it. */
    private void outcomeHere(String name, String expected, String sql, Setter setter) {
        checkHere(name, expected, () -> outcome(sql, setter));
    }

    private String outcome(String sql, Setter setter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return outcomes(statement, EXECUTIONS, setter, SQLException::getSQLState);
        }
    }

    private void results() {
        String held = "SELECT level FROM " + SKILL + " WHERE person = 'cyd'";
        String none = "SELECT level FROM " + SKILL + " WHERE person = 'dan'";

        check("level: type of a column", "OTHER(sfia_level)", () -> first(held, rows -> Values.typeName(
            rows.getMetaData().getColumnType(1), rows.getMetaData().getColumnTypeName(1).replaceAll("^\"delivery\"\\.|\"", ""))));
        check("level: as string, short, int, long, BigDecimal and object", "4 4 4 4 4 4 PGobject", () -> first(held, rows ->
            rows.getString(1) + " " + rows.getShort(1) + " " + rows.getInt(1) + " " + rows.getLong(1) + " " + rows.getBigDecimal(1) + " "
                + rows.getObject(1, PGobject.class).getValue() + " " + rows.getObject(1).getClass().getSimpleName()));
        check("level: NULL", "null null 0 true", () -> first(none, rows ->
            rows.getString(1) + " " + rows.getObject(1) + " " + rows.getInt(1) + " " + rows.wasNull()));
        check("level: as an Integer", "Integer 4", () -> first(held.replace("level", "level::integer"), rows ->
            rows.getObject(1).getClass().getSimpleName() + " " + rows.getObject(1, Integer.class)));
        query("level: array, in order, distinct", "{6,4,3,NULL} 3",
            "SELECT array_agg(level ORDER BY level DESC NULLS LAST), count(DISTINCT level) FROM " + SKILL);
        query("level_name", "Apply, Initiate, influence, Enable, NULL", select("level_name(level) FROM " + SKILL + " ORDER BY person"));
        query("sfia_gap", "0, -2, 1, 2", select("sfia_gap(required, level) FROM " + SKILL + " ORDER BY person"));
    }

    /* Each type of parameter, with the cast that serves everywhere. */
    private void casts() {
        String cast = "SELECT ?::delivery.sfia_level";
        List<Setter> all = new ArrayList<>();

        numbers(3).forEach((way, three) -> {
            repeat("level: cast of " + way, "3", cast, three);
            all.add(three);
        });
        for (String level : new String[] {"3", "apply", " APPLY "}) {
            strings(level).forEach((way, three) -> {
                repeat("level: cast of " + way + " '" + level + "'", "3", cast, three);
                all.add(three);
            });
        }
        nulls().forEach((way, none) -> repeat("level: cast of " + way, "NULL", cast, none));
        repeat("level: cast of an array", "{3,4,NULL}", "SELECT ?::text[]::delivery.sfia_level[]",
            s -> s.setArray(1, connection.createArrayOf("text", new String[] {"apply", "4", null})));

        AtomicInteger turn = new AtomicInteger();

        repeat("level: one statement, the type of its parameter changing", "3", 2 * all.size(), cast,
            s -> all.get(turn.getAndIncrement() % all.size()).set(s));
    }

    /* Arguments whose type is sfia_level. */
    private void arguments() {
        String name = select("level_name(?)");
        String gap = select("sfia_gap(?::delivery.sfia_level, ?::delivery.sfia_level)");

        untypedStrings("apply").forEach((way, three) -> outcome("level_name: " + way, "Apply", name, three));
        outcome("level_name: NULL of no type", "NULL", name, s -> s.setNull(1, Types.OTHER));
        numbers(3).forEach((way, three) -> outcome("level_name: " + way + " without a cast", NO_FUNCTION_OR_OPERATOR, name, three));
        outcomeHere("level_name: string without a cast", untyped ? "Apply" : NO_FUNCTION_OR_OPERATOR, name, s -> s.setString(1, "3"));
        repeat("level_name: string and int with a cast", "Apply Set strategy, inspire, mobilise",
            "SELECT " + prefix + "level_name(?::delivery.sfia_level), " + prefix + "level_name(?::delivery.sfia_level)", s -> {
                s.setString(1, "Apply");
                s.setInt(2, 7);
            });
        repeat("sfia_gap: string and int", "2", gap, s -> {
            s.setString(1, "Ensure, advise");
            s.setInt(2, 3);
        });
        repeat("sfia_gap: nothing held", "7", gap, s -> {
            s.setShort(1, (short) 7);
            s.setNull(2, Types.VARCHAR);
        });
        repeat("sfia_gap: nothing required", "NULL", gap, s -> {
            s.setNull(1, Types.INTEGER);
            s.setLong(2, 3);
        });
        repeat("sfia_gap: a column, and a parameter by name", "2, -1, 1, 5",
            select("sfia_gap(held => level, required => ?::delivery.sfia_level) FROM " + SKILL + " ORDER BY person"), s -> s.setInt(1, 5));
    }

    private void aggregates() {
        String held = select("sfia_level(?)");
        String coverage = select("skill_coverage(?::delivery.sfia_level, level) FROM " + SKILL);

        query("sfia_level: column, numbers, strings, nothing", "3 3 3 NULL", "SELECT (" + select("sfia_level(level) FROM " + SKILL) + "), ("
            + select("sfia_level(n) FROM (VALUES (5), (3), (NULL)) AS v (n)") + "), (" + select("sfia_level(t) FROM (VALUES ('apply'), ('5')) AS v (t)") + "), ("
            + select("sfia_level(level) FROM " + SKILL + " WHERE person = 'dan'") + ")");
        numbers(3).forEach((way, three) -> outcome("sfia_level: " + way, way.equals("long") ? NO_FUNCTION_OR_OPERATOR : "3", held, three));
        strings("apply").forEach((way, three) -> outcome("sfia_level: " + way, "3", held, three));
        outcome("sfia_level: long with a cast", "3", select("sfia_level(?::integer)"), s -> s.setLong(1, 3));
        outcome("sfia_level: BigDecimal", NO_FUNCTION_OR_OPERATOR, held, s -> s.setBigDecimal(1, new BigDecimal("3.5")));
        query("skill_coverage", "0.5", select("skill_coverage(required, level) FROM " + SKILL));
        query("skill_coverage: moving", "1.0, 1.0, 0.5, 0.0",
            select("skill_coverage(required, level) OVER (ORDER BY person ROWS 1 PRECEDING) FROM " + SKILL + " ORDER BY person"));
        repeat("skill_coverage: int", "0.5", coverage, s -> s.setInt(1, 4));
        repeat("skill_coverage: string", "0.25", coverage, s -> s.setString(1, "Ensure, advise"));
        repeat("skill_coverage: NULL", "NULL", coverage, s -> s.setNull(1, Types.SMALLINT));
        /* the server's own ones are those of integers, with our schema and without it */
        check("min, max and sum of levels", "3 6 13 Integer", () -> first("SELECT min(level), max(level), sum(level) FROM " + SKILL,
            rows -> rows.getInt(1) + " " + rows.getString(2) + " " + rows.getLong(3) + " " + rows.getObject(1).getClass().getSimpleName()));
    }

    private void maturity() {
        String score = select("maturity_score(?, ?)");
        String level = select("maturity_level(?, ?)");

        query("maturity_score, maturity_level", "2.75 3", "SELECT " + prefix + "maturity_score(rating, weight), " + prefix + "maturity_level(rating, mandatory)"
            + " FROM (VALUES (3, 2, true), (4, 1, false), (NULL, 5, true), (1, 1, false)) AS v (rating, weight, mandatory)");
        query("maturity_score: moving", "3.0, 3.5, 4.0", select("maturity_score(rating, 1) OVER (ORDER BY rating ROWS 1 PRECEDING)"
            + " FROM (VALUES (3), (4), (NULL)) AS v (rating) ORDER BY rating"));
        repeat("maturity_score: int and double", "3.0", score, s -> {
            s.setInt(1, 3);
            s.setDouble(2, 0.5);
        });
        repeat("maturity_score: short and BigDecimal", "3.0", score, s -> {
            s.setShort(1, (short) 3);
            s.setBigDecimal(2, new BigDecimal("0.5"));
        });
        repeat("maturity_score, maturity_level: does not apply", "NULL NULL", score + ", " + prefix + "maturity_level(?, ?)", s -> {
            s.setNull(1, Types.INTEGER);
            s.setLong(2, 1);
            s.setNull(3, Types.OTHER);
            s.setBoolean(4, true);
        });
        repeat("maturity_level: short and boolean", "2", level, s -> {
            s.setShort(1, (short) 2);
            s.setBoolean(2, true);
        });
        outcome("maturity_level: half a rating", NO_FUNCTION_OR_OPERATOR, level, s -> {
            s.setBigDecimal(1, new BigDecimal("2.5"));
            s.setBoolean(2, true);
        });
        refuse("rating out of range", "22003", score, s -> {
            s.setInt(1, 6);
            s.setDouble(2, 1);
        });
        refuse("weight NaN", "22003", score, s -> {
            s.setInt(1, 5);
            s.setDouble(2, Double.NaN);
        });
    }

    /* What drivers send where a level is stored, without a cast. */
    private void stored() {
        for (String write : new String[] {"INSERT INTO " + SKILL + " (level) VALUES (?) RETURNING level",
                "UPDATE " + SKILL + " SET level = ? WHERE person = 'ada' RETURNING level"}) {
            String what = write.substring(0, 6) + " of a level";

            numbers(5).forEach((way, five) -> stored(what + ": " + way, "5", write, five));
            strings("ensure").forEach((way, five) -> stored(what + ": " + way, "5", write, five));
            nulls().forEach((way, none) -> stored(what + ": " + way, "NULL", write, none));
            /* no half level is rounded away */
            outcome(what + ": BigDecimal", "42804", write, s -> s.setBigDecimal(1, new BigDecimal("3")));
            outcome(what + ": double", "42804", write, s -> s.setDouble(1, 3));
            outcome(what + ": float", "42804", write, s -> s.setFloat(1, 3.5f));
            refuse(what + ": out of range", "22003", write, s -> s.setInt(1, 8));
            refuse(what + ": long out of range", "22003", write, s -> s.setLong(1, 1L << 40));
            refuse(what + ": string out of range", "22003", write, s -> s.setString(1, "0"));
            refuse(what + ": half of one", "22P02", write, s -> s.setString(1, "3.5"));
        }
        check("level and a gap in a generated column", "1 2", () -> rolledBack(() -> {
            execute("CREATE TEMP TABLE goal (required delivery.sfia_level, held delivery.sfia_level,"
                + " gap integer GENERATED ALWAYS AS (delivery.sfia_gap(required, held)) STORED) ON COMMIT DROP");
            execute("CREATE INDEX ON goal (held)");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO goal (required, held) VALUES (?, ?), (?, ?)")) {
                insert.setInt(1, 4);
                insert.setString(2, "Apply");
                insert.setString(3, "2");
                insert.setNull(4, Types.SMALLINT);
                insert.executeUpdate();
            }
            return one("SELECT string_agg(gap::text, ' ' ORDER BY gap) FROM goal");
        }));
    }

    private void stored(String name, String expected, String write, Setter setter) {
        check(name, expected, () -> rolledBack(() -> outcome(write, setter)));
    }

    private void conditions() {
        Map<String, Setter> ways = numbers(3);

        ways.putAll(untypedStrings("3"));
        ways.forEach((way, three) -> {
            repeat("level = " + way, "ada", names("level = ?"), three);
            repeat("level >= " + way, "ada, bob, cyd", names("level >= ?"), three);
            repeat("level <> " + way, "bob, cyd", names("level <> ?"), three);
            repeat(way + " < level", "bob, cyd", names("? < level"), three);
        });
        repeat("level IN (parameters)", "ada, bob", names("level IN (?, ?)"), s -> {
            s.setInt(1, 3);
            s.setLong(2, 6);
        });
        repeat("level BETWEEN parameters", "ada, cyd", names("level BETWEEN ? AND ?"), s -> {
            s.setInt(1, 3);
            s.setInt(2, 5);
        });
        repeat("level = ANY (array)", "ada, bob", names("level = ANY (" + (mode == Session.Mode.SIMPLE ? "?::integer[]" : "?") + ")"),
            s -> s.setArray(1, connection.createArrayOf("integer", new Integer[] {3, 6})));
        repeat("level = parameter out of range: none", "", names("level = ?"), s -> s.setInt(1, 8));
        repeat("level = NULL: none", "", names("level = ?"), s -> s.setNull(1, Types.INTEGER));
        repeat("level = cast string", "ada", names("level = ?::delivery.sfia_level"), s -> s.setString(1, "Apply"));
        repeat("level as text = string", "ada", names("level::text = ?"), s -> s.setString(1, "3"));
        repeat("level as number = BigDecimal", "ada", names("level::integer = ?"), s -> s.setBigDecimal(1, new BigDecimal("3")));
        outcomeHere("level = string", untyped ? "ada" : NO_FUNCTION_OR_OPERATOR, names("level = ?"), s -> s.setString(1, "3"));
        outcomeHere("level IN (strings)", untyped ? "ada, bob" : NO_FUNCTION_OR_OPERATOR, names("level IN (?, ?)"), s -> {
            s.setString(1, "3");
            s.setString(2, "6");
        });
        /* off the path levels are compared as integers; the simple protocol sends no type with a PGobject */
        outcomeHere("level = name of no type", onPath ? "ada" : "22P02", names("level = ?"), s -> s.setObject(1, "apply", Types.OTHER));
        outcomeHere("level = name in a PGobject", onPath || mode != Session.Mode.SIMPLE ? "ada" : "22P02", names("level = ?"),
            s -> s.setObject(1, typed("delivery.sfia_level", "apply")));
        outcome("level = BigDecimal", NO_FUNCTION_OR_OPERATOR, names("level = ?"), s -> s.setBigDecimal(1, new BigDecimal("3.5")));
        outcome("level >= double", NO_FUNCTION_OR_OPERATOR, names("level >= ?"), s -> s.setDouble(1, 3.5));
        query("levels joined, grouped, in order", "3 1, 4 1, 6 1", "SELECT one.level, count(*) FROM " + SKILL + " AS one JOIN " + SKILL
            + " AS other ON one.level = other.level GROUP BY one.level ORDER BY one.level");
        query("levels joined with the register", "ada, bob, cyd", "SELECT person FROM " + SKILL + " JOIN delivery.sfia_skill USING (code)"
            + " WHERE level BETWEEN first_level AND last_level ORDER BY person");
    }

    private void batches() {
        String insert = "INSERT INTO " + SKILL + " (person, level) VALUES (?, ?)";
        String written = "SELECT level FROM " + SKILL + " WHERE person LIKE 'batch%' ORDER BY person";

        check("batch of levels, each of another type", "1, 2, 3, 4, 5, NULL, NULL, 7", () -> rolledBack(() -> {
            Setter[] levels = {s -> s.setInt(2, 1), s -> s.setInt(2, 2), s -> s.setString(2, "Apply"), s -> s.setLong(2, 4), s -> s.setShort(2, (short) 5),
                s -> s.setNull(2, Types.OTHER), s -> s.setNull(2, Types.INTEGER), s -> s.setObject(2, "7", Types.OTHER)};

            try (PreparedStatement statement = connection.prepareStatement(insert)) {
                for (int i = 0; i < levels.length; i++) {
                    statement.setString(1, "batch " + i);
                    levels[i].set(statement);
                    statement.addBatch();
                }
                statement.executeBatch();
            }
            return rows(written);
        }));
        check("batch of updates and deletes", "ada 4, bob 4, cyd 4", () -> rolledBack(() -> {
            try (PreparedStatement update = connection.prepareStatement("UPDATE " + SKILL + " SET level = ? WHERE level = ?");
                    PreparedStatement delete = connection.prepareStatement("DELETE FROM " + SKILL + " WHERE level IS NOT DISTINCT FROM ?")) {
                for (int level : new int[] {3, 6}) {
                    update.setInt(1, 4);
                    update.setInt(2, level);
                    update.addBatch();
                }
                update.executeBatch();
                delete.setNull(1, Types.INTEGER);
                delete.addBatch();
                delete.setInt(1, 7);
                delete.addBatch();
                delete.executeBatch();
            }
            return rows("SELECT person, level FROM " + SKILL + " ORDER BY person");
        }));
        check("error inside a batch of levels", "22003 Write a digit from 1 to 7 or the name of a level, such as Enable; NULL where none is held.",
            () -> rolledBack(() -> {
                try (PreparedStatement statement = connection.prepareStatement(insert)) {
                    for (int i = 1; i <= 8; i++) {
                        statement.setString(1, "batch " + i);
                        statement.setInt(2, i);
                        statement.addBatch();
                    }
                    statement.executeBatch();
                    return "no error";
                } catch (BatchUpdateException error) {
                    return error.getSQLState() + " " + ((PSQLException) error.getNextException()).getServerErrorMessage().getHint();
                }
            }));
    }

    private void copies() {
        for (String format : new String[] {"text", "csv", "binary"}) {
            check("COPY " + format + " of levels out and in", "4 3", () -> rolledBack(() -> {
                CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();

                copy.copyOut("COPY " + SKILL + " TO STDOUT (FORMAT " + format + ")", bytes);
                execute("CREATE TEMP TABLE copied (LIKE " + SKILL + ") ON COMMIT DROP");
                copy.copyIn("COPY copied FROM STDIN (FORMAT " + format + ")", new ByteArrayInputStream(bytes.toByteArray()));
                return rows("SELECT count(*), count(*) FILTER (WHERE copied.level = skill.level) FROM copied JOIN " + SKILL + " AS skill USING (person)");
            }));
        }
        /* an int2, the bytes of a text, and a level */
        copyBinary("a short", "22P03 true", 0, 3);
        copyBinary("a text", "22P03 true", '3');
        copyBinary("a later format", "22P03 true", 2, 3);
        copyBinary("a level", "3", 1, 3);
    }

    private void copyBinary(String what, String expected, int... field) {
        check("COPY binary of the bytes of " + what, expected, () -> rolledBack(() -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();

            bytes.write(new byte[] {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
            bytes.write(new byte[] {0, 0, 0, (byte) field.length});
            for (int b : field) {
                bytes.write(b);
            }
            bytes.write(new byte[] {(byte) 0xff, (byte) 0xff});
            try {
                connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + SKILL + " (level) FROM STDIN (FORMAT binary)",
                    new ByteArrayInputStream(bytes.toByteArray()));
                return rows("SELECT level FROM " + SKILL + " WHERE person IS NULL");
            } catch (PSQLException error) {
                return error.getSQLState() + " " + error.getServerErrorMessage().getHint().contains("as text");
            }
        }));
    }

    private void errors() {
        String cast = "SELECT ?::delivery.sfia_level";

        check("half a level: the hint names the one that is held",
            "22P02 There is nothing between two levels. A level is held in full or not yet, so write 3.", () -> {
                try (PreparedStatement statement = connection.prepareStatement(cast)) {
                    statement.setString(1, "3.5");
                    statement.executeQuery();
                    return "no error";
                } catch (PSQLException error) {
                    ServerErrorMessage message = error.getServerErrorMessage();

                    return error.getSQLState() + " " + message.getDetail() + " " + message.getHint();
                }
            });
        refuse("level 0", "22003", cast, s -> s.setInt(1, 0));
        refuse("level 8 as a short", "22003", cast, s -> s.setShort(1, (short) 8));
        refuse("a long that is no level", "22003", cast, s -> s.setLong(1, Long.MAX_VALUE));
        refuse("level -1 as a string", "22003", cast, s -> s.setString(1, "-1"));
        refuse("level 8 of no type", "22003", cast, s -> s.setObject(1, "8", Types.OTHER));
        refuse("text that is no level", "22P02", cast, s -> s.setString(1, "Lead"));
        refuse("no text", "22P02", cast, s -> s.setString(1, ""));
        refuse("PGobject that is no level", "22P02", cast, s -> s.setObject(1, typed("delivery.sfia_level", "+3")));
        refuse("sfia_level of an int that is no level", "22003", select("sfia_level(?)"), s -> s.setInt(1, 8));
        refuse("sfia_level of a string that is no level", "22P02", select("sfia_level(?)"), s -> s.setString(1, "Lead"));
        outcome("cast of a BigDecimal", "42846", cast, s -> s.setBigDecimal(1, new BigDecimal("3")));
        outcome("cast of a double", "42846", cast, s -> s.setDouble(1, 3));
        outcome("a level and a number as arguments", NO_FUNCTION_OR_OPERATOR, select("sfia_gap(required, 3) FROM " + SKILL), NONE);
    }
}
