package com.altcontext.metrics;

import java.time.LocalDate;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the rollups of one day hold as counts. A figure that another system did not count is null.
 *
 * @param metrics those of {@link #METRICS}
 * @param conversions sessions with a conversion
 * @param events those of people
 */
public record RolledDay(
        LocalDate day,
        Map<Metric, @Nullable Number> metrics,
        @Nullable Long conversions,
        @Nullable Long events) {
    /** All but those that need a sketch or the consent of this moment. */
    public static final Set<Metric> METRICS = Collections.unmodifiableSet(
            EnumSet.complementOf(EnumSet.of(Metric.LEAD_CAPTURE_RATE, Metric.NEW_MAILABLE_LEADS)));

    static RolledDay of(LocalDate day, @Nullable DayFigures figures) {
        long[] counts = new long[Count.KINDS];
        if (figures != null) {
            figures.addTo(counts, new TreeMap<>());
        }
        // A day's visitors are counted, so the totals need no sketch of them.
        long visitors = figures == null ? 0 : figures.count(Count.UNIQUE_VISITORS);
        Totals totals = new Totals(counts, Map.of(), visitors, new Sketches.Merge(), 0);
        Map<Metric, @Nullable Number> metrics = new EnumMap<>(Metric.class);
        for (Metric metric : METRICS) {
            metrics.put(metric, metric.of(totals));
        }
        boolean isImported = totals.importedDays() > 0;
        return new RolledDay(
                day,
                metrics,
                isImported ? null : (Long) totals.count(Count.CONVERTING_SESSIONS),
                isImported ? null : (Long) totals.count(Count.ACCEPTED));
    }
}
