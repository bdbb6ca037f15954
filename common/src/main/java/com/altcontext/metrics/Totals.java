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

    /**
     * The estimate, limited by what is certain: there were at least as many visitors as on the busiest day, and at most
     * the sum of all days.
     */
    private long unique() {
        return Math.clamp(Math.round(sketches.visitors()), busiestDay, count(Count.UNIQUE_VISITORS));
    }

    /** Visitors who were first seen before the window. A visitor who comes back after a purge counts as new. */
    long returningVisitors() {
        return Math.max(0, uniqueVisitors - count(Count.NEW_VISITORS));
    }

    /** The number of different visitors of new leads. */
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

    /**
     * The unique visitors. Null if there is an imported day among several days with visitors, since it is unknown who
     * came on more than one of them.
     */
    @Nullable
    Long knownUniqueVisitors() {
        return importedDays() > 0 && busiestDay < count(Count.UNIQUE_VISITORS) ? null : (Long) uniqueVisitors;
    }

    /** The estimate of the sketch, without the limits of {@link #uniqueVisitors}. */
    double estimatedVisitors() {
        return sketches.visitors();
    }

    @Nullable
    Double quantile(Vital vital, double share) {
        return sketches.quantile(vital, share);
    }

    /** The part as a share of the whole; null if the whole is zero. */
    static @Nullable Double ratio(long part, long whole) {
        return whole == 0 ? null : part / (double) whole;
    }

    @Nullable
    Double ratio(Count part, Count whole) {
        return ratio(count(part), count(whole));
    }
}
