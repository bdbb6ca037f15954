package com.altcontext.metrics.summary;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.rollup.Count;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sums over the days of a window. */
public final class Totals {
    /** By reason, sorted. */
    final Map<String, Long> rejected;

    private final long[] counts;
    private final long uniqueVisitors;
    private final long busiestDay;
    private final Sketches.Merge sketches;

    /** New leads that may be written to now. */
    private final long mailableLeads;

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

    /**
     * The value of a metric: a {@link Long} for a count, a {@link Double} for a share or a mean. Null if the divisor is
     * zero, or if a day of the window was imported and imported days do not have the metric.
     */
    @Nullable
    Number of(Metric metric) {
        return switch (metric) {
            case UNIQUE_VISITORS -> knownUniqueVisitors();
            case RETURNING_VISITORS -> unlessImported(ratio(returningVisitors(), uniqueVisitors));
            case PAGE_VIEWS -> count(Count.PAGE_VIEWS);
            case SESSIONS -> count(Count.SESSIONS);
            case BOUNCE_RATE -> ratio(Count.BOUNCES, Count.SESSIONS);
            case ENGAGED_TIME -> unlessImported(ratio(Count.ENGAGED_MS, Count.VIEWED_SESSIONS));
            case NEW_LEADS -> count(Count.NEW_LEADS);
            case NEW_MAILABLE_LEADS -> mailableLeads;
            case LEAD_CAPTURE_RATE -> unlessImported(ratio(leadVisitors(), uniqueVisitors));
            case FORM_COMPLETION_RATE -> unlessImported(ratio(Count.COMPLETED_FORMS, Count.FORM_SESSIONS));
            case LANDING_CONVERSION_RATE -> unlessImported(ratio(Count.CONVERTING_SESSIONS, Count.SESSIONS));
            case TIME_TO_CAPTURE -> hoursToCapture();
        };
    }

    private @Nullable Double unlessImported(@Nullable Double figure) {
        return importedDays() > 0 ? null : figure;
    }

    private @Nullable Double hoursToCapture() {
        Double milliseconds = ratio(Count.CAPTURE_MS, Count.CAPTURES);
        return milliseconds == null ? null : milliseconds / 3_600_000;
    }

    /** Visitors who were first seen before the window. A visitor who comes back after a purge counts as new. */
    long returningVisitors() {
        return Math.max(0, uniqueVisitors - count(Count.NEW_VISITORS));
    }

    /** The number of different visitors of new leads. */
    private long leadVisitors() {
        return Math.round(sketches.leadVisitors());
    }

    /** The sum of a count over all days. */
    @SuppressWarnings("EnumOrdinal") // The array lives no longer than the process.
    public long count(Count kind) {
        return counts[kind.ordinal()];
    }

    /** Days that another system counted. */
    long importedDays() {
        return count(Count.IMPORTED);
    }

    /**
     * The unique visitors. Null if there is an imported day among several days with visitors, since it is unknown who
     * came on more than one of them.
     */
    private @Nullable Long knownUniqueVisitors() {
        return importedDays() > 0 && busiestDay < count(Count.UNIQUE_VISITORS) ? null : (Long) uniqueVisitors;
    }

    /** The estimate of the sketch, without the limits of {@link Metric#UNIQUE_VISITORS}. */
    public double estimatedVisitors() {
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
