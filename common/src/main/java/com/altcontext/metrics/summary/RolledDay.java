package com.altcontext.metrics.summary;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.rollup.Count;
import java.time.LocalDate;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one day that follow from the counts in its rollups. On an imported day, figures that the other system
 * did not count are null.
 *
 * @param metrics one for each of {@link #METRICS}
 * @param conversions sessions with a conversion
 * @param events the number of events, without those of bots
 */
public record RolledDay(
        LocalDate day,
        Map<Metric, @Nullable Number> metrics,
        @Nullable Long conversions,
        @Nullable Long events) {
    /** All metrics but the capture rate, which needs a sketch, and mailable leads, which depend on consent now. */
    public static final Set<Metric> METRICS = Collections.unmodifiableSet(
            EnumSet.complementOf(EnumSet.of(Metric.LEAD_CAPTURE_RATE, Metric.NEW_MAILABLE_LEADS)));

    static RolledDay of(LocalDate day, @Nullable DayFigures figures) {
        long[] counts = figures == null ? new long[Count.KINDS] : figures.counts();
        // The unique visitors of a single day are stored as a count, so no sketch is needed.
        long visitors = figures == null ? 0 : figures.count(Count.UNIQUE_VISITORS);
        Totals totals = new Totals(counts, Map.of(), visitors, new Sketches.Merge(), 0);
        Map<Metric, @Nullable Number> metrics = new EnumMap<>(Metric.class);
        for (Metric metric : METRICS) {
            metrics.put(metric, totals.of(metric));
        }
        boolean isImported = totals.importedDays() > 0;
        return new RolledDay(
                day,
                metrics,
                isImported ? null : (Long) totals.count(Count.CONVERTING_SESSIONS),
                isImported ? null : (Long) totals.count(Count.ACCEPTED));
    }
}
