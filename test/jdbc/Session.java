/*
 * Session.java
 *    One configuration of connection and JVM, its connection, and the results
 *    that it had.
 */
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TimeZone;

final class Session implements AutoCloseable {
    private static final String[] PATHS = {"public", "public,delivery"};
    /* half an hour off the others, and daylight saving on both hemispheres */
    private static final String[] ZONES = {"America/St_Johns", "Pacific/Auckland"};

    /* ways in which the driver passes parameters and results */
    enum Mode {
        EXTENDED(),
        TEXT_ONLY("binaryTransfer=false", "reWriteBatchedInserts=true"),
        GENERIC_PLANS("options=-c plan_cache_mode=force_generic_plan"),
        UNSPECIFIED("stringtype=unspecified"),
        SIMPLE("preferQueryMode=simple");

        final String[] properties;

        Mode(String... properties) {
            this.properties = properties;
        }
    }

    final String path;
    final String zone;
    final Mode mode;
    final String label;
    /* what an application writes before our names */
    final String prefix;
    /* results that must not depend on the configuration */
    final Map<String, String> results = new LinkedHashMap<>();
    Connection connection;

    private Session(String path, String zone, Mode mode) {
        this.path = path;
        this.zone = zone;
        this.mode = mode;
        label = path + " " + zone + " " + mode.name().toLowerCase();
        prefix = path.contains("delivery") ? "" : "delivery.";
    }

    /* Every configuration, not yet connected. */
    static List<Session> all() {
        List<Session> sessions = new ArrayList<>();

        for (Mode mode : Mode.values()) {
            for (String path : PATHS) {
                for (String zone : ZONES) {
                    sessions.add(new Session(path, zone, mode));
                }
            }
        }
        return sessions;
    }

    void open() throws SQLException {
        Properties properties = new Properties();

        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        properties.setProperty("user", env("PGUSER"));
        properties.setProperty("password", env("PGPASSWORD"));
        properties.setProperty("currentSchema", path);
        for (String property : mode.properties) {
            String[] parts = property.split("=", 2);

            properties.setProperty(parts[0], parts[1]);
        }
        connection = DriverManager.getConnection(
            "jdbc:postgresql://127.0.0.1:" + env("PGPORT") + "/" + env("PGDATABASE"), properties);
    }

    @Override
    public void close() throws SQLException {
        if (connection != null) {
            connection.close();
        }
    }

    private static String env(String name) {
        String value = System.getenv(name);

        if (value == null) {
            throw new IllegalStateException(name + " is not set");
        }
        return value;
    }
}
