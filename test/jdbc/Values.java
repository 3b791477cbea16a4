/*
 * Values.java
 *    How values and types that the driver returns are written in expected
 *    results.
 */
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

import org.postgresql.util.PGInterval;

final class Values {
    private Values() {
    }

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

    static String show(Object value) throws SQLException {
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
    }

    /* A type of java.sql.Types, with the server's name where that says more. */
    static String typeName(int type, String name) {
        switch (type) {
            case Types.VARCHAR:
                return "VARCHAR";
            case Types.INTEGER:
                return "INTEGER";
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

    static boolean isEmpty(String string) {
        return string == null || string.trim().isEmpty();
    }
}
