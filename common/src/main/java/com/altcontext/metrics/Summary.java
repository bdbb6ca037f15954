package com.altcontext.metrics;

import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a window.
 *
 * @param compareTo the earlier window for comparison; null unless requested
 * @param comparedInPart whether this window is not over, so that only an equally long first part of the earlier window
 *     counts
 * @param trafficSourceMix the share of sessions of each of the nine sources; null if there are no sessions
 * @param ingest null if there is a filter
 * @param trend one point for each day, in order
 * @param reasons why a figure is null, by the dotted path of the figure
 */
public record Summary(
        Window window,
        @Nullable Window compareTo,
        boolean comparedInPart,
        FigureSource from,
        Freshness freshness,
        Map<Metric, Measure> metrics,
        Map<String, @Nullable Double> trafficSourceMix,
        Map<Vital, Percentiles> webVitals,
        @Nullable Ingest ingest,
        List<TrendPoint> trend,
        Map<String, String> reasons) {
    /** This summary, compared with the figures of an earlier window. */
    public Summary comparedWith(Window before, boolean inPart, Map<Metric, @Nullable Number> figures) {
        Map<Metric, Measure> compared = new EnumMap<>(Metric.class);
        metrics.forEach((metric, measure) -> compared.put(metric, Measure.of(measure.value, figures.get(metric))));
        return new Summary(
                window, before, inPart, from, freshness, compared, trafficSourceMix, webVitals, ingest, trend, reasons);
    }

    /** This summary without the requested comparison, and the reason why it cannot be compared. */
    public Summary notComparedWith(Window before, String why) {
        Map<String, String> more = new TreeMap<>(reasons);
        more.put("compareTo", why);
        return new Summary(
                window, before, false, from, freshness, metrics, trafficSourceMix, webVitals, ingest, trend, more);
    }

    public Measure of(Metric metric) {
        return Objects.requireNonNull(metrics.get(metric), "every metric is there");
    }

    public Percentiles of(Vital vital) {
        return Objects.requireNonNull(webVitals.get(vital), "every vital is there");
    }

    /**
     * How old the figures are.
     *
     * @param rolledUpThrough the latest rolled-up day; null if there is none
     * @param rolledUpAt when that day was rolled up; events that arrived later are not in its figures
     * @param lagDays number of days from that day to today
     * @param gaps days of the window before that day that have raw events but no figures, and so look like days without
     *     visitors; null while a node of a cluster is unavailable, since it may have such events
     */
    public record Freshness(
            @Nullable LocalDate rolledUpThrough,
            @Nullable Instant rolledUpAt,
            @Nullable Integer lagDays,
            @Nullable List<LocalDate> gaps,
            Instant generatedAt) {
        /** The freshness of figures from raw rows, which are counted on request. */
        public static Freshness ofRaw(Instant now) {
            return new Freshness(null, null, null, List.of(), now);
        }
    }

    /**
     * @param value null for a ratio whose divisor is zero
     * @param delta change relative to the earlier window: 0.5 is 50 % more; null without a comparison, or if the
     *     earlier value is zero
     */
    public record Measure(@Nullable Number value, @Nullable Double delta) {
        private static Measure of(@Nullable Number value, @Nullable Number before) {
            return new Measure(
                    value,
                    value == null || before == null || before.doubleValue() == 0
                            ? null
                            : value.doubleValue() / before.doubleValue() - 1);
        }
    }

    /** Both are null if nothing was measured. */
    public record Percentiles(
            @Nullable Double p75, @Nullable Double p95) {}

    /**
     * What became of the events that were sent.
     *
     * @param successPct accepted ÷ (accepted + refused); events that were dropped on purpose are in neither
     * @param accepted events without those of bots
     * @param rejected events that were refused or dropped, for any reason
     */
    public record Ingest(
            @Nullable Double successPct,
            long accepted,
            long rejected,
            Map<String, Long> rejectedByReason,
            long botEvents,
            @Nullable Double p95TtfbMs) {}
}
