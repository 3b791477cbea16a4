/*
 * ResultChecks.java
 *    The values and types in which results arrive.
 */
import java.sql.ResultSetMetaData;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;

final class ResultChecks extends Checks {
    ResultChecks(Session session) {
        super(session);
    }

    @Override
    void run() {
        checkHere("session has the zone of the JVM", session.zone, () -> one("SHOW TimeZone"));
        /* 0.9 of 2 h, 26:03:04.567891, 72:00:00.000001: rank 1.8, so 26:03:04.567891 + 0.8 * 45:56:55.43211 */
        query("aggregates by team", "blue NULL NULL NULL NULL NULL, "
            + "green 0d23:00:00.000000 0d23:00:00.000000 0d23:00:00.000000 0.0 0.0, "
            + "red 1d02:03:04.567891 2d14:48:36.913579 1d09:21:01.522631 0.25 0.5",
            "SELECT team, " + prefix + "lead_time(committed_at, deployed_at), "
            + prefix + "cycle_time(committed_at, deployed_at, 0.9), " + prefix + "mttr(committed_at, deployed_at), "
            + prefix + "change_failure_rate(failed), " + prefix + "rework_rate(unplanned)"
            + " FROM " + DEPLOYMENT + " GROUP BY team ORDER BY team");
        intervals();
        doubles();
        query("span_fault", "missing finish 1, missing start 1, negative 1, infinite 1, NULL 3",
            "SELECT fault, count(*) FROM (" + fromRed("span_fault(committed_at, deployed_at) AS fault")
            + ") AS faults GROUP BY fault"
            + " ORDER BY array_position(ARRAY['missing finish', 'missing start', 'negative', 'infinite'], fault)");
        levels();
        view();
    }

    private void intervals() {
        String median = fromRed("lead_time(committed_at, deployed_at)");

        check("interval is a PGInterval with days, hours and microseconds", "1 2 3 4.567891 567891",
            () -> first(median, rows -> {
                PGInterval interval = rows.getObject(1, PGInterval.class);

                return interval.getDays() + " " + interval.getHours() + " " + interval.getMinutes() + " "
                    + interval.getSeconds() + " " + interval.getMicroSeconds();
            }));
        check("interval as a string", "1 day 02:03:04.567891", () -> first(median, rows -> rows.getString(1)));
        query("interval[] is an array of PGInterval",
            "{0d02:00:00.000000,1d02:03:04.567891,3d00:00:00.000001}",
            fromRed("lead_time(committed_at, deployed_at, ARRAY[0, 0.5, 1])"));
        check("interval[] through Array.getResultSet", "1 0d02:00:00.000000, 2 3d00:00:00.000001",
            () -> first(fromRed("time_to_restore(committed_at, deployed_at, '{0,1}'::float8[])"),
                rows -> Values.read(rows.getArray(1).getResultSet())));
        query("NULL among the fractions", "{NULL,1d02:03:04.567891}",
            fromRed("lead_time(committed_at, deployed_at, ARRAY[NULL, 0.5])"));
        query("interval[] that is NULL", "NULL",
            fromTeam("blue", "lead_time(committed_at, deployed_at, ARRAY[0.5])"));
        query("median of a ready duration", "11d00:00:00.000000",
            select("duration_percentile(duration)") + " FROM " + SERVICE);
    }

    private void doubles() {
        check("double as double, BigDecimal and Double", "0.25 0.25 0.25",
            () -> first(fromRed("change_failure_rate(failed)"),
                rows -> rows.getDouble(1) + " " + rows.getBigDecimal(1) + " " + rows.getObject(1, Double.class)));
        check("NULL double is 0 with wasNull", "0.0 true",
            () -> first(fromTeam("blue", "change_failure_rate(failed)"),
                rows -> rows.getDouble(1) + " " + rows.wasNull()));
        query("double of a moving window", "NULL, 0.0, 0.5, 0.5, 0.0, NULL, 0.0, 0.0, 0.0",
            select("change_failure_rate(failed) OVER (ORDER BY coalesce(committed_at, deployed_at), team"
            + " ROWS 1 PRECEDING) FROM " + DEPLOYMENT));
        query("hours", "26.5", select("hours(interval '1 day 02:30')"));
    }

    private void levels() {
        String column = "SELECT level FROM " + SERVICE;

        check("enum as getString, getObject and PGobject", "high high java.lang.String high",
            () -> first(select("dora_level('lead_time', interval '2 days')"),
                rows -> rows.getString(1) + " " + rows.getObject(1) + " " + rows.getObject(1).getClass().getName()
                    + " " + rows.getObject(1, PGobject.class).getValue()));
        check("enum that is NULL", "NULL true",
            () -> first(select("dora_level('rework_rate', 0.1)"),
                rows -> rows.getString(1) == null ? "NULL " + rows.wasNull() : "not NULL"));
        check("enum column: a VARCHAR to tools", Types.VARCHAR,
            () -> first(column, rows -> rows.getMetaData().getColumnType(1)));
        /* with its schema or not, as the driver happens to have it in its cache */
        check("name of the enum", "dora_level", () -> first(column,
            rows -> rows.getMetaData().getColumnTypeName(1).replaceAll("^\"delivery\"\\.|\"", "")));
    }

    private void view() {
        check("columns of the view", "benchmark VARCHAR, metric VARCHAR, level VARCHAR, comparison VARCHAR,"
            + " threshold DOUBLE, threshold_duration OTHER(interval), threshold_hours DOUBLE, custom BIT",
            () -> first("SELECT * FROM delivery.benchmark", rows -> {
                ResultSetMetaData columns = rows.getMetaData();
                List<String> shown = new ArrayList<>();

                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    shown.add(columns.getColumnName(i) + " "
                        + Values.typeName(columns.getColumnType(i), columns.getColumnTypeName(i)));
                }
                return String.join(", ", shown);
            }));
        query("a ladder of the view", "elite < NULL 0d01:00:00.000000 1.0 false,"
            + " high < NULL 1d00:00:00.000000 24.0 false",
            "SELECT level, comparison, threshold, threshold_duration, threshold_hours, custom FROM delivery.benchmark"
            + " WHERE benchmark = '2024' AND metric = 'time_to_restore' ORDER BY level");
    }
}
