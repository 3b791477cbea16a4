/*
 * RegisterChecks.java
 *    The register of skills and the guide to job levels: their views, rows of one's own,
 *    which are rolled back, what the tables behind them refuse, and check_sfia_level.
 *    Job levels as results, parameters and in conditions.
 */
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

final class RegisterChecks extends Checks {
    private static final String INSERT_SKILL = "INSERT INTO delivery.custom_sfia_skill (version, code, name, first_level, last_level) VALUES (?, ?, ?, ?, ?)";
    private static final String INSERT_JOB = "INSERT INTO delivery.custom_job_level (track, level, years, scope, sfia_level) VALUES (?, ?, ?, ?, ?)";
    private static final String JOB = "SELECT years, scope, sfia_level, custom FROM delivery.job_level_guide WHERE track = ? AND level = ?";

    /* whether a string reaches the server without a type */
    private final boolean untyped = mode == Session.Mode.UNSPECIFIED || mode == Session.Mode.SIMPLE;

    RegisterChecks(Session session) {
        super(session);
    }

    @Override
    void run() {
        views();
        checking();
        customSkills();
        jobLevels();
        customJobLevels();
    }

    /* --- shipped ----------------------------------------------------------- */

    private void views() {
        String skill = "version VARCHAR, code VARCHAR, name VARCHAR, first_level INTEGER, last_level INTEGER";
        String job = "track VARCHAR, level VARCHAR, years INTEGER, years_master INTEGER, years_doctorate INTEGER, supervision VARCHAR, scope VARCHAR,"
            + " sfia_level INTEGER";

        columns("sfia_skill", skill + ", custom BIT");
        columns("custom_sfia_skill", skill);
        columns("job_level_guide", job + ", custom BIT");
        columns("custom_job_level", job);
        query("sfia_skill: how many, of which versions", "147 9 9 1 7",
            "SELECT count(*), min(version), max(version), min(first_level), max(last_level) FROM delivery.sfia_skill");
        repeat("sfia_skill: a skill", "Delivery management 3 6 false",
            "SELECT name, first_level, last_level, custom FROM delivery.sfia_skill WHERE version = ? AND code = ?", s -> {
                s.setString(1, "9");
                s.setString(2, "DEMG");
            });
        query("job_level_guide: values", "P1 0 NULL NULL 1, P2 2 0 0 2, P3 5 3 0 3, P4 8 NULL NULL 4, P5 12 NULL NULL 5, P6 15 NULL NULL 6",
            "SELECT level, years, years_master, years_doctorate, sfia_level FROM delivery.job_level_guide WHERE track = 'service_delivery' ORDER BY level");
        repeat("job_level_guide: levels in a predicate, and in a gap", "P5 1, P6 2",
            "SELECT level, " + prefix + "sfia_gap(sfia_level::delivery.sfia_level, ?::delivery.sfia_level) FROM delivery.job_level_guide"
            + " WHERE sfia_level > ? ORDER BY level", s -> {
                s.setString(1, "Enable");
                s.setInt(2, 4);
            });
    }

    private void columns(String view, String expected) {
        check("columns of " + view, expected, () -> first("SELECT * FROM delivery." + view, rows -> {
            ResultSetMetaData columns = rows.getMetaData();
            List<String> shown = new ArrayList<>();

            for (int i = 1; i <= columns.getColumnCount(); i++) {
                shown.add(columns.getColumnName(i) + " " + Values.typeName(columns.getColumnType(i), columns.getColumnTypeName(i)));
            }
            return String.join(", ", shown);
        }));
    }

