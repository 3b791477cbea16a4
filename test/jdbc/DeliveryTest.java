/*
 * DeliveryTest.java
 *	  What a Java application or a BI tool sees of the extension through
 *	  PostgreSQL's own driver.
 *
 * The whole suite runs once per configuration: delivery on the search_path and
 * off it, in two JVM time zones (the driver makes them the session's), and in
 * every way in which the driver can pass parameters and results. The results
 * must be the same everywhere.
 *
 * Output is TAP. Everything is made in a schema of its own, dropped at the end;
 * rows of delivery.custom_benchmark are only ever rolled back.
 */
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;

import org.postgresql.PGResultSetMetaData;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

public class DeliveryTest {
	static final String SCHEMA = "delivery_jdbc_test";
	static final String[] PATHS = {"public", "public,delivery"};
	/* half an hour off the others, and daylight saving on both hemispheres */
	static final String[] ZONES = {"America/St_Johns", "Pacific/Auckland"};

	/*
	 * The driver prepares on the server from the 5th execution on, and the
	 * server turns to a generic plan after 5 more.
	 */
	static final int EXECUTIONS = 12;

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

	interface Body {
		Object run() throws Exception;
	}

	interface Setter {
		void set(PreparedStatement statement) throws SQLException;
	}

	/* --- TAP -------------------------------------------------------------- */

	static int points = 0;
	static int failures = 0;

	static void ok(boolean passed, String name, String... diagnostics) {
		points++;
		System.out.println((passed ? "ok " : "not ok ") + points + " - " + name.replace("#", "\\#"));
		if (passed) {
			return;
		}
		failures++;
		for (String diagnostic : diagnostics) {
			for (String line : diagnostic.split("\n")) {
				System.out.println("#   " + line);
			}
		}
	}

	/* --- one configuration ------------------------------------------------ */

	final String path;
	final String zone;
	final Mode mode;
	final String label;
	/* what an application writes before our names */
	final String d;
	/* results that must not depend on the configuration */
	final Map<String, String> results = new LinkedHashMap<>();
	Connection connection;

	DeliveryTest(String path, String zone, Mode mode) {
		this.path = path;
		this.zone = zone;
		this.mode = mode;
		label = path + " " + zone + " " + mode.name().toLowerCase();
		d = path.contains("delivery") ? "" : "delivery.";
	}

	Connection connect() throws SQLException {
		Properties properties = new Properties();

		properties.setProperty("user", env("PGUSER"));
		properties.setProperty("password", env("PGPASSWORD"));
		properties.setProperty("currentSchema", path);
		for (String property : mode.properties) {
			String[] parts = property.split("=", 2);

			properties.setProperty(parts[0], parts[1]);
		}
		return DriverManager.getConnection(
			"jdbc:postgresql://127.0.0.1:" + env("PGPORT") + "/" + env("PGDATABASE"), properties);
	}

	static String env(String name) {
		String value = System.getenv(name);

		if (value == null) {
			throw new IllegalStateException(name + " is not set");
		}
		return value;
	}

	/* A result that is the same in every configuration. */
	void check(String name, Object expected, Body body) {
		results.put(name, checkHere(name, expected, body));
	}

	/* A result that this configuration is expected to have. */
	String checkHere(String name, Object expected, Body body) {
		String want = show(expected);
		String got;

		try {
			got = show(body.run());
		} catch (Exception error) {
			got = "error: " + error;
		}
		ok(want.equals(got), label + ": " + name, "expected: " + want, "     got: " + got);
		return got;
	}

	/*
	 * The same statement object executed until its plan on the server is a
	 * generic one: always the same result.
	 */
	void repeat(String name, Object expected, String sql, Setter setter) {
		check(name, expected, () -> {
			Set<String> distinct = new LinkedHashSet<>();

			try (PreparedStatement statement = connection.prepareStatement(sql)) {
				for (int i = 0; i < EXECUTIONS; i++) {
					setter.set(statement);
					try (ResultSet rows = statement.executeQuery()) {
						distinct.add(read(rows));
					}
				}
			}
			return String.join(" <> ", distinct);
		});
	}

