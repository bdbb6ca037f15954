package com.altcontext.metrics.rollup;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.Stream;

/**
 * A day in a time zone, usually 23, 24 or 25 hours long.
 *
 * @param start the first moment of the day
 * @param end the first moment of the next day
 */
public record DayBounds(LocalDate day, ZoneId zone, Instant start, Instant end) {
    /** The bounds of a day in a time zone. */
    public static DayBounds of(LocalDate day, ZoneId zone) {
        return new DayBounds(
                day,
                zone,
                day.atStartOfDay(zone).toInstant(),
                day.plusDays(1).atStartOfDay(zone).toInstant());
    }

    /** The first UTC day that overlaps this day; each UTC day is a partition. */
    public LocalDate firstPartition() {
        return LocalDate.ofInstant(start, ZoneOffset.UTC);
    }

    /** The last UTC day that overlaps this day. */
    public LocalDate lastPartition() {
        return LocalDate.ofInstant(end.minusMillis(1), ZoneOffset.UTC);
    }

    /** The UTC days (partitions) that overlap this day. */
    Stream<LocalDate> partitions() {
        return firstPartition().datesUntil(lastPartition().plusDays(1));
    }
}
