/*
 * WipChecks.java
 *    WIP limits as an application meets them: settings as parameters, refusals with
 *    all their fields in statements, batches and COPY, what goes on afterwards,
 *    warnings, and the status. Boards are made in transactions that are rolled back,
 *    but for the one whose commit is refused.
 */
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.LinkedHashSet;
import java.util.Set;

import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

final class WipChecks extends Checks {
    private static final String CARD = SCHEMA + ".card";
    private static final String INSERT = "INSERT INTO " + CARD + " VALUES (?, ?, ?)";
    private static final String FIELDS = " delivery_jdbc_test card lane wip_limit(doing)";
    private static final String HINT = "Finish an item of \"doing\" first, or let the board's owner allow more for a while with delivery.override_wip.";
    private static final String ONE_MORE = FIELDS + ": Rule wip_limit(doing), team = 'red': 2 in progress, 1 entering, limit 2. " + HINT;

    private interface Attempt {
        void run() throws Exception;
    }

    WipChecks(Session session) {
        super(session);
    }

    @Override
    void run() throws SQLException {
        settings();
        refusals();
        afterwards();
        warnings();
        status();
        commit();
        errors();
    }

    /* --- a board ---------------------------------------------------------- */

    private void createBoard() throws SQLException {
        execute("CREATE TABLE " + CARD + " (id integer PRIMARY KEY, lane text, team text)");
        execute("CREATE INDEX ON " + CARD + " (lane, team)");
        call("limit_wip(?, ?, ?)", s -> {
            s.setString(1, CARD);
            s.setString(2, "lane");
            s.setArray(3, texts("team"));
        });
        limit(2, "block", null);
    }

    /* A board with two cards in doing, of which there may be two, and one to do. */
    private Object withBoard(Body body) throws Exception {
        return rolledBack(() -> {
            createBoard();
            execute("INSERT INTO " + CARD + " VALUES (1, 'doing', 'red'), (2, 'doing', 'red'), (3, 'todo', 'red')");
            return body.run();
        });
    }

    private Array texts(String... values) throws SQLException {
        return connection.createArrayOf("text", values);
    }