    private void checking() {
        String of = select("check_sfia_level(?, ?::delivery.sfia_level)");

        repeat("check_sfia_level: int", "true", of, s -> skill(s, "DEMG", 6));
        repeat("check_sfia_level: name", "true", of, s -> {
            s.setString(1, "DEMG");
            s.setString(2, "Apply");
        });
        repeat("check_sfia_level: no types", "true", select("check_sfia_level(?, ?, ?)"), s -> {
            s.setObject(1, "DEMG", Types.OTHER);
            s.setObject(2, "4", Types.OTHER);
            s.setObject(3, "9", Types.OTHER);
        });
        repeat("check_sfia_level: NULL", "NULL NULL", of + ", " + prefix + "check_sfia_level(?, ?)", s -> {
            s.setString(1, "DEMG");
            s.setNull(2, Types.INTEGER);
            s.setNull(3, Types.VARCHAR);
            s.setNull(4, Types.OTHER);
        });
        query("check_sfia_level: a column", "true, true, true, NULL", select("check_sfia_level(code, level) FROM " + SKILL + " ORDER BY person"));
        check("check_sfia_level: int without a cast", "42883", () -> states(select("check_sfia_level(?, ?)"), s -> skill(s, "DEMG", 4)));
        refuse("skill at a level below its first", "23W60", of, s -> skill(s, "DEMG", 2));
        refuse("skill at a level above its last", "23W60", of, s -> skill(s, "DEMG", 7));
        check("check_sfia_level: constraint, detail and hint of an undefined level", "23W60 skill_level_undefined"
            + " skill \"DEMG\" is not defined at level 7. It is defined at levels 3 to 6."
            + " Use a level at which it is defined, or define it at other levels in delivery.custom_sfia_skill.", () -> refusal(of, s -> skill(s, "DEMG", 7)));
        check("check_sfia_level: hint of a code in other letters",
            "22023 null skill \"demg\" is not known. The register has no skill \"demg\" of version \"9\". Write 'DEMG' of version '9'.",
            () -> refusal(of, s -> skill(s, "demg", 4)));
        refuse("unknown skill", "22023", of, s -> skill(s, "XXXX", 4));
        refuse("unknown version", "22023", select("check_sfia_level('DEMG', '4', ?)"), s -> s.setString(1, "8"));
        refuse("level out of range", "22003", of, s -> skill(s, "DEMG", 8));
    }

    private static void skill(PreparedStatement statement, String code, int level) throws SQLException {
        statement.setString(1, code);
        statement.setInt(2, level);
    }

