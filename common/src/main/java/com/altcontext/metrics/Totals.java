package com.altcontext.metrics;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a window's days come to together. */
final class Totals {
    /** By reason, sorted. */
    final Map<String, Long> rejected;

    private final long[] counts;
    private final long uniqueVisitors;
    private final Sketches.Merge sketches;

    /** @param mostInOneDay the unique visitors of the day that had the most */
    Totals(long[] counts, Map<String, Long> rejected, long mostInOneDay, Sketches.Merge sketches) {
        this.counts = counts;
        this.rejected = rejected;
        this.sketches = sketches;
        this.uniqueVisitors = unique(mostInOneDay);
    }

    /**
     * The estimate, kept between what is certain: no fewer than on any one day or than were first seen in the window,
     * and no more than all days' visitors. For a single day the bounds meet, so its count is exact.
     */
    private long unique(long mostInOneDay) {
        long most = count(Count.UNIQUE_VISITORS);
        long least = Math.max(mostInOneDay, Math.min(most, count(Count.NEW_VISITORS)));
        return least == most ? most : Math.clamp(Math.round(sketches.visitors()), least, most);
    }

    @SuppressWarnings("EnumOrdinal") // The array lives no longer than the process.
    long count(Count kind) {
        return counts[kind.ordinal()];
    }

    long uniqueVisitors() {
        return uniqueVisitors;
    }

    /** What the sketch alone makes of them. */
    double estimatedVisitors() {
        return sketches.visitors();
    }

    @Nullable
    Double quantile(Vital vital, double share) {
        return sketches.quantile(vital, share);
    }

    /** Null over nothing. */
    static @Nullable Double ratio(long part, long whole) {
        return whole == 0 ? null : part / (double) whole;
    }

    @Nullable
    Double ratio(Count part, Count whole) {
        return ratio(count(part), count(whole));
    }
}
