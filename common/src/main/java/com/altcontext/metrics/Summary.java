package com.altcontext.metrics;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A window's figures.
 *
 * @param compareTo the equally long window before it; null unless requested
 * @param trafficSourceMix share of sessions by source, all nine; null over no sessions
 * @param trend one point a day, in order
 */
public record Summary(
        Window window,
        @Nullable Window compareTo,
        Freshness freshness,
        Map<Metric, Measure> metrics,
        Map<String, @Nullable Double> trafficSourceMix,
        Map<Vital, Percentiles> webVitals,
        Ingest ingest,
        List<TrendPoint> trend) {
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
     *     visitors
     */
    public record Freshness(
            @Nullable LocalDate rolledUpThrough,
            @Nullable Instant rolledUpAt,
            @Nullable Integer lagDays,
            List<LocalDate> gaps,
            Instant generatedAt) {}

    /**
     * @param value null for a ratio over nothing
     * @param delta relative to the window before: 0.5 is half as much again; null without one, or from zero
     */
    public record Measure(@Nullable Number value, @Nullable Double delta) {}

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
