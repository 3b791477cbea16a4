/*
 * ProtocolChecks.java
 *    That the configurations do what they are there for: statements prepared
 *    on the server, binary results, cursors.
 */
import java.sql.PreparedStatement;
import java.sql.ResultSet;

import org.postgresql.PGResultSetMetaData;

final class ProtocolChecks extends Checks {
    ProtocolChecks(Session session) {
        super(session);
    }

    @Override
    void run() {
        preparedOnServer();
        cursors();
    }

    private void preparedOnServer() {
        boolean server = mode != Session.Mode.SIMPLE;

        checkHere("statement is prepared on the server, its plan generic at last",
            server ? "prepared, generic plans" : "not prepared", () -> {
                try (PreparedStatement statement = connection.prepareStatement(
                        fromRed("lead_time(committed_at, deployed_at, ?)") + " AND 'watched' <> ''")) {
                    for (int i = 0; i < EXECUTIONS; i++) {
                        statement.setDouble(1, 0.9);
                        Values.read(statement.executeQuery());
                    }
                    return rows("SELECT coalesce(max(CASE WHEN generic_plans > 0 THEN 'prepared, generic plans'"
                        + " ELSE 'prepared' END), 'not prepared') FROM pg_prepared_statements"
                        + " WHERE NOT from_sql AND statement LIKE '%lead_time%$1%' || 'watched%'");
                }
            });
        checkHere("format of a double in the end", server && mode != Session.Mode.TEXT_ONLY ? "binary" : "text", () -> {
            try (PreparedStatement statement = connection.prepareStatement(fromRed("change_failure_rate(failed)"))) {
                int format = 0;

                for (int i = 0; i < EXECUTIONS; i++) {
                    ResultSet rows = statement.executeQuery();

                    /* known once the first row has been asked for */
                    rows.next();
                    format = ((PGResultSetMetaData) rows.getMetaData()).getFormat(1);
                }
                return format == 1 ? "binary" : "text";
            }
        });
    }

    private void cursors() {
        for (int round = 1; round <= 2; round++) {
            checkHere("server-side cursor, round " + round,
                (mode == Session.Mode.SIMPLE ? "no cursor" : "cursor") + " 300 rows,"
                + " the last 300 12d12:00:00.000000 low", () -> {
                    connection.setReadOnly(true);
                    try {
                        return rolledBack(this::readByFifty);
                    } finally {
                        connection.setReadOnly(false);
                    }
                });
        }
    }

    private String readByFifty() throws Exception {
        String groups = "SELECT day, " + prefix + "lead_time(started, started + day * interval '1 hour', ?), "
            + prefix + "dora_level('lead_time', day * interval '1 day')"
            + " FROM generate_series(1, 300) AS day,"
            + " (VALUES (timestamptz '2026-01-01 00:00+00'), ('2026-07-01 00:00+00')) AS start (started)"
            + " GROUP BY day ORDER BY day";

        try (PreparedStatement statement = connection.prepareStatement(groups)) {
            int count = 0;
            String last = "";
            String cursor = "";

            statement.setFetchSize(50);
            statement.setDouble(1, 0.5);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (++count == 1) {
                        /* the driver's portal is open; in simple mode there is none */
                        cursor = (Boolean) one("SELECT count(*) > 0 FROM pg_cursors"
                            + " WHERE statement LIKE '%generate_series%' AND name <> ''") ? "cursor" : "no cursor";
                    }
                    last = rows.getInt(1) + " " + Values.show(rows.getObject(2)) + " " + rows.getString(3);
                }
            }
            return cursor + " " + count + " rows, the last " + last;
        }
    }
}
