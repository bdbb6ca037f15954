package com.altcontext.metrics;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.Stream;

/**
 * A day of a time zone: 23, 24 or 25 hours, as a rule.
 *
 * @param start its first moment
 * @param end the first moment of the next
 */
record DayBounds(LocalDate day, ZoneId zone, Instant start, Instant end) {
    static DayBounds of(LocalDate day, ZoneId zone) {
        return new DayBounds(
                day,
                zone,
                day.atStartOfDay(zone).toInstant(),
                day.plusDays(1).atStartOfDay(zone).toInstant());
    }

    /** The first UTC day, and so the first partition, that it overlaps. */
    LocalDate firstPartition() {
        return LocalDate.ofInstant(start, ZoneOffset.UTC);
    }

    LocalDate lastPartition() {
        return LocalDate.ofInstant(end.minusMillis(1), ZoneOffset.UTC);
    }

    /** The UTC days, and so the partitions, that it overlaps. */
    Stream<LocalDate> partitions() {
        return firstPartition().datesUntil(lastPartition().plusDays(1));
    }
}
