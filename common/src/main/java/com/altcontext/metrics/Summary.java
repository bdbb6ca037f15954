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
 * A window's figures.
 *
 * @param compareTo the earlier window that it is compared with; null unless requested
 * @param comparedInPart whether only the first part of that window counts, as long as this window has lasted until now
 * @param trafficSourceMix share of sessions by source, all nine; null over no sessions
 * @param ingest null under a filter
 * @param trend one point a day, in order
 * @param reasons why a figure that is null cannot be given, by its dotted name
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
    /** The same, compared with the figures of an earlier window. */
    public Summary comparedWith(Window before, boolean inPart, Map<Metric, @Nullable Number> figures) {
        Map<Metric, Measure> compared = new EnumMap<>(Metric.class);
        metrics.forEach((metric, measure) -> compared.put(metric, Measure.of(measure.value, figures.get(metric))));
        return new Summary(
                window, before, inPart, from, freshness, compared, trafficSourceMix, webVitals, ingest, trend, reasons);
    }

    /** The same without the requested comparison, and why there is none. */
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
     * @param rolledUpThrough the latest day that they cover; null if nothing was ever rolled up
     * @param rolledUpAt when that day was computed: what came in later is not in it
     * @param lagDays from that day to today
     * @param gaps days of the window, before that day, that have raw events and no figures: they look like days without
     *     visitors; null while a node of a cluster is away, since it may hold such events
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
     * @param value null for a ratio over nothing
     * @param delta relative to the window before: 0.5 is half as much again; null without one, or from zero
     */
    public record Measure(@Nullable Number value, @Nullable Double delta) {
        public static Measure of(@Nullable Number value, @Nullable Number before) {
            return new Measure(
                    value,
                    value == null || before == null || before.doubleValue() == 0
                            ? null
                            : value.doubleValue() / before.doubleValue() - 1);
        }
    }

    /** Null if none were measured. */
    public record Percentiles(
            @Nullable Double p75, @Nullable Double p95) {}

    /**
     * What became of the events that were sent.
     *
     * @param successPct accepted ÷ (accepted + refused); what was dropped on purpose counts on neither side
     * @param accepted events of people; those of bots are apart
     * @param rejected refused or dropped, the sum of all reasons
     */
    public record Ingest(
            @Nullable Double successPct,
            long accepted,
            long rejected,
            Map<String, Long> rejectedByReason,
            long botEvents,
            @Nullable Double p95TtfbMs) {}
}
