/*
 * MetaDataChecks.java
 *    What tools ask the driver about our objects.
 */
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

final class MetaDataChecks extends Checks {
    private static final String[] SCHEMAS = {"delivery", "delivery\\_internal"};

    MetaDataChecks(Session session) {
        super(session);
    }

    @Override
    void run() throws SQLException {
        DatabaseMetaData meta = connection.getMetaData();

        relations(meta);
        functions(meta);
        check("getTypeInfo", "dora_level job_level sfia_level", () -> {
            Set<String> found = new TreeSet<>();

            try (ResultSet rows = meta.getTypeInfo()) {
                while (rows.next()) {
                    String name = rows.getString("TYPE_NAME").replaceAll("^\"delivery\"\\.|\"", "");

                    if (name.matches("(dora|job|sfia)_level")) {
                        found.add(name);
                    }
                }
            }
            return String.join(" ", found);
        });
    }

    private void relations(DatabaseMetaData meta) {
        check("getSchemas", "delivery delivery_internal", () ->
            columns(meta.getSchemas(null, "delivery"), "TABLE_SCHEM") + " "
                + columns(meta.getSchemas(null, "delivery\\_internal"), "TABLE_SCHEM"));
        check("getTables: the view", "benchmark VIEW remarks", () ->
            columns(meta.getTables(null, "delivery", "benchmark", new String[] {"VIEW"}),
                "TABLE_NAME", "TABLE_TYPE", "REMARKS"));
        check("getTables: no table in the schema that people call", "", () ->
            columns(meta.getTables(null, "delivery", "%", new String[] {"TABLE"}), "TABLE_NAME"));
        check("getTables: the table behind a view", "custom_benchmark TABLE remarks", () ->
            columns(meta.getTables(null, "delivery\\_internal", "custom\\_benchmark", new String[] {"TABLE"}),
                "TABLE_NAME", "TABLE_TYPE", "REMARKS"));
        for (String schema : SCHEMAS) {
            check("getTables: everything else has remarks too, in " + schema, true, () ->
                !columns(meta.getTables(null, schema, "%", new String[] {"VIEW", "TABLE"}),
                    "TABLE_NAME", "REMARKS").contains("no remarks"));
            check("getColumns: every column of ours has remarks, in " + schema, true, () ->
                !columns(meta.getColumns(null, schema, "%", "%"),
                    "TABLE_NAME", "COLUMN_NAME", "REMARKS").contains("no remarks"));
        }
        check("getColumns: the view", "benchmark VARCHAR remarks, comparison VARCHAR remarks, custom BIT remarks,"
            + " level VARCHAR remarks, metric VARCHAR remarks, threshold DOUBLE remarks,"
            + " threshold_duration OTHER(interval) remarks, threshold_hours DOUBLE remarks", () ->
            columns(meta.getColumns(null, "delivery", "benchmark", "%"), "COLUMN_NAME", "DATA_TYPE", "REMARKS"));
        check("getColumns: the register of skills", "code VARCHAR remarks, custom BIT remarks, first_level INTEGER remarks,"
            + " last_level INTEGER remarks, name VARCHAR remarks, version VARCHAR remarks", () ->
            columns(meta.getColumns(null, "delivery", "sfia\\_skill", "%"), "COLUMN_NAME", "DATA_TYPE", "REMARKS"));
        check("getColumns: the guide to job levels", "custom BIT remarks, level VARCHAR remarks, scope VARCHAR remarks,"
            + " sfia_level INTEGER remarks, supervision VARCHAR remarks, track VARCHAR remarks, years INTEGER remarks,"
            + " years_doctorate INTEGER remarks, years_master INTEGER remarks", () ->
            columns(meta.getColumns(null, "delivery", "job\\_level\\_guide", "%"), "COLUMN_NAME", "DATA_TYPE", "REMARKS"));
        check("getPrimaryKeys", "benchmark 1 custom_benchmark_pkey, level 3 custom_benchmark_pkey,"
            + " metric 2 custom_benchmark_pkey", () ->
            columns(meta.getPrimaryKeys(null, "delivery_internal", "custom_benchmark"), "COLUMN_NAME", "KEY_SEQ", "PK_NAME"));
    }

    private void functions(DatabaseMetaData meta) {
        /* aggregates are not functions to JDBC: getFunctions lists none of any schema */
        check("getFunctions", "check_sfia_level remarks, dora_level remarks, hours remarks, level_name remarks, sfia_gap remarks, span_fault remarks", () -> {
            String all = columns(meta.getFunctions(null, "delivery", "%"), "FUNCTION_NAME", "REMARKS");
            Set<String> found = new TreeSet<>();

            for (String function : all.split(", ")) {
                if (function.matches("(check_sfia_level|dora_level|hours|level_name|sfia_gap|span_fault) .*")) {
                    found.add(function);
                }
            }
            return String.join(", ", found);
        });
        check("getFunctions: three forms of dora_level", 3, () -> {
            int forms = 0;

            try (ResultSet rows = meta.getFunctions(null, "delivery", "dora\\_level")) {
                while (rows.next()) {
                    forms++;
                }
            }
            return forms;
        });
        check("getFunctionColumns: arguments have names", "finished_at, returnValue, started_at", () ->
            columns(meta.getFunctionColumns(null, "delivery", "span\\_fault", "%"), "COLUMN_NAME"));
        check("getFunctionColumns: types of a gap", "held OTHER(sfia_level), required OTHER(sfia_level), returnValue INTEGER", () ->
            columns(meta.getFunctionColumns(null, "delivery", "sfia\\_gap", "%"), "COLUMN_NAME", "DATA_TYPE"));
    }

    /* The distinct rows, sorted, of the named columns. */
    private static String columns(ResultSet rows, String... names) throws SQLException {
        Set<String> values = new TreeSet<>();

        try (rows) {
            while (rows.next()) {
                List<String> value = new ArrayList<>();

                for (String name : names) {
                    value.add(column(rows, name));
                }
                values.add(String.join(" ", value));
            }
        }
        return String.join(", ", values);
    }

    private static String column(ResultSet rows, String name) throws SQLException {
        switch (name) {
            case "REMARKS":
                return Values.isEmpty(rows.getString(name)) ? "no remarks" : "remarks";
            case "DATA_TYPE":
                return Values.typeName(rows.getInt(name), rows.getString("TYPE_NAME").replaceAll("^\"delivery\"\\.|\"", ""));
            default:
                return rows.getString(name);
        }
    }
}
