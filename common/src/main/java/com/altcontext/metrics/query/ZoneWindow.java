package com.altcontext.metrics.query;

import com.altcontext.metrics.Condition;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    Condition holds(String table, String time) {
        return Condition.all(List.of(isOf(table), holdsTime(table, time)));
    }

    Condition isOf(String table) {
        return Condition.of(table + ".property_id = ANY (?::text[])", (Object) properties.toArray(String[]::new));
    }

    Condition holdsTime(String table, String time) {
        String column = table + "." + time;
        return Condition.of(column + " >= ? AND " + column + " < ?", start, end);
    }

    /**
     * The local time of a moment in it, by the rules that its ends are made of: when a country changes them, the server may learn of
     * it long before the JDK, or long after.
     *
     * @param time a column
     */
    Condition localTime(String time) {
        ZoneRules rules = zone.getRules();
        List<@Nullable Object> values = new ArrayList<>();
        StringBuilder offsets = new StringBuilder();
        ZoneOffset last = rules.getOffset(start);
        for (ZoneOffsetTransition next = rules.nextTransition(start);
                next != null && next.getInstant().isBefore(end);
                next = rules.nextTransition(next.getInstant())) {
            offsets.append(" WHEN ").append(time).append(" < ? THEN ?::interval");
            values.add(next.getInstant());
            values.add(interval(last));
            last = next.getOffsetAfter();
        }
        values.add(interval(last));
        return new Condition(
                time + " AT TIME ZONE "
                        + (offsets.isEmpty() ? "?::interval" : "CASE" + offsets + " ELSE ?::interval END"),
                values);
    }

    private static String interval(ZoneOffset offset) {
        return offset.getTotalSeconds() + " seconds";
    }
}
