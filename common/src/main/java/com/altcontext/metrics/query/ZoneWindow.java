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
 * A stretch of time of some properties that share a time zone.
 *
 * @param properties their slugs
 * @param start included
 * @param end not included
 * @param isPart whether what a session did after the end does not count; else a session counts as a whole
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
     * The local time of a moment in it, by the rules that its ends are made of: when a country changes them, the server may learn of
     * it long before the JDK, or long after.
     *
     * @param time a column
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