    private String call(String call, Setter setter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(select(call))) {
            setter.set(statement);
            try (ResultSet rows = statement.executeQuery()) {
                return Values.read(rows);
            }
        }
    }

    private void limit(long maximum, String enforcement, String scope) throws SQLException {
        call("set_wip_limit(?::regclass, ?, ?, ?::delivery.wip_enforcement, ?::jsonb)", s -> {
            s.setString(1, CARD);
            s.setArray(2, texts("doing"));
            s.setLong(3, maximum);
            s.setString(4, enforcement);
            s.setString(5, scope);
        });
    }

    private static void card(PreparedStatement insert, int id, String lane) throws SQLException {
        insert.setInt(1, id);
        insert.setString(2, lane);
        insert.setString(3, "red");
    }

    /* --- what is shown of a refusal --------------------------------------- */

    private static String fields(ServerErrorMessage message) {
        return message.getSQLState() + " " + message.getSchema() + " " + message.getTable() + " " + message.getColumn() + " "
            + message.getConstraint() + ": " + message.getDetail() + " " + message.getHint();
    }

    /* The transaction goes on behind it. */
    private String outcome(Attempt attempt) throws Exception {
        Savepoint savepoint = connection.setSavepoint();

        try {
            attempt.run();
            return "done";
        } catch (PSQLException error) {
            connection.rollback(savepoint);
            return fields(error.getServerErrorMessage());
        } catch (BatchUpdateException error) {
            connection.rollback(savepoint);
            return "batch " + error.getSQLState() + " "
                + fields(((PSQLException) error.getNextException()).getServerErrorMessage());
        }
    }

    /* --- checks ----------------------------------------------------------- */

    private void settings() {
        repeat("suggested_wip_limit", "5", select("suggested_wip_limit(?)"), s -> s.setInt(1, 6));
        check("set_wip_limit: each way to pass a limit", "{doing} {} 3 block, {doing,review} {blue} 4 warn, {review} {red} 5 block", () -> rolledBack(() -> {
            createBoard();
            try (PreparedStatement statement = connection.prepareStatement(
                    select("set_wip_limit(?::regclass, ?::text[], ?, ?::delivery.wip_enforcement, ?::jsonb)"))) {
                for (int i = 0; i < EXECUTIONS; i++) {
                    statement.setString(1, CARD);
                    statement.setString(2, "{review,doing}");
                    statement.setInt(3, 4);
                    statement.setString(4, "warn");
                    statement.setString(5, "{\"team\": \"blue\"}");
                    Values.read(statement.executeQuery());
                }
            }
            try (PreparedStatement statement = connection.prepareStatement(select("set_wip_limit(?, ?, ?, ?, ?)"))) {
                for (int i = 0; i < EXECUTIONS; i++) {
                    statement.setObject(1, CARD, Types.OTHER);
                    statement.setArray(2, texts("review"));
                    statement.setLong(3, 5);
                    statement.setObject(4, typed("delivery.wip_enforcement", "block"));
                    statement.setObject(5, typed("jsonb", "{\"team\": \"red\"}"));
                    Values.read(statement.executeQuery());
                }
            }
            limit(3, "block", null);
            return rows("SELECT lanes, scope, maximum, enforcement FROM delivery.wip_limit WHERE board = '" + CARD + "'::regclass ORDER BY maximum");
        }));
        check("drop_wip_limit, unlimit_wip", "0 NULL", () -> rolledBack(() -> {
            createBoard();
            call("drop_wip_limit(?, ?)", s -> {
                s.setString(1, CARD);
                s.setArray(2, texts("doing"));
            });
            String limits = rows("SELECT count(*) FROM delivery.wip_limit WHERE board = '" + CARD + "'::regclass");

            call("unlimit_wip(?)", s -> s.setString(1, CARD));
            return limits + " " + rows("SELECT lane_column FROM " + prefix + "wip_columns('" + CARD + "')");
        }));
        check("override_wip with an OffsetDateTime", "done 3 a fair true 2999-01-01", () -> withBoard(() -> {
            call("override_wip(?, ?, ?::jsonb, ?, ?, ?)", s -> {
                s.setString(1, CARD);
                s.setArray(2, texts("doing"));
                s.setString(3, null);
                s.setInt(4, 1);
                s.setString(5, "a fair");
                s.setObject(6, at("2999-01-01T00:00Z"));
            });
            return outcome(() -> execute("UPDATE " + CARD + " SET lane = 'doing' WHERE id = 3")) + " "
                + rows("SELECT maximum FROM " + prefix + "wip_status() WHERE board = '" + CARD + "'::regclass") + " "
                + rows("SELECT reason, granted_by = session_user, (until AT TIME ZONE 'UTC')::date::text FROM delivery.wip_override WHERE board = '" + CARD + "'::regclass");
        }));
    }

    private void refusals() {
        check("refused: a statement", "23W01" + ONE_MORE,
            () -> withBoard(() -> outcome(() -> execute("UPDATE " + CARD + " SET lane = 'doing' WHERE id = 3"))));
        check("refused: its message", "WIP limit of lane \"doing\" on board \"card\" is exceeded", () -> withBoard(() -> {
            try {
                execute("UPDATE " + CARD + " SET lane = 'doing' WHERE id = 3");
                return "no error";
            } catch (PSQLException error) {
                return error.getServerErrorMessage().getMessage();
            }
        }));
        check("refused: a prepared statement, again and again", "23W01" + ONE_MORE, () -> withBoard(() -> {
            Set<String> distinct = new LinkedHashSet<>();

            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                for (int i = 0; i < EXECUTIONS; i++) {
                    card(insert, 10 + i, "doing");
                    distinct.add(outcome(insert::executeUpdate));
                }
            }
            return String.join(" <> ", distinct);
        }));
        /* one after the other, or rewritten into statements of several rows */
        check("refused: a batch", "batch 23W01 23W01" + FIELDS + " 2", () -> withBoard(() -> {
            execute("DELETE FROM " + CARD + " WHERE id = 2");
            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                for (int id = 10; id < 14; id++) {
                    card(insert, id, id == 10 ? "todo" : "doing");
                    insert.addBatch();
                }
                String outcome = outcome(insert::executeBatch);

                return outcome.substring(0, outcome.indexOf(':')) + " " + rows("SELECT count(*) FROM " + CARD);
            }
        }));
        check("refused: a batch of different statements", "batch 23W01 23W01" + ONE_MORE, () -> withBoard(() -> {
            try (Statement statement = connection.createStatement()) {
                statement.addBatch("INSERT INTO " + CARD + " VALUES (10, 'todo', 'red')");
                statement.addBatch("UPDATE " + CARD + " SET lane = 'doing' WHERE id = 10");
                return outcome(statement::executeBatch);
            }
        }));
        check("refused: COPY", "23W01" + ONE_MORE.replace("1 entering", "3 entering"), () -> withBoard(() -> outcome(() ->
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + CARD + " FROM STDIN",
                new ByteArrayInputStream("10\tdoing\tred\n11\tdoing\tred\n12\tdoing\tred\n".getBytes(StandardCharsets.UTF_8))))));
    }

    private void afterwards() {
        check("refused, back to a savepoint, and on in another lane", "23W01 25P02 1 1 doing, 2 doing, 3 done, 10 doing", () -> withBoard(() -> {
            Savepoint savepoint = connection.setSavepoint();
            String states = "";

            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                card(insert, 10, "doing");
                for (int i = 0; i < 2; i++) {
                    try {
                        insert.executeUpdate();
                    } catch (SQLException error) {
                        states += error.getSQLState() + " ";
                    }
                }
                connection.rollback(savepoint);
                /* one leaves for it, judged at the end */
                execute("SET CONSTRAINTS ALL DEFERRED");
                states += insert.executeUpdate();
                execute("UPDATE " + CARD + " SET lane = CASE lane WHEN 'todo' THEN 'done' ELSE lane END");
                execute("DELETE FROM " + CARD + " WHERE id = 2");
                execute("SET CONSTRAINTS ALL IMMEDIATE");
                execute("INSERT INTO " + CARD + " VALUES (2, 'todo', 'red')");
                limit(3, "block", null);
                execute("UPDATE " + CARD + " SET lane = 'doing' WHERE id = 2");
            }
            return states + " " + rows("SELECT id, lane FROM " + CARD + " ORDER BY id");
        }));
        /* the whole transaction is judged */
        check("deferred: refused when it is asked for", "23W01" + ONE_MORE.replace("2 in progress, 1 entering", "0 in progress, 3 entering"), () -> withBoard(() -> {
            execute("SET CONSTRAINTS ALL DEFERRED");
            execute("UPDATE " + CARD + " SET lane = 'doing' WHERE id = 3");
            return outcome(() -> execute("SET CONSTRAINTS ALL IMMEDIATE"));
        }));
    }

    /* All warnings of what was executed last. */
    private static String warnings(SQLWarning first) {
        StringBuilder all = new StringBuilder();

        for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
            all.append(warning.getSQLState()).append(' ').append(warning.getMessage().split("\n")[0]).append(" | ")
                .append(fields(((PSQLWarning) warning).getServerErrorMessage())).append('\n');
        }
        return all.toString();
    }

    private void warnings() {
        String expected = "01W01 WIP limit of lane \"doing\" on board \"card\" is exceeded | 01W01" + ONE_MORE + "\n";

        check("warned: a statement", "1 " + expected, () -> withBoard(() -> {
            limit(2, "warn", null);
            try (Statement statement = connection.createStatement()) {
                int updated = statement.executeUpdate("UPDATE " + CARD + " SET lane = 'doing' WHERE id = 3");

                return updated + " " + warnings(statement.getWarnings());
            }
        }));
        check("warned: a prepared statement, each time anew", expected, () -> withBoard(() -> {
            Set<String> distinct = new LinkedHashSet<>();

            limit(2, "warn", null);
            try (PreparedStatement update = connection.prepareStatement("UPDATE " + CARD + " SET lane = ? WHERE id = 3")) {
                for (int i = 0; i < EXECUTIONS; i++) {
                    update.setString(1, "doing");
                    update.executeUpdate();
                    distinct.add(warnings(update.getWarnings()));
                    update.setString(1, "todo");
                    update.executeUpdate();
                    if (update.getWarnings() != null) {
                        distinct.add("warned of leaving");
                    }
                }
            }
            return String.join(" <> ", distinct);
        }));
        check("warned: once for all rows of a statement", expected.replace("1 entering", "3 entering"), () -> withBoard(() -> {
            limit(2, "warn", null);
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("INSERT INTO " + CARD + " SELECT i, 'doing', 'red' FROM generate_series(10, 12) AS i");
                return warnings(statement.getWarnings());
            }
        }));
    }

    /* The first row with the types of its columns, as a tool sees them. */
    private String plain(String sql) throws SQLException {
        return (String) first(sql, rows -> {
            ResultSetMetaData columns = rows.getMetaData();
            StringBuilder types = new StringBuilder();
            StringBuilder values = new StringBuilder();

            for (int i = 1; i <= columns.getColumnCount(); i++) {
                types.append(i > 1 ? " " : "").append(Values.typeName(columns.getColumnType(i), columns.getColumnTypeName(i)));
                values.append(" ").append(rows.getObject(i));
            }
            return types + ":" + values;
        });
    }

    private void status() {
        String sql = "SELECT * FROM " + prefix + "wip_status() WHERE board = '" + CARD + "'::regclass ORDER BY scope ->> 'team' NULLS LAST";

        check("wip_status: types of its columns", "regclass _text jsonb int8 int8 int8 wip_enforcement", () -> withBoard(() ->
            first(sql, rows -> {
                StringBuilder types = new StringBuilder();

                for (int i = 1; i <= 7; i++) {
                    types.append(i > 1 ? " " : "").append(rows.getMetaData().getColumnTypeName(i).replace("\"", "").replace("delivery.", ""));
                }
                return types;
            })));
        check("wip_status: values, again and again", "delivery_jdbc_test.card {doing} {\"team\": \"red\"} 2 2 0 block Long", () -> withBoard(() -> {
            Set<String> distinct = new LinkedHashSet<>();

            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < EXECUTIONS; i++) {
                    try (ResultSet rows = statement.executeQuery()) {
                        rows.next();
                        distinct.add(rows.getString("board") + " " + Values.show(rows.getArray("lanes")) + " " + rows.getString("scope") + " "
                            + rows.getLong("in_progress") + " " + rows.getInt("maximum") + " " + rows.getBigDecimal("headroom") + " "
                            + rows.getString("enforcement") + " " + rows.getObject("in_progress").getClass().getSimpleName());
                    }
                }
            }
            return String.join(" <> ", distinct);
        }));
        check("wip_status: as objects", "delivery_jdbc_test.card {doing} {\"team\": \"red\"} 2 2 0 block", () -> withBoard(() -> rows(sql)));
        check("wip_status: NULL is NULL", "delivery_jdbc_test.card {doing} NULL 0 2 2 block", () -> rolledBack(() -> {
            createBoard();
            return rows(sql);
        }));
        check("wip_board: types and values that need no knowledge of the server's",
            "VARCHAR VARCHAR VARCHAR -5(int8) -5(int8) -5(int8) VARCHAR DOUBLE: delivery_jdbc_test.card doing team: red 2 2 0 block 3.0", () -> withBoard(() -> {
            execute("ALTER TABLE " + CARD + " ADD entered timestamptz DEFAULT now() - interval '3 hours'");
            call("set_wip_entry_column(?, ?)", s -> {
                s.setString(1, CARD);
                s.setString(2, "entered");
            });
            return plain("SELECT * FROM delivery.wip_board WHERE board = '" + CARD + "'");
        }));
        check("guardrail_health: types and values", "VARCHAR VARCHAR VARCHAR: delivery_jdbc_test.card trigger \"delivery_wip_update\" is disabled"
            + " ALTER TABLE delivery_jdbc_test.card ENABLE TRIGGER delivery_wip_update", () -> withBoard(() -> {
            execute("ALTER TABLE " + CARD + " DISABLE TRIGGER delivery_wip_update");
            return plain("SELECT * FROM delivery.guardrail_health WHERE object = '" + CARD + "'");
        }));
        check("wip_columns", "lane {team} NULL", () -> withBoard(() -> rows("SELECT lane_column, scope_columns, weight_column FROM " + prefix + "wip_columns('" + CARD + "')")));
    }

    /* A board that lasts until its transaction's end is refused. */
    private void commit() throws SQLException {
        createBoard();
        try {
            check("deferred: the commit is refused, and nothing stays",
                "23W01" + FIELDS + ": Rule wip_limit(doing), team = 'red': 0 in progress, 3 entering, limit 2. " + HINT + " 0", () -> {
                    String outcome = "committed";

                    connection.setAutoCommit(false);
                    try {
                        execute("SET CONSTRAINTS " + SCHEMA + ".delivery_wip_insert DEFERRED");
                        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                            for (int id = 1; id <= 3; id++) {
                                card(insert, id, "doing");
                                insert.addBatch();
                            }
                            insert.executeBatch();
                        }
                        connection.commit();
                    } catch (PSQLException error) {
                        outcome = fields(error.getServerErrorMessage());
                    } finally {
                        connection.rollback();
                        connection.setAutoCommit(true);
                    }
                    return outcome + " " + rows("SELECT count(*) FROM " + CARD);
                });
        } finally {
            call("unlimit_wip(?)", s -> s.setString(1, CARD));
            execute("DROP TABLE " + CARD);
        }
    }

    private void errors() {
        String set = select("set_wip_limit(?, ?, ?, ?::delivery.wip_enforcement)");

        refuse("a table that is no board", "55000", set, s -> {
            s.setString(1, DEPLOYMENT);
            s.setArray(2, texts("doing"));
            s.setLong(3, 1);
            s.setString(4, "block");
        });
        refuse("a lane column that is not there", "42703", select("limit_wip(?, ?)"), s -> {
            s.setString(1, DEPLOYMENT);
            s.setString(2, "lane");
        });
        refuse("no maximum", "22004", set, s -> {
            s.setString(1, DEPLOYMENT);
            s.setArray(2, texts("doing"));
            s.setNull(3, Types.BIGINT);
            s.setString(4, "block");
        });
        refuse("an override without reason", "22023", select("override_wip(?, ?, NULL, 1, ?, ?::timestamptz)"), s -> {
            s.setString(1, DEPLOYMENT);
            s.setArray(2, texts("doing"));
            s.setString(3, " ");
            s.setString(4, "2999-01-01");
        });
        refuse("the condition of the triggers, called by hand", "39P01", "SELECT delivery_internal.enters_wip(NULL, ?, 1)", s -> s.setBoolean(1, false));
    }
}
