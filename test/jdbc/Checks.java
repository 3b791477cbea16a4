/*
 * Checks.java
 *    What every group of checks does in a session: ask, compare, report.
 */
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.LinkedHashSet;
import java.util.Set;

import org.postgresql.util.PGobject;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

abstract class Checks {
    static final String SCHEMA = "delivery_jdbc_test";
    static final String DEPLOYMENT = SCHEMA + ".deployment";
    static final String SERVICE = SCHEMA + ".service";
    static final String SKILL = SCHEMA + ".skill";

    /*
     * The driver prepares on the server from the 5th execution on, and the
     * server turns to a generic plan after 5 more.
     */
    static final int EXECUTIONS = 12;

    interface Body {
        Object run() throws Exception;
    }

    interface Setter {
        void set(PreparedStatement statement) throws SQLException;
    }

    interface Reader {
        Object read(ResultSet rows) throws SQLException;
    }

    /* What is shown of an error. */
    interface ErrorView {
        String show(SQLException error);
    }

    final Session session;
    final Connection connection;
    final Session.Mode mode;
    final String prefix;

    Checks(Session session) {
        this.session = session;
        connection = session.connection;
        mode = session.mode;
        prefix = session.prefix;
    }

    abstract void run() throws SQLException;

    /* --- checks ----------------------------------------------------------- */

    /* A result that is the same in every configuration. */
    void check(String name, Object expected, Body body) {
        session.results.put(name, checkHere(name, expected, body));
    }

    /* A result that this configuration is expected to have. */
    String checkHere(String name, Object expected, Body body) {
        String want = String.valueOf(expected);
        String got;

        try {
            got = Values.show(body.run());
        } catch (Exception error) {
            got = "error: " + error;
        }
        Tap.ok(want.equals(got), session.label + ": " + name, "expected: " + want, "     got: " + got);
        return got;
    }

    void query(String name, Object expected, String sql) {
        check(name, expected, () -> rows(sql));
    }

    /*
     * The same statement object executed until its plan on the server is a
     * generic one: always the same result.
     */
    void repeat(String name, Object expected, String sql, Setter setter) {
        repeat(name, expected, EXECUTIONS, sql, setter);
    }

    void repeat(String name, Object expected, int executions, String sql, Setter setter) {
        check(name, expected, () -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                return outcomes(statement, executions, setter, error -> "error: " + error);
            }
        });
    }

    /*
     * An error of the extension: SQLSTATE, and a message, a detail and a hint
     * that say something; also from a statement prepared on the server.
     */
    void refuse(String name, String state, String sql, Setter setter) {
        check(name, state, () -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                return outcomes(statement, EXECUTIONS, setter, Checks::explained);
            }
        });
    }

    private static String explained(SQLException error) {
        ServerErrorMessage message = ((PSQLException) error).getServerErrorMessage();

        return error.getSQLState()
            + (Values.isEmpty(message.getMessage()) ? " without message" : "")
            + (Values.isEmpty(message.getDetail()) ? " without detail" : "")
            + (Values.isEmpty(message.getHint()) ? " without hint" : "");
    }

    /* --- asking the server ------------------------------------------------ */

    /* The distinct outcomes of a statement executed so many times. */
    static String outcomes(PreparedStatement statement, int executions, Setter setter, ErrorView view)
            throws SQLException {
        Set<String> distinct = new LinkedHashSet<>();

        for (int i = 0; i < executions; i++) {
            setter.set(statement);
            try (ResultSet rows = statement.executeQuery()) {
                distinct.add(Values.read(rows));
            } catch (SQLException error) {
                distinct.add(view.show(error));
            }
        }
        return String.join(" <> ", distinct);
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /* All rows as text. */
    String rows(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return Values.read(rows);
        }
    }

    /* What the reader makes of the first row. */
    Object first(String sql, Reader reader) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return reader.read(rows);
        }
    }

    Object one(String sql) throws SQLException {
        return first(sql, rows -> rows.getObject(1));
    }

    /* Without autocommit, and nothing stays. */
    Object rolledBack(Body body) throws Exception {
        connection.setAutoCommit(false);
        try {
            return body.run();
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /* --- writing SQL and parameters --------------------------------------- */

    /* SELECT of something that starts with one of our names */
    String select(String expression) {
        return "SELECT " + prefix + expression;
    }

    String fromTeam(String team, String expression) {
        return select(expression) + " FROM " + DEPLOYMENT + " WHERE team = '" + team + "'";
    }

    String fromRed(String expression) {
        return fromTeam("red", expression);
    }

    /*
     * The simple protocol writes an array as a literal without a type, which
     * would be taken for one fraction.
     */
    String arrayParameter() {
        return mode == Session.Mode.SIMPLE ? "?::float8[]" : "?";
    }

    /* Parameter 1 as an array of float8. */
    Setter fractions(Double... values) {
        return s -> s.setArray(1, connection.createArrayOf("float8", values));
    }

    static PGobject typed(String type, String value) throws SQLException {
        PGobject object = new PGobject();

        object.setType(type);
        object.setValue(value);
        return object;
    }

    static OffsetDateTime at(String text) {
        return OffsetDateTime.parse(text);
    }
}
