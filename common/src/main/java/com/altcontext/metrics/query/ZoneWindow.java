package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of time, for some properties that share a time zone.
 *
 * @param properties the slugs of the properties
 * @param start included
 * @param end not included
 * @param isPart whether the events of a session after the end are ignored; if not, a session counts with all its events
 */
public record ZoneWindow(ZoneId zone, List<String> properties, Instant start, Instant end, boolean isPart) {
    public ZoneWindow(ZoneId zone, List<String> properties, Instant start, Instant end) {
        this(zone, properties, start, end, false);
    }

    LocalDate firstPartition() {
        return LocalDate.ofInstant(start, ZoneOffset.UTC);
    }

    LocalDate lastPartition() {
        return LocalDate.ofInstant(end.minusMillis(1), ZoneOffset.UTC);
    }

    /** @param time a column */
    SqlFragment holds(String table, String time) {
        return SqlFragment.all(List.of(isOf(table), holdsTime(table, time)));
    }

    SqlFragment isOf(String table) {
        return SqlFragment.of(table + ".property_id = ANY (?::text[])", (Object) properties.toArray(String[]::new));
    }

    SqlFragment holdsTime(String table, String time) {
        String column = table + "." + time;
        return SqlFragment.of(column + " >= ? AND " + column + " < ?", start, end);
    }

    /**
     * The SQL expression of the local time of a row. It uses the rules of the JDK, as the bounds of the window do: when
     * a country changes its time zone, PostgreSQL may know the new rules much earlier or later than the JDK.
     *
     * @param time a column with a time in the window
     */
    SqlFragment localTime(String time) {
        ZoneRules rules = zone.getRules();
        List<SqlFragment> earlier = new ArrayList<>();
        ZoneOffset last = rules.getOffset(start);
        for (ZoneOffsetTransition next = rules.nextTransition(start);
                next != null && next.getInstant().isBefore(end);
                next = rules.nextTransition(next.getInstant())) {
            earlier.add(SqlFragment.of(" WHEN " + time + " < ? THEN ?::interval", next.getInstant(), interval(last)));
            last = next.getOffsetAfter();
        }
        return earlier.isEmpty()
                ? SqlFragment.of(time + " AT TIME ZONE ?::interval", interval(last))
                : SqlFragment.of(
                        time + " AT TIME ZONE CASE? ELSE ?::interval END",
                        SqlFragment.joined("", earlier),
                        interval(last));
    }

    private static String interval(ZoneOffset offset) {
        return offset.getTotalSeconds() + " seconds";
    }
}
