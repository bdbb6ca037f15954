package com.altcontext.metrics;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sums over the days of a window. */
final class Totals {
    /** By reason, sorted. */
    final Map<String, Long> rejected;

    private final long[] counts;
    private final long uniqueVisitors;
    private final long busiestDay;
    private final Sketches.Merge sketches;

    /** New leads that may be written to now. */
    final long mailableLeads;

    /** @param busiestDay the unique visitors of the day that had most of them */
    Totals(long[] counts, Map<String, Long> rejected, long busiestDay, Sketches.Merge sketches, long mailableLeads) {
        this.counts = counts;
        this.rejected = rejected;
        this.sketches = sketches;
        this.mailableLeads = mailableLeads;
        this.busiestDay = busiestDay;
        this.uniqueVisitors = unique();
    }

    /** The estimate, kept between what is certain: no fewer than on any one day, and no more than all days' visitors. */
    private long unique() {
        return Math.clamp(Math.round(sketches.visitors()), busiestDay, count(Count.UNIQUE_VISITORS));
    }

    /** Visitors who were first seen before the window. One who came back after a purge is new again. */
    long returningVisitors() {
        return Math.max(0, uniqueVisitors - count(Count.NEW_VISITORS));
    }

    /** Different visitors who left an address for the first time. */
    long leadVisitors() {
        return Math.round(sketches.leadVisitors());
    }

    @SuppressWarnings("EnumOrdinal") // The array lives no longer than the process.
    long count(Count kind) {
        return counts[kind.ordinal()];
    }

    long uniqueVisitors() {
        return uniqueVisitors;
    }

    /** Days that another system counted. */
    long importedDays() {
        return count(Count.IMPORTED);
    }

    /** The unique visitors, or null if an imported day is one of several: who came on two of them is not known. */
    @Nullable
    Long knownUniqueVisitors() {
        return importedDays() > 0 && busiestDay < count(Count.UNIQUE_VISITORS) ? null : (Long) uniqueVisitors;
    }

    /** The estimate of the sketch alone. */
    double estimatedVisitors() {
        return sketches.visitors();
    }

    @Nullable
    Double quantile(Vital vital, double share) {
        return sketches.quantile(vital, share);
    }

    /** Null if the whole is zero. */
    static @Nullable Double ratio(long part, long whole) {
        return whole == 0 ? null : part / (double) whole;
    }

    @Nullable
    Double ratio(Count part, Count whole) {
        return ratio(count(part), count(whole));
    }
}