    /* SQLSTATE, constraint, message, detail and hint. */
    private String refusal(String sql, Setter setter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setter.set(statement);
            statement.executeQuery();
            return "no error";
        } catch (PSQLException error) {
            ServerErrorMessage message = error.getServerErrorMessage();

            return error.getSQLState() + " " + message.getConstraint() + " " + message.getMessage() + ". " + message.getDetail() + " " + message.getHint();
        }
    }

    private String states(String sql, Setter setter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return outcomes(statement, EXECUTIONS, setter, SQLException::getSQLState);
        }
    }

    /* --- of one's own -------------------------------------------------------- */

    private void customSkills() {
        check("own skills: written in a batch, seen by a prepared statement, gone after rollback", "23W60 true true 23W60; 2 true 22023", () -> {
            List<String> seen = new ArrayList<>();
            String[] others = new String[2];

            try (PreparedStatement statement = connection.prepareStatement(select("check_sfia_level(?, ?::delivery.sfia_level)"))) {
                seen.add(checked(statement, "DEMG", 7));
                rolledBack(() -> {
                    try (PreparedStatement insert = connection.prepareStatement(INSERT_SKILL)) {
                        /* before the shipped one, and one that is not shipped */
                        skill(insert, "9", "DEMG", "Delivery management, ours", 1, 7);
                        skill(insert, "9", "JDBC", "Drivers", 2, 3);
                        insert.executeBatch();
                    }
                    seen.add(checked(statement, "DEMG", 7));
                    seen.add(checked(statement, "JDBC", 3));
                    try (PreparedStatement update = connection.prepareStatement(
                            "UPDATE delivery.custom_sfia_skill SET last_level = ? WHERE code = ?")) {
                        update.setInt(1, 6);
                        update.setString(2, "DEMG");
                        update.executeUpdate();
                    }
                    seen.add(checked(statement, "DEMG", 7));
                    others[0] = rows("SELECT count(*), bool_and(custom) FROM delivery.sfia_skill WHERE code IN ('DEMG', 'JDBC')");
                    return null;
                });
                others[1] = checked(statement, "JDBC", 3);
            }
            return String.join(" ", seen) + "; " + String.join(" ", others);
        });
        check("own skill: version 9 if none is given", "9", () -> rolledBack(() -> {
            execute("INSERT INTO delivery.custom_sfia_skill (code, name, first_level, last_level) VALUES ('JDBC', 'Drivers', 2, 3)");
            return one("SELECT version FROM delivery.sfia_skill WHERE code = 'JDBC'");
        }));
        violate("custom_sfia_skill: levels in no order", "23514 custom_sfia_skill_levels_in_order custom_sfia_skill", INSERT_SKILL,
            s -> skill(s, "9", "JDBC", "Drivers", 3, 2));
        violate("custom_sfia_skill: a level above 7", "23514 custom_sfia_skill_levels_in_order custom_sfia_skill", INSERT_SKILL,
            s -> skill(s, "9", "JDBC", "Drivers", 3, 8));
        violate("custom_sfia_skill: blanks around a code", "23514 custom_sfia_skill_code_trimmed custom_sfia_skill", INSERT_SKILL,
            s -> skill(s, "9", " JDBC", "Drivers", 2, 3));
        violate("custom_sfia_skill: no name", "23502 null custom_sfia_skill", INSERT_SKILL, s -> skill(s, "9", "JDBC", null, 2, 3));
        violate("custom_sfia_skill: the same skill twice", "23505 custom_sfia_skill_pkey custom_sfia_skill", INSERT_SKILL, s -> {
            skill(s, "9", "JDBC", "Drivers", 2, 3);
            s.executeUpdate();
        });
    }

    /* The distinct outcomes of a check; a transaction goes on behind a refusal. */
    private String checked(PreparedStatement statement, String code, int level) throws SQLException {
        Set<String> distinct = new LinkedHashSet<>();

        for (int i = 0; i < EXECUTIONS; i++) {
            Savepoint savepoint = connection.getAutoCommit() ? null : connection.setSavepoint();

            skill(statement, code, level);
            try (ResultSet rows = statement.executeQuery()) {
                distinct.add(Values.read(rows));
            } catch (SQLException error) {
                distinct.add(error.getSQLState());
                if (savepoint != null) {
                    connection.rollback(savepoint);
                }
            }
        }
        return String.join(" <> ", distinct);
    }

    private static void skill(PreparedStatement insert, String version, String code, String name, int first, int last) throws SQLException {
        insert.setString(1, version);
        insert.setString(2, code);
        insert.setString(3, name);
        insert.setInt(4, first);
        insert.setInt(5, last);
        insert.addBatch();
    }

    /* A row that the table must refuse. */
    private void violate(String name, String expected, String insert, Setter row) {
        check(name, expected, () -> rolledBack(() -> {
            try (PreparedStatement statement = connection.prepareStatement(insert)) {
                row.set(statement);
                statement.executeUpdate();
                return "no error";
            } catch (PSQLException error) {
                ServerErrorMessage message = error.getServerErrorMessage();

                return error.getSQLState() + " " + message.getConstraint() + " " + message.getTable();
            }
        }));
    }

    /* --- job levels ------------------------------------------------------------ */

    private static String names(String condition) {
        return "SELECT person FROM " + SKILL + " WHERE " + condition + " ORDER BY person";
    }

    private void jobLevels() {
        check("job level: type, string and object", "VARCHAR job_level P2 P2 String", () -> first("SELECT job FROM " + SKILL + " WHERE person = 'ada'", rows ->
            Values.typeName(rows.getMetaData().getColumnType(1), null) + " " + rows.getMetaData().getColumnTypeName(1).replaceAll("^\"delivery\"\\.|\"", "") + " "
                + rows.getString(1) + " " + rows.getObject(1) + " " + rows.getObject(1).getClass().getSimpleName()));
        query("job levels in order", "P2, P4, P6, NULL", "SELECT job FROM " + SKILL + " ORDER BY job");
        query("least and greatest job level", "P2 P6", "SELECT min(job), max(job) FROM " + SKILL);
        for (String write : new String[] {"INSERT INTO " + SKILL + " (job) VALUES (?) RETURNING job",
                "UPDATE " + SKILL + " SET job = ? WHERE person = 'ada' RETURNING job"}) {
            String what = write.substring(0, 6) + " of a job level: ";

            check(what + "string", "P3", () -> rolledBack(() -> states(write, s -> s.setString(1, "P3"))));
            check(what + "object", "P3", () -> rolledBack(() -> states(write, s -> s.setObject(1, "P3"))));
            check(what + "no type", "P3", () -> rolledBack(() -> states(write, s -> s.setObject(1, "P3", Types.OTHER))));
            check(what + "PGobject", "P3", () -> rolledBack(() -> states(write, s -> s.setObject(1, typed("delivery.job_level", "P3")))));
            check(what + "NULL", "NULL", () -> rolledBack(() -> states(write, s -> s.setNull(1, Types.VARCHAR))));
            check(what + "none of them", "22P02", () -> states(write, s -> s.setString(1, "P7")));
            check(what + "int", "42804", () -> states(write, s -> s.setInt(1, 3)));
        }
        repeat("job level >= cast string", "bob, cyd", names("job >= ?::delivery.job_level"), s -> s.setString(1, "P3"));
        repeat("job level >= no type", "bob, cyd", names("job >= ?"), s -> s.setObject(1, "P3", Types.OTHER));
        repeat("job level as text = string", "cyd", names("job::text = ?"), s -> s.setString(1, "P4"));
        checkHere("job level >= string", untyped ? "bob, cyd" : "42883", () -> states(names("job >= ?"), s -> s.setString(1, "P3")));
        query("job levels joined with the guide", "ada 2 -1, bob 6 0, cyd 4 0", "SELECT person, guide.sfia_level, guide.sfia_level - skill.level FROM " + SKILL
            + " AS skill JOIN delivery.job_level_guide AS guide ON guide.level = job::text WHERE track = 'service_delivery' ORDER BY person");
    }

    private void customJobLevels() {
        check("own job level: each way to write it, in place of the shipped one, gone after rollback",
            "0 routine tasks 1 false; 1 ours 2 true, 3 ours 3 true, 5 ours 4 true, NULL NULL NULL true; 0 routine tasks 1 false", () -> {
                String before = job("P1");
                Object during = rolledBack(() -> {
                    try (PreparedStatement insert = connection.prepareStatement(INSERT_JOB)) {
                        job(insert, s -> s.setString(2, "P1"), 1, "ours", 2);
                        job(insert, s -> s.setObject(2, "P2", Types.OTHER), 3, "ours", 3);
                        job(insert, s -> s.setObject(2, typed("delivery.job_level", "P3")), 5, "ours", 4);
                        job(insert, s -> s.setString(2, "P4"), null, null, null);
                        insert.executeBatch();
                    }
                    return String.join(", ", job("P1"), job("P2"), job("P3"), job("P4"));
                });

                return before + "; " + during + "; " + job("P1");
            });
        violate("custom_job_level: none of them", "22P02 null null", INSERT_JOB, s -> job(s, level -> level.setString(2, "P7"), 1, null, 1));
        violate("custom_job_level: level of responsibility above 7", "23514 custom_job_level_sfia_level_in_range custom_job_level", INSERT_JOB,
            s -> job(s, level -> level.setString(2, "P1"), 1, null, 8));
        violate("custom_job_level: less than no years", "23514 custom_job_level_years_in_range custom_job_level", INSERT_JOB,
            s -> job(s, level -> level.setString(2, "P1"), -1, null, 1));
        violate("custom_job_level: no level", "23502 null custom_job_level", INSERT_JOB, s -> job(s, level -> level.setNull(2, Types.VARCHAR), 1, null, 1));
        violate("custom_job_level: the same level twice", "23505 custom_job_level_pkey custom_job_level", INSERT_JOB, s -> {
            job(s, level -> level.setString(2, "P1"), 1, null, 1);
            s.executeUpdate();
        });
    }

    private String job(String level) throws SQLException {
        return states(JOB, s -> {
            s.setString(1, "service_delivery");
            s.setString(2, level);
        });
    }

    private static void job(PreparedStatement insert, Setter level, Integer years, String scope, Integer responsibility) throws SQLException {
        insert.setString(1, "service_delivery");
        level.set(insert);
        insert.setObject(3, years, Types.INTEGER);
        insert.setString(4, scope);
        insert.setObject(5, responsibility, Types.INTEGER);
        insert.addBatch();
    }
}