	void query(String name, Object expected, String sql) {
		check(name, expected, () -> {
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery(sql)) {
				return read(rows);
			}
		});
	}

	/*
	 * An error of the extension: SQLSTATE, and a detail and a hint that say
	 * something. Executed often enough that the error also comes from a statement
	 * prepared on the server.
	 */
	void refuse(String name, String state, String sql, Setter setter) {
		refuse(name, state, true, sql, setter);
	}

	void refuse(String name, String state, boolean explained, String sql, Setter setter) {
		check(name, state, () -> {
			Set<String> distinct = new LinkedHashSet<>();

			try (PreparedStatement statement = connection.prepareStatement(sql)) {
				for (int i = 0; i < 6; i++) {
					setter.set(statement);
					try (ResultSet rows = statement.executeQuery()) {
						distinct.add("no error but " + read(rows));
					} catch (PSQLException error) {
						ServerErrorMessage message = error.getServerErrorMessage();

						distinct.add(error.getSQLState()
							+ (isEmpty(message.getMessage()) ? " without message" : "")
							+ (explained && isEmpty(message.getDetail()) ? " without detail" : "")
							+ (explained && isEmpty(message.getHint()) ? " without hint" : ""));
					}
				}
			}
			return String.join(" <> ", distinct);
		});
	}

	static boolean isEmpty(String string) {
		return string == null || string.trim().isEmpty();
	}

	void execute(String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/* --- showing values --------------------------------------------------- */

	/* All rows, columns by a blank, rows by a comma. */
	static String read(ResultSet rows) throws SQLException {
		List<String> lines = new ArrayList<>();
		int columns = rows.getMetaData().getColumnCount();

		while (rows.next()) {
			List<String> line = new ArrayList<>();

			for (int i = 1; i <= columns; i++) {
				Object value = rows.getObject(i);

				if (rows.wasNull() != (value == null)) {
					throw new SQLException("wasNull() contradicts getObject()");
				}
				line.add(show(value));
			}
			lines.add(String.join(" ", line));
		}
		return String.join(", ", lines);
	}

	static String show(Object value) throws IllegalStateException {
		try {
			if (value == null) {
				return "NULL";
			}
			if (value instanceof PGInterval) {
				PGInterval interval = (PGInterval) value;

				return (interval.getYears() != 0 || interval.getMonths() != 0
						? interval.getYears() + "y" + interval.getMonths() + "m" : "")
					+ String.format("%dd%02d:%02d:%02d.%06d", interval.getDays(), interval.getHours(),
						interval.getMinutes(), interval.getWholeSeconds(), interval.getMicroSeconds());
			}
			if (value instanceof Array) {
				List<String> elements = new ArrayList<>();

				for (Object element : (Object[]) ((Array) value).getArray()) {
					elements.add(show(element));
				}
				return "{" + String.join(",", elements) + "}";
			}
			return value.toString();
		} catch (SQLException error) {
			throw new IllegalStateException(error);
		}
	}

	static OffsetDateTime at(String text) {
		return OffsetDateTime.parse(text);
	}

	/* --- data ------------------------------------------------------------- */

	void createTables() throws SQLException {
		execute("DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
		execute("CREATE SCHEMA " + SCHEMA);
		execute("CREATE TABLE " + SCHEMA + ".deployment (team text NOT NULL,"
			+ " committed_at timestamptz, deployed_at timestamptz, failed boolean, unplanned boolean)");
		execute("CREATE TABLE " + SCHEMA + ".service (name text PRIMARY KEY, duration interval,"
			+ " failure_rate float8, level delivery.dora_level)");
	}

	void deployment(PreparedStatement insert, String team, OffsetDateTime committed, OffsetDateTime deployed,
			Boolean failed, Boolean unplanned) throws SQLException {
		insert.setString(1, team);
		insert.setObject(2, committed, Types.TIMESTAMP_WITH_TIMEZONE);
		insert.setObject(3, deployed, Types.TIMESTAMP_WITH_TIMEZONE);
		insert.setObject(4, failed, Types.BOOLEAN);
		insert.setObject(5, unplanned, Types.BOOLEAN);
		insert.addBatch();
	}

	void service(PreparedStatement insert, String name, String duration, Double rate) throws SQLException {
		insert.setString(1, name);
		insert.setObject(2, duration == null ? null : new PGInterval(duration), Types.OTHER);
		insert.setObject(3, rate, Types.DOUBLE);
		insert.setObject(4, duration == null ? null : new PGInterval(duration), Types.OTHER);
		insert.addBatch();
	}

	void fillTables() {
		check("batch insert", 9, () -> {
			try (PreparedStatement insert = connection.prepareStatement(
					"INSERT INTO " + SCHEMA + ".deployment VALUES (?, ?, ?, ?, ?)")) {
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
					"INSERT INTO " + SCHEMA + ".service VALUES (?, ?, ?, " + d + "dora_level('lead_time', ?::interval))")) {
				service(insert, "a", "30 minutes", 0.04);
				service(insert, "b", "2 days", 0.1);
				service(insert, "c", "20 days", 0.3);
				service(insert, "d", "90 days", 0.9);
				service(insert, "e", null, null);
				return insert.executeBatch().length;
			}
		});
	}

	String fromRed(String expression) {
		return "SELECT " + d + expression + " FROM " + SCHEMA + ".deployment WHERE team = 'red'";
	}

	/* --- results ---------------------------------------------------------- */

	void testResultTypes() {
		String aggregates = "SELECT team, " + d + "lead_time(committed_at, deployed_at), "
			+ d + "cycle_time(committed_at, deployed_at, 0.9), " + d + "mttr(committed_at, deployed_at), "
			+ d + "change_failure_rate(failed), " + d + "rework_rate(unplanned)"
			+ " FROM " + SCHEMA + ".deployment GROUP BY team ORDER BY team";

		checkHere("session has the zone of the JVM", zone, () -> one("SHOW TimeZone"));
		/* 0.9 of 2 h, 26:03:04.567891, 72:00:00.000001: rank 1.8, so 26:03:04.567891 + 0.8 * 45:56:55.43211 */
		query("aggregates by team", "blue NULL NULL NULL NULL NULL, "
			+ "green 0d23:00:00.000000 0d23:00:00.000000 0d23:00:00.000000 0.0 0.0, "
			+ "red 1d02:03:04.567891 2d14:48:36.913579 1d09:21:01.522631 0.25 0.5", aggregates);
		check("interval is a PGInterval with days, hours and microseconds", "1 2 3 4.567891 567891", () -> {
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery(fromRed("lead_time(committed_at, deployed_at)"))) {
				rows.next();
				PGInterval interval = rows.getObject(1, PGInterval.class);

				return interval.getDays() + " " + interval.getHours() + " " + interval.getMinutes() + " "
					+ interval.getSeconds() + " " + interval.getMicroSeconds();
			}
		});
		check("interval as a string", "1 day 02:03:04.567891",
			() -> string(fromRed("lead_time(committed_at, deployed_at)")));
		query("interval[] is an array of PGInterval",
			"{0d02:00:00.000000,1d02:03:04.567891,3d00:00:00.000001}",
			fromRed("lead_time(committed_at, deployed_at, ARRAY[0, 0.5, 1])"));
		check("interval[] through Array.getResultSet", "1 0d02:00:00.000000, 2 3d00:00:00.000001", () -> {
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery(
						fromRed("time_to_restore(committed_at, deployed_at, '{0,1}'::float8[])"))) {
				rows.next();
				return read(rows.getArray(1).getResultSet());
			}
		});
		query("NULL among the fractions", "{NULL,1d02:03:04.567891}",
			fromRed("lead_time(committed_at, deployed_at, ARRAY[NULL, 0.5])"));
		query("interval[] that is NULL", "NULL",
			"SELECT " + d + "lead_time(committed_at, deployed_at, ARRAY[0.5]) FROM " + SCHEMA
			+ ".deployment WHERE team = 'blue'");
		query("median of a ready duration", "11d00:00:00.000000",
			"SELECT " + d + "duration_percentile(duration) FROM " + SCHEMA + ".service");
		check("double as double, BigDecimal and Double", "0.25 0.25 0.25", () -> {
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery(fromRed("change_failure_rate(failed)"))) {
				rows.next();
				return rows.getDouble(1) + " " + rows.getBigDecimal(1) + " " + rows.getObject(1, Double.class);
			}
		});
		check("NULL double is 0 with wasNull", "0.0 true", () -> {
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery("SELECT " + d + "change_failure_rate(failed) FROM "
						+ SCHEMA + ".deployment WHERE team = 'blue'")) {
				rows.next();
				return rows.getDouble(1) + " " + rows.wasNull();
			}
		});
		query("double of a moving window", "NULL, 0.0, 0.5, 0.5, 0.0, NULL, 0.0, 0.0, 0.0",
			"SELECT " + d + "change_failure_rate(failed) OVER (ORDER BY coalesce(committed_at, deployed_at), team"
			+ " ROWS 1 PRECEDING) FROM " + SCHEMA + ".deployment");
		query("hours", "26.5", "SELECT " + d + "hours(interval '1 day 02:30')");
		query("span_fault", "missing finish 1, missing start 1, negative 1, infinite 1, NULL 3",
			"SELECT fault, count(*) FROM (SELECT " + d + "span_fault(committed_at, deployed_at) AS fault FROM "
			+ SCHEMA + ".deployment WHERE team = 'red') AS faults GROUP BY fault"
			+ " ORDER BY array_position(ARRAY['missing finish', 'missing start', 'negative', 'infinite'], fault)");
		check("enum as getString, getObject and PGobject", "high high java.lang.String high", () -> {
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery(
						"SELECT " + d + "dora_level('lead_time', interval '2 days')")) {
				rows.next();
				return rows.getString(1) + " " + rows.getObject(1) + " " + rows.getObject(1).getClass().getName()
					+ " " + rows.getObject(1, PGobject.class).getValue();
			}
		});
		check("enum that is NULL", "NULL true", () -> {
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery(
						"SELECT " + d + "dora_level('rework_rate', 0.1)")) {
				rows.next();
				return rows.getString(1) == null ? "NULL " + rows.wasNull() : "not NULL";
			}
		});
		check("enum column: a VARCHAR to tools", Types.VARCHAR, () -> {
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery("SELECT level FROM " + SCHEMA + ".service")) {
				return rows.getMetaData().getColumnType(1);
			}
		});
		/* with its schema or not, as the driver happens to have it in its cache */
		check("name of the enum", "dora_level", () -> {
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery("SELECT level FROM " + SCHEMA + ".service")) {
				return rows.getMetaData().getColumnTypeName(1).replaceAll("^\"delivery\"\\.|\"", "");
			}
		});
		check("columns of the view", "benchmark VARCHAR, metric VARCHAR, level VARCHAR, comparison VARCHAR,"
			+ " threshold DOUBLE, unit VARCHAR, threshold_duration OTHER(interval), custom BIT", () -> {
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery("SELECT * FROM delivery.benchmark")) {
				ResultSetMetaData columns = rows.getMetaData();
				List<String> shown = new ArrayList<>();

				for (int i = 1; i <= columns.getColumnCount(); i++) {
					shown.add(columns.getColumnName(i) + " "
						+ typeName(columns.getColumnType(i), columns.getColumnTypeName(i)));
				}
				return String.join(", ", shown);
			}
		});
		query("a ladder of the view", "elite < 1.0 hours 0d01:00:00.000000 false,"
			+ " high < 24.0 hours 1d00:00:00.000000 false",
			"SELECT level, comparison, threshold, unit, threshold_duration, custom FROM delivery.benchmark"
			+ " WHERE benchmark = '2024' AND metric = 'time_to_restore' ORDER BY level");
	}

	static String typeName(int type, String name) {
		switch (type) {
			case Types.VARCHAR:
				return "VARCHAR";
			case Types.DOUBLE:
				return "DOUBLE";
			case Types.BIT:
			case Types.BOOLEAN:
				return "BIT";
			case Types.OTHER:
				return "OTHER(" + name + ")";
			default:
				return type + "(" + name + ")";
		}
	}

	Object one(String sql) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getObject(1);
		}
	}

	String string(String sql) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getString(1);
		}
	}

	/* --- parameters ------------------------------------------------------- */

	/*
	 * The simple protocol writes an array as a literal without a type, which
	 * would be taken for one fraction.
	 */
	String arrayParameter() {
		return mode == Mode.SIMPLE ? "?::float8[]" : "?";
	}

	void testFractions() {
		String ninth = "2d14:48:36.913579";
		String greatest = "3d00:00:00.000001";
		String array = arrayParameter();

		for (String aggregate : new String[] {"lead_time", "cycle_time", "time_to_restore"}) {
			String one = fromRed(aggregate + "(committed_at, deployed_at, ?)");
			String several = fromRed(aggregate + "(committed_at, deployed_at, " + array + ")");

			repeat(aggregate + ": setDouble", ninth, one, s -> s.setDouble(1, 0.9));
			repeat(aggregate + ": setObject(BigDecimal)", ninth, one, s -> s.setObject(1, new BigDecimal("0.9")));
			repeat(aggregate + ": setString", ninth, one, s -> s.setString(1, "0.9"));
			repeat(aggregate + ": setInt", greatest, one, s -> s.setInt(1, 1));
			repeat(aggregate + ": setLong", greatest, one, s -> s.setLong(1, 1));
			repeat(aggregate + ": setFloat", "1d02:03:04.567891", one, s -> s.setFloat(1, 0.5f));
			repeat(aggregate + ": setNull(DOUBLE)", "NULL", one, s -> s.setNull(1, Types.DOUBLE));
			repeat(aggregate + ": setNull(NUMERIC)", "NULL", one, s -> s.setNull(1, Types.NUMERIC));
			repeat(aggregate + ": setNull(VARCHAR)", "NULL", one, s -> s.setNull(1, Types.VARCHAR));
			repeat(aggregate + ": setNull(NULL)", "NULL", one, s -> s.setNull(1, Types.NULL));
			repeat(aggregate + ": setNull(OTHER)", "NULL", one, s -> s.setNull(1, Types.OTHER));
			repeat(aggregate + ": setObject(null)", "NULL", one, s -> s.setObject(1, null));
			repeat(aggregate + ": setArray(float8), cast", "{1d02:03:04.567891," + ninth + "}",
				fromRed(aggregate + "(committed_at, deployed_at, ?::float8[])"),
				s -> s.setArray(1, connection.createArrayOf("float8", new Double[] {0.5, 0.9})));
			repeat(aggregate + ": setArray(float8)", "{1d02:03:04.567891," + ninth + "}", several,
				s -> s.setArray(1, connection.createArrayOf("float8", new Double[] {0.5, 0.9})));
			repeat(aggregate + ": setArray(numeric)", "{" + ninth + "}", several,
				s -> s.setArray(1, connection.createArrayOf("numeric", new BigDecimal[] {new BigDecimal("0.9")})));
			repeat(aggregate + ": setObject(double[])", "{" + ninth + "}", several,
				s -> s.setObject(1, new double[] {0.9}));
			repeat(aggregate + ": setArray with NULL", "{NULL," + greatest + "}", several,
				s -> s.setArray(1, connection.createArrayOf("float8", new Double[] {null, 1.0})));
		}
		String duration = "SELECT " + d + "duration_percentile(duration, ?) FROM " + SCHEMA + ".service";

		repeat("duration_percentile: setDouble", "90d00:00:00.000000", duration, s -> s.setDouble(1, 1));
		repeat("duration_percentile: setString", "90d00:00:00.000000", duration, s -> s.setString(1, "1"));
		repeat("duration_percentile: setNull(OTHER)", "NULL", duration, s -> s.setNull(1, Types.OTHER));
		repeat("duration_percentile: setArray", "{0d00:30:00.000000}",
			"SELECT " + d + "duration_percentile(duration, " + array + ") FROM " + SCHEMA + ".service",
			s -> s.setArray(1, connection.createArrayOf("float8", new Double[] {0.0})));
		repeat("duration_percentile: the duration itself", "0d12:00:00.000000",
			"SELECT " + d + "duration_percentile(?, ?)", s -> {
				s.setObject(1, new PGInterval("12 hours"));
				s.setDouble(2, 0.5);
			});

		check("one statement, the type of its parameter changing", ninth, () -> {
			Set<String> distinct = new LinkedHashSet<>();

			try (PreparedStatement statement = connection.prepareStatement(
					fromRed("lead_time(committed_at, deployed_at, ?)"))) {
				for (int i = 0; i < 2 * EXECUTIONS; i++) {
					switch (i % 3) {
						case 0:
							statement.setDouble(1, 0.9);
							break;
						case 1:
							statement.setString(1, "0.9");
							break;
						default:
							statement.setBigDecimal(1, new BigDecimal("0.9"));
					}
					distinct.add(read(statement.executeQuery()));
				}
			}
			return String.join(" <> ", distinct);
		});
		if (mode != Mode.SIMPLE) {
			/* the driver always describes by the extended protocol */
			checkHere("parameter described before it has a type", Types.VARCHAR, () -> {
				try (PreparedStatement statement = connection.prepareStatement(
						fromRed("lead_time(committed_at, deployed_at, ?)"))) {
					return statement.getParameterMetaData().getParameterType(1);
				}
			});
		}
	}

	void testLevelParameters() {
		String three = "SELECT " + d + "dora_level(?, ?, ?)";
		String two = "SELECT " + d + "dora_level(?, ?)";

		repeat("dora_level: setString metric and benchmark, setDouble value", "high", three, s -> {
			s.setString(1, "change_failure_rate");
			s.setDouble(2, 0.1);
			s.setString(3, "standard");
		});
		repeat("dora_level: setObject(BigDecimal) value", "high", two, s -> {
			s.setString(1, "change_failure_rate");
			s.setObject(2, new BigDecimal("0.15"));
		});
		repeat("dora_level: setInt value", "elite", two, s -> {
			s.setString(1, "deployment_frequency");
			s.setInt(2, 2);
		});
		repeat("dora_level: setObject(PGInterval) value", "medium", three, s -> {
			s.setString(1, "lead_time");
			s.setObject(2, new PGInterval("20 days"));
			s.setString(3, "2021");
		});
		repeat("dora_level: setString duration", "high", three, s -> {
			s.setString(1, "lead_time");
			s.setString(2, "2 days");
			s.setString(3, "2022");
		});
		repeat("dora_level: setString ratio", "medium", three, s -> {
			s.setString(1, "change_failure_rate");
			s.setString(2, "0.12");
			s.setString(3, "2023");
		});
		repeat("dora_level: setString percentage", "elite", two, s -> {
			s.setString(1, "change_failure_rate");
			s.setString(2, "5%");
		});
		repeat("dora_level: setNull(OTHER) value", "NULL", two, s -> {
			s.setString(1, "lead_time");
			s.setNull(2, Types.OTHER);
		});
		repeat("dora_level: setNull(NULL) value and benchmark", "NULL", three, s -> {
			s.setString(1, "lead_time");
			s.setNull(2, Types.NULL);
			s.setNull(3, Types.NULL);
		});
		repeat("dora_level: setNull(DOUBLE) value", "NULL", two, s -> {
			s.setString(1, "lead_time");
			s.setNull(2, Types.DOUBLE);
		});
		repeat("dora_level: everything setObject(null)", "NULL", three, s -> {
			s.setObject(1, null);
			s.setObject(2, null);
			s.setObject(3, null);
		});
		repeat("dora_level: benchmark by name", "high",
			"SELECT " + d + "dora_level(metric => ?, value => ?, benchmark => ?)", s -> {
				s.setString(1, "lead_time");
				s.setObject(2, new PGInterval("1 day"));
				s.setString(3, "2024");
			});
		if (mode != Mode.SIMPLE) {
			/* under the simple protocol the driver itself cannot call a function with a result */
			checkHere("dora_level: called as a function", "high", () -> {
				try (CallableStatement call = connection.prepareCall("{? = call " + d + "dora_level(?, ?)}")) {
					call.registerOutParameter(1, Types.VARCHAR);
					call.setString(2, "lead_time");
					call.setObject(3, new PGInterval("2 days"));
					call.execute();
					return call.getString(1);
				}
			});
			checkHere("hours: called as a function", "1.5", () -> {
				try (CallableStatement call = connection.prepareCall("{? = call " + d + "hours(?)}")) {
					call.registerOutParameter(1, Types.DOUBLE);
					call.setObject(2, new PGInterval("1 hour 30 minutes"));
					call.execute();
					return call.getDouble(1);
				}
			});
		}
		repeat("hours: setObject(PGInterval)", "26.5", "SELECT " + d + "hours(?)",
			s -> s.setObject(1, new PGInterval("1 day 2 hours 30 minutes")));
		repeat("hours: setNull(OTHER)", "NULL", "SELECT " + d + "hours(?)", s -> s.setNull(1, Types.OTHER));
	}

	void testTimeParameters() {
		String fault = "SELECT " + d + "span_fault(?, ?)";
		OffsetDateTime early = at("2026-01-05T08:00+05:00");
		OffsetDateTime late = at("2026-01-05T04:00+00:00");
		String frequency = fromRed("deployment_frequency(deployed_at, ?::tstzrange)");
		String days = fromRed("deployment_days_per_week(deployed_at, ?::tstzrange, ?)");
		String period = "[2026-01-05 00:00+00,2026-01-15 00:00+00)";
		String weeks = "[2026-01-05 00:00+00,2026-01-19 00:00+00)";

		repeat("span_fault: setObject(OffsetDateTime)", "NULL", fault, s -> {
			s.setObject(1, early);
			s.setObject(2, late);
		});
		repeat("span_fault: negative", "negative", fault, s -> {
			s.setObject(1, late);
			s.setObject(2, early);
		});
		repeat("span_fault: setTimestamp", "negative", fault, s -> {
			s.setTimestamp(1, Timestamp.from(late.toInstant()));
			s.setTimestamp(2, Timestamp.from(early.toInstant()));
		});
		repeat("span_fault: setNull(TIMESTAMP_WITH_TIMEZONE)", "missing start", fault, s -> {
			s.setNull(1, Types.TIMESTAMP_WITH_TIMEZONE);
			s.setObject(2, late);
		});
		repeat("span_fault: setNull(OTHER)", "missing finish", fault, s -> {
			s.setObject(1, late);
			s.setNull(2, Types.OTHER);
		});
		repeat("span_fault: OffsetDateTime.MAX", "infinite", fault, s -> {
			s.setObject(1, late);
			s.setObject(2, OffsetDateTime.MAX);
		});
		repeat("lead_time: both times as parameters", "0d01:00:00.000000", "SELECT " + d + "lead_time(?, ?)", s -> {
			s.setObject(1, early);
			s.setObject(2, late);
		});
		/* 5 in 10 days; empty weeks and the zone's Mondays in the others */
		repeat("deployment_frequency: period as a string", "0.5", frequency, s -> s.setString(1, period));
		repeat("deployment_frequency: period that is NULL", "NULL", frequency, s -> s.setNull(1, Types.VARCHAR));
		repeat("deployment_frequency: period as a PGobject", "0.5",
			fromRed("deployment_frequency(deployed_at, ?)"), s -> {
				PGobject range = new PGobject();

				range.setType("tstzrange");
				range.setValue(period);
				s.setObject(1, range);
			});
		repeat("deployment_frequency: ends as OffsetDateTime", "0.5",
			fromRed("deployment_frequency(deployed_at, tstzrange(?, ?))"), s -> {
				s.setObject(1, at("2026-01-05T00:00Z"));
				s.setObject(2, at("2026-01-15T00:00Z"));
			});
		repeat("deployment_frequency: rows without a time", "0.0",
			"SELECT " + d + "deployment_frequency(deployed_at, ?::tstzrange) FROM " + SCHEMA
			+ ".deployment WHERE team = 'blue'", s -> s.setString(1, period));
		repeat("deployment_frequency: no row", "NULL",
			"SELECT " + d + "deployment_frequency(deployed_at, ?::tstzrange) FROM " + SCHEMA
			+ ".deployment WHERE team = 'none'", s -> s.setString(1, period));
		repeat("deployment_days_per_week: zone as a string", "2.5", days, s -> {
			s.setString(1, weeks);
			s.setString(2, "UTC");
		});
		repeat("deployment_days_per_week: zone with another Monday", "2.0", days, s -> {
			s.setString(1, weeks);
			s.setString(2, "Pacific/Auckland");
		});
		repeat("deployment_days_per_week: zone that is NULL", "NULL", days, s -> {
			s.setString(1, weeks);
			s.setNull(2, Types.OTHER);
		});
		repeat("change_failure_rate: setBoolean", "1.0", "SELECT " + d + "change_failure_rate(?)",
			s -> s.setBoolean(1, true));
		repeat("change_failure_rate: setNull(OTHER)", "NULL", "SELECT " + d + "change_failure_rate(?)",
			s -> s.setNull(1, Types.OTHER));
		if (mode == Mode.UNSPECIFIED) {
			/* an untyped parameter also does without the cast */
			repeat("deployment_frequency: period as an untyped string", "0.5",
				fromRed("deployment_frequency(deployed_at, ?)"), s -> s.setString(1, period));
			repeat("hours: untyped string", "26.5", "SELECT " + d + "hours(?)", s -> s.setString(1, "1 day 02:30"));
			repeat("span_fault: untyped strings", "negative", fault, s -> {
				s.setString(1, "2026-01-05 10:00Z");
				s.setString(2, "2026-01-05 09:00Z");
			});
		}
	}

	void testPreparedOnServer() {
		boolean server = mode != Mode.SIMPLE;

		checkHere("statement is prepared on the server, its plan generic at last",
			server ? "prepared, generic plans" : "not prepared", () -> {
			try (PreparedStatement statement = connection.prepareStatement(
						fromRed("lead_time(committed_at, deployed_at, ?)") + " AND 'watched' <> ''");
					PreparedStatement watch = connection.prepareStatement(
						"SELECT coalesce(max(CASE WHEN generic_plans > 0 THEN 'prepared, generic plans'"
						+ " ELSE 'prepared' END), 'not prepared') FROM pg_prepared_statements"
						+ " WHERE NOT from_sql AND statement LIKE '%lead_time%$1%' || 'watched%'")) {
				for (int i = 0; i < EXECUTIONS; i++) {
					statement.setDouble(1, 0.9);
					read(statement.executeQuery());
				}
				return read(watch.executeQuery());
			}
		});
		checkHere("format of a double in the end", server && mode != Mode.TEXT_ONLY ? "binary" : "text", () -> {
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

	/* --- predicates, cursors, batches --------------------------------------- */

	void testPredicates() {
		String level = "delivery.dora_level('lead_time', duration)";
		String from = " FROM " + SCHEMA + ".service WHERE ";

		repeat("level as text = parameter", "b", "SELECT name" + from + level + "::text = ?",
			s -> s.setString(1, "high"));
		repeat("level = parameter of no type", "b", "SELECT name" + from + level + " = ?",
			s -> s.setObject(1, "high", Types.OTHER));
		repeat("column = cast parameter", "b", "SELECT name" + from + "level = ?::delivery.dora_level",
			s -> s.setString(1, "high"));
		repeat("level = PGobject", "b", "SELECT name" + from + level + " = ?", s -> {
			PGobject high = new PGobject();

			high.setType("delivery.dora_level");
			high.setValue("high");
			s.setObject(1, high);
		});
		repeat("level as text IN (parameters)", "a, b", "SELECT name" + from + level + "::text IN (?, ?) ORDER BY name",
			s -> {
				s.setString(1, "high");
				s.setString(2, "elite");
			});
		repeat("level = ANY (array)", "a, b", "SELECT name" + from + level + "::text = ANY (?) ORDER BY name",
			s -> s.setArray(1, connection.createArrayOf("text", new String[] {"high", "elite"})));
		repeat("level of the view = parameter", "standard", "SELECT benchmark FROM delivery.benchmark"
			+ " WHERE level = ? AND metric = ? AND benchmark = 'standard'", s -> {
				s.setString(1, "high");
				s.setString(2, "lead_time");
			});
		query("level = literal", "b", "SELECT name" + from + level + " = 'high'");
		query("level IN (literals)", "a, c", "SELECT name" + from + level + " IN ('elite', 'medium') ORDER BY name");
		query("level >= literal", "a, b", "SELECT name" + from + level + " >= 'high' ORDER BY name");
		query("level BETWEEN literals", "b, c", "SELECT name" + from + "level BETWEEN 'medium' AND 'high' ORDER BY name");
		query("ORDER BY level", "d low, c medium, b high, a elite, e NULL",
			"SELECT name, " + level + " AS level FROM " + SCHEMA + ".service ORDER BY level, name");
		query("least and greatest level", "low elite", "SELECT min(level), max(level) FROM " + SCHEMA + ".service");
		query("GROUP BY and join by level", "elite 1, high 1, low 1, medium 1",
			"SELECT one.level::text, count(*) FROM " + SCHEMA + ".service AS one JOIN " + SCHEMA
			+ ".service AS other USING (level) GROUP BY one.level ORDER BY 1");
		check("batch insert of levels as strings", "high low", () -> {
			try (PreparedStatement insert = connection.prepareStatement(
						"INSERT INTO " + SCHEMA + ".service (name, level) VALUES (?, ?::delivery.dora_level)");
					PreparedStatement untyped = connection.prepareStatement(
						"INSERT INTO " + SCHEMA + ".service (name, level) VALUES (?, ?)")) {
				connection.setAutoCommit(false);
				insert.setString(1, "x");
				insert.setString(2, "high");
				insert.addBatch();
				insert.executeBatch();
				untyped.setString(1, "y");
				untyped.setObject(2, "low", Types.OTHER);
				untyped.addBatch();
				untyped.executeBatch();
				return one("SELECT string_agg(level::text, ' ' ORDER BY name) FROM " + SCHEMA
					+ ".service WHERE name IN ('x', 'y')");
			} finally {
				connection.rollback();
				connection.setAutoCommit(true);
			}
		});
		check("error inside a batch", "22023", () -> {
			try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + SCHEMA
					+ ".service (name, level) VALUES (?, " + d + "dora_level('lead_time', ?))")) {
				connection.setAutoCommit(false);
				for (int i = 0; i < 20; i++) {
					insert.setString(1, "batch " + i);
					insert.setString(2, i == 13 ? "13" : "13 days");
					insert.addBatch();
				}
				insert.executeBatch();
				return "no error";
			} catch (BatchUpdateException error) {
				return error.getSQLState();
			} finally {
				connection.rollback();
				connection.setAutoCommit(true);
			}
		});
	}

	void testCursor() {
		String groups = "SELECT day, " + d + "lead_time(started, started + day * interval '1 hour', ?), "
			+ d + "dora_level('lead_time', day * interval '1 day')"
			+ " FROM generate_series(1, 300) AS day,"
			+ " (VALUES (timestamptz '2026-01-01 00:00+00'), ('2026-07-01 00:00+00')) AS start (started)"
			+ " GROUP BY day ORDER BY day";

		for (int round = 1; round <= 2; round++) {
			checkHere("server-side cursor, round " + round,
				(mode == Mode.SIMPLE ? "no cursor" : "cursor") + " 300 rows,"
				+ " the last 300 12d12:00:00.000000 low", () -> {
				connection.setAutoCommit(false);
				connection.setReadOnly(true);
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
									+ " WHERE statement LIKE '%generate_series%' AND name <> ''")
									? "cursor" : "no cursor";
							}
							last = show(rows.getObject(1)) + " " + show(rows.getObject(2)) + " " + rows.getString(3);
						}
					}
					return cursor + " " + count + " rows, the last " + last;
				} finally {
					connection.rollback();
					connection.setReadOnly(false);
					connection.setAutoCommit(true);
				}
			});
		}
	}

	/* --- what tools ask about us -------------------------------------------- */

	static String column(ResultSet rows, String... names) throws SQLException {
		Set<String> values = new TreeSet<>();

		while (rows.next()) {
			List<String> value = new ArrayList<>();

			for (String name : names) {
				value.add(name.equals("REMARKS") ? (isEmpty(rows.getString(name)) ? "no remarks" : "remarks")
					: name.equals("DATA_TYPE") ? typeName(rows.getInt(name), rows.getString("TYPE_NAME"))
					: rows.getString(name));
			}
			values.add(String.join(" ", value));
		}
		rows.close();
		return String.join(", ", values);
	}

	void testMetaData() {
		check("getSchemas", "delivery", () ->
			column(meta().getSchemas(null, "delivery"), "TABLE_SCHEM"));
		check("getTables: the view", "benchmark VIEW remarks", () ->
			column(meta().getTables(null, "delivery", "benchmark", new String[] {"VIEW"}),
				"TABLE_NAME", "TABLE_TYPE", "REMARKS"));
		check("getTables: the table", "custom_benchmark TABLE remarks", () ->
			column(meta().getTables(null, "delivery", "custom\\_benchmark", new String[] {"TABLE"}),
				"TABLE_NAME", "TABLE_TYPE", "REMARKS"));
		check("getTables: everything else has remarks too", true, () ->
			!column(meta().getTables(null, "delivery", "%", new String[] {"VIEW", "TABLE"}),
				"TABLE_NAME", "REMARKS").contains("no remarks"));
		check("getColumns: the view", "benchmark VARCHAR remarks, comparison VARCHAR remarks, custom BIT remarks,"
			+ " level VARCHAR remarks, metric VARCHAR remarks, threshold DOUBLE remarks,"
			+ " threshold_duration OTHER(interval) remarks, unit VARCHAR remarks", () ->
			column(meta().getColumns(null, "delivery", "benchmark", "%"), "COLUMN_NAME", "DATA_TYPE", "REMARKS"));
		check("getColumns: every column of ours has remarks", true, () ->
			!column(meta().getColumns(null, "delivery", "%", "%"),
				"TABLE_NAME", "COLUMN_NAME", "REMARKS").contains("no remarks"));
		/* aggregates are not functions to JDBC: getFunctions lists none of any schema */
		check("getFunctions", "dora_level remarks, hours remarks, span_fault remarks", () -> {
			String all = column(meta().getFunctions(null, "delivery", "%"), "FUNCTION_NAME", "REMARKS");
			Set<String> found = new TreeSet<>();

			for (String function : all.split(", ")) {
				if (function.matches("(dora_level|hours|span_fault) .*")) {
					found.add(function);
				}
			}
			return String.join(", ", found);
		});
		check("getFunctions: three forms of dora_level", 3, () -> {
			int forms = 0;

			try (ResultSet rows = meta().getFunctions(null, "delivery", "dora\\_level")) {
				while (rows.next()) {
					forms++;
				}
			}
			return forms;
		});
		check("getFunctionColumns: arguments have names", "finished_at, returnValue, started_at", () ->
			column(meta().getFunctionColumns(null, "delivery", "span\\_fault", "%"), "COLUMN_NAME"));
		check("getPrimaryKeys", "benchmark 1 custom_benchmark_pkey, level 3 custom_benchmark_pkey,"
			+ " metric 2 custom_benchmark_pkey", () ->
			column(meta().getPrimaryKeys(null, "delivery", "custom_benchmark"), "COLUMN_NAME", "KEY_SEQ", "PK_NAME"));
		check("getTypeInfo", "found", () -> {
			boolean found = false;

			try (ResultSet rows = meta().getTypeInfo()) {
				while (rows.next()) {
					found = found || rows.getString("TYPE_NAME").contains("dora_level");
				}
			}
			return found ? "found" : "not found";
		});
	}

	DatabaseMetaData meta() throws SQLException {
		return connection.getMetaData();
	}

	/* --- errors ------------------------------------------------------------- */

	void testErrors() {
		String fraction = fromRed("lead_time(committed_at, deployed_at, ?)");
		String level = "SELECT " + d + "dora_level(?, ?)";
		String frequency = fromRed("deployment_frequency(deployed_at, ?::tstzrange)");
		String days = fromRed("deployment_days_per_week(deployed_at, ?::tstzrange, ?)");
		Setter none = s -> { };

		refuse("fraction above 1", "22003", fraction, s -> s.setDouble(1, 1.5));
		refuse("fraction below 0", "22003", fraction, s -> s.setBigDecimal(1, new BigDecimal("-0.1")));
		refuse("fraction NaN", "22003", fraction, s -> s.setDouble(1, Double.NaN));
		refuse("fraction NaN as a string", "22003", fraction, s -> s.setString(1, "NaN"));
		refuse("fraction 90 as a string", "22003", fraction, s -> s.setString(1, "90"));
		refuse("one of the fractions out of range", "22003",
			fromRed("lead_time(committed_at, deployed_at, " + arrayParameter() + ")"),
			s -> s.setArray(1, connection.createArrayOf("float8", new Double[] {0.5, 50.0})));
		refuse("fractions where one fraction is meant", "22P02", fraction, s -> s.setString(1, "{0.5,0.9}"));
		refuse("fraction that is no number", "22P02", fraction, s -> s.setString(1, "median"));
		refuse("fraction as a percentage", "22P02", fraction, s -> s.setString(1, "90%"));
		/* here the server's own input function speaks, which gives no hint */
		refuse("text that is no interval for a duration", "22007", false, level, s -> {
			s.setString(1, "lead_time");
			s.setString(2, "soon");
		});
		refuse("fraction changing within a group", "22023",
			fromRed("lead_time(committed_at, deployed_at, extract(day FROM deployed_at)::float8 / 31)"), none);
		refuse("fractions changing within a group", "22023",
			fromRed("lead_time(committed_at, deployed_at, ARRAY[extract(day FROM deployed_at)::float8 / 31])"), none);
		refuse("unknown metric", "22023", level, s -> {
			s.setString(1, "velocity");
			s.setDouble(2, 0.5);
		});
		refuse("unknown benchmark", "22023", "SELECT " + d + "dora_level('lead_time', ?, ?)", s -> {
			s.setObject(1, new PGInterval("1 hour"));
			s.setString(2, "1999");
		});
		refuse("number for a duration", "22023", level, s -> {
			s.setString(1, "lead_time");
			s.setDouble(2, 24);
		});
		refuse("number as a string for a duration", "22023", level, s -> {
			s.setString(1, "time_to_restore");
			s.setString(2, "24");
		});
		refuse("duration for a ratio", "22023", level, s -> {
			s.setString(1, "change_failure_rate");
			s.setObject(2, new PGInterval("1 hour"));
		});
		refuse("text that is no number for a ratio", "22P02", level, s -> {
			s.setString(1, "change_failure_rate");
			s.setString(2, "few");
		});
		refuse("ratio out of range", "22003", level, s -> {
			s.setString(1, "change_failure_rate");
			s.setDouble(2, 15);
		});
		refuse("ratio NaN", "22003", level, s -> {
			s.setString(1, "rework_rate");
			s.setDouble(2, Double.NaN);
		});
		refuse("negative duration", "22003", level, s -> {
			s.setString(1, "lead_time");
			s.setObject(2, new PGInterval("-1 hour"));
		});
		refuse("period without an end", "22023", frequency, s -> s.setString(1, "[2026-01-01 00:00+00,)"));
		refuse("period without a start", "22023", frequency, s -> s.setString(1, "(,2026-01-01 00:00+00)"));
		refuse("period without either", "22023", frequency, s -> s.setString(1, "(,)"));
		refuse("period up to infinity", "22023", frequency, s -> s.setString(1, "[2026-01-01 00:00+00,infinity)"));
		refuse("empty period", "22023", frequency, s -> s.setString(1, "empty"));
		refuse("period changing within a group", "22023",
			fromRed("deployment_frequency(deployed_at, tstzrange(deployed_at, deployed_at + interval '1 day'))"), none);
		refuse("weeks of an empty period", "22023", days, s -> {
			s.setString(1, "empty");
			s.setString(2, "UTC");
		});
		refuse("unknown zone", "22023", days, s -> {
			s.setString(1, "[2026-01-05 00:00+00,2026-01-19 00:00+00)");
			s.setString(2, "Mars/Olympus");
		});

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
		check("after an error: 25P02, then a rollback, then all is well", "22003 25P02 0d02:00:00.000000", () -> {
			connection.setAutoCommit(false);
			try (PreparedStatement statement = connection.prepareStatement(fraction)) {
				String states = "";

				for (double value : new double[] {2, 0, 0}) {
					statement.setDouble(1, value);
					try (ResultSet rows = statement.executeQuery()) {
						states += read(rows);
					} catch (SQLException error) {
						states += error.getSQLState() + " ";
						if (error.getSQLState().equals("25P02")) {
							connection.rollback();
						}
					}
				}
				return states;
			} finally {
				connection.rollback();
				connection.setAutoCommit(true);
			}
		});
		check("after an error: back to a savepoint", "22023 high", () -> {
			connection.setAutoCommit(false);
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
				return state + " " + read(statement.executeQuery());
			} finally {
				connection.rollback();
				connection.setAutoCommit(true);
			}
		});
	}

	/* A row the table must refuse; nothing stays. */
	void violate(String name, String state, String constraint, String metric, String level, String comparison,
			Double threshold, String duration) {
		check("custom_benchmark: " + name, state + " " + constraint + " custom_benchmark delivery", () -> {
			connection.setAutoCommit(false);
			try (PreparedStatement insert = insertBenchmark()) {
				insertStep(insert, "jdbc test", "lead_time", "high", "<", null, "1 hour");
				insertStep(insert, "jdbc test", metric, level, comparison, threshold, duration);
				return "no error";
			} catch (PSQLException error) {
				ServerErrorMessage message = error.getServerErrorMessage();

				return error.getSQLState() + " " + message.getConstraint() + " " + message.getTable() + " "
					+ message.getSchema();
			} finally {
				connection.rollback();
				connection.setAutoCommit(true);
			}
		});
	}

	PreparedStatement insertBenchmark() throws SQLException {
		return connection.prepareStatement("INSERT INTO delivery.custom_benchmark"
			+ " (benchmark, metric, level, comparison, threshold, threshold_duration)"
			+ " VALUES (?, ?, ?::delivery.dora_level, ?, ?, ?)");
	}

	void insertStep(PreparedStatement insert, String benchmark, String metric, String level, String comparison,
			Double threshold, String duration) throws SQLException {
		insert.setString(1, benchmark);
		insert.setString(2, metric);
		insert.setString(3, level);
		insert.setString(4, comparison);
		insert.setObject(5, threshold, Types.DOUBLE);
		insert.setObject(6, duration == null ? null : new PGInterval(duration), Types.OTHER);
		insert.executeUpdate();
	}

	void testCustomBenchmark() {
		violate("unknown metric", "23514", "custom_benchmark_metric_known", "velocity", "high", "<", 0.1, null);
		violate("level low", "23514", "custom_benchmark_level_not_low", "rework_rate", "low", "<", 0.1, null);
		violate("wrong direction", "23514", "custom_benchmark_comparison_fits", "rework_rate", "high", ">", 0.1, null);
		violate("ratio above 1", "23514", "custom_benchmark_threshold_in_range", "rework_rate", "high", "<", 10.0, null);
		violate("NaN", "23514", "custom_benchmark_threshold_in_range", "rework_rate", "high", "<", Double.NaN, null);
		violate("duration for a ratio", "23514", "custom_benchmark_unit_fits", "rework_rate", "high", "<", null, "1 hour");
		violate("negative duration", "23514", "custom_benchmark_duration_not_negative",
			"time_to_restore", "high", "<", null, "-1 hour");
		violate("the same step twice", "23505", "custom_benchmark_pkey", "lead_time", "high", "<", null, "2 hours");
		check("own ladder: seen by a prepared statement, gone after rollback", "22023 elite true 22023", () -> {
			List<String> seen = new ArrayList<>();

			try (PreparedStatement statement = connection.prepareStatement(
						"SELECT " + d + "dora_level('rework_rate', ?, 'jdbc test')");
					PreparedStatement insert = insertBenchmark()) {
				seen.add(levelOrState(statement));
				connection.setAutoCommit(false);
				insertStep(insert, "jdbc test", "rework_rate", "elite", "<=", 0.02, null);
				seen.add(levelOrState(statement));
				seen.add(show(one("SELECT custom FROM delivery.benchmark WHERE benchmark = 'jdbc test'")));
				connection.rollback();
				connection.setAutoCommit(true);
				seen.add(levelOrState(statement));
			} finally {
				if (!connection.getAutoCommit()) {
					connection.rollback();
					connection.setAutoCommit(true);
				}
			}
			return String.join(" ", seen);
		});
	}

	static String levelOrState(PreparedStatement statement) throws SQLException {
		Set<String> distinct = new LinkedHashSet<>();

		for (int i = 0; i < EXECUTIONS; i++) {
			statement.setDouble(1, 0.01);
			try (ResultSet rows = statement.executeQuery()) {
				distinct.add(read(rows));
			} catch (SQLException error) {
				distinct.add(error.getSQLState());
			}
		}
		return String.join(" <> ", distinct);
	}

	/* --- the whole suite ---------------------------------------------------- */

	Map<String, String> run() {
		TimeZone.setDefault(TimeZone.getTimeZone(zone));
		try (Connection opened = connect()) {
			connection = opened;
			createTables();
			try {
				fillTables();
				testResultTypes();
				testFractions();
				testLevelParameters();
				testTimeParameters();
				testPreparedOnServer();
				testPredicates();
				testCursor();
				testMetaData();
				testErrors();
				testCustomBenchmark();
			} finally {
				execute("DROP SCHEMA " + SCHEMA + " CASCADE");
			}
			checkHere("nothing of ours is left", "0 0", () -> {
				try (Statement statement = connection.createStatement()) {
					return read(statement.executeQuery("SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = '"
						+ SCHEMA + "'), (SELECT count(*) FROM delivery.custom_benchmark WHERE benchmark = 'jdbc test')"));
				}
			});
		} catch (Exception error) {
			ok(false, label + ": the suite runs to its end", error.toString());
		}
		return results;
	}

	static void compare(String label, Map<String, String> first, Map<String, String> other) {
		List<String> differences = new ArrayList<>();

		for (Map.Entry<String, String> result : first.entrySet()) {
			if (!Objects.equals(result.getValue(), other.get(result.getKey()))) {
				differences.add(result.getKey() + ": " + result.getValue() + " <> " + other.get(result.getKey()));
			}
		}
		ok(differences.isEmpty() && !other.isEmpty(), label + ": same results as in the first configuration",
			differences.toArray(new String[0]));
	}

	public static void main(String[] arguments) {
		Map<String, String> first = null;

		try {
			for (Mode mode : Mode.values()) {
				for (String path : PATHS) {
					for (String zone : ZONES) {
						DeliveryTest test = new DeliveryTest(path, zone, mode);
						Map<String, String> results = test.run();

						if (first == null) {
							first = results;
						} else {
							compare(test.label, first, results);
						}
					}
				}
			}
		} catch (RuntimeException error) {
			ok(false, "the suite runs to its end", error.toString());
		}
		System.out.println("1.." + points);
		if (failures > 0) {
			System.out.println("# " + failures + " of " + points + " failed");
		}
		System.exit(failures > 0 ? 1 : 0);
	}
}
