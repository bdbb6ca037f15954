package com.altcontext.api.metrics;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.TrendPoint;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.Window;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A summary as JSON. */
public record SummaryBody(
        boolean ok,
        Window window,
        @Nullable ComparedBody compareTo,
        String from,
        FreshnessBody freshness,
        Map<String, Object> metrics,
        @Nullable IngestBody ingest,
        List<TrendPoint> trend,
        Map<String, String> reasons) {

    /**
     * @param partial whether only the first part of this window counts, because the window that it is compared with is
     *     not over
     */
    public record ComparedBody(LocalDate from, LocalDate to, boolean partial) {}

    /** How old the figures are. */
    public record FreshnessBody(
            @Nullable LocalDate rolledUpThrough,
            @Nullable Instant rolledUpAt,
            @Nullable Integer lagDays,
            @Nullable List<LocalDate> gaps,
            Instant generatedAt) {
        static FreshnessBody of(Summary.Freshness freshness) {
            Instant at = freshness.rolledUpAt();
            return new FreshnessBody(
                    freshness.rolledUpThrough(),
                    at == null ? null : at.truncatedTo(ChronoUnit.SECONDS),
                    freshness.lagDays(),
                    freshness.gaps(),
                    freshness.generatedAt().truncatedTo(ChronoUnit.SECONDS));
        }
    }

    /**
     * @param delta change relative to the earlier window: 0.5 is 50 % more; null without a comparison, or if the
     *     earlier value is zero
     */
    public record MeasureBody(
            @Nullable Number value, @Nullable Number delta) {}

    /** Percentiles of a web vital, in milliseconds; for CLS, of its score. */
    public record PercentilesBody(
            @Nullable Number p75, @Nullable Number p95) {}

    /** What became of the events that were sent. */
    public record IngestBody(
            @Nullable Number successPct,
            long totalEventsAccepted,
            long totalEventsRejected,
            Map<String, Long> rejectedByReason,
            long botEvents,
            @Nullable Number p95TtfbMs) {}

    static SummaryBody of(Summary summary) {
        Window before = summary.compareTo();
        Summary.Ingest ingest = summary.ingest();
        return new SummaryBody(
                true,
                summary.window(),
                before == null ? null : new ComparedBody(before.from(), before.to(), summary.comparedInPart()),
                summary.from().key(),
                FreshnessBody.of(summary.freshness()),
                metrics(summary),
                ingest == null ? null : ingest(ingest),
                summary.trend(),
                summary.reasons());
    }

    private static IngestBody ingest(Summary.Ingest ingest) {
        return new IngestBody(
                figure(ingest.successPct()),
                ingest.accepted(),
                ingest.rejected(),
                ingest.rejectedByReason(),
                ingest.botEvents(),
                figure(ingest.p95TtfbMs()));
    }

    private static Map<String, Object> metrics(Summary summary) {
        Map<String, Object> metrics = new LinkedHashMap<>();
        for (Metric metric : Metric.values()) {
            Summary.Measure measure = summary.of(metric);
            metrics.put(metric.key(), new MeasureBody(figure(measure.value()), figure(measure.delta())));
        }
        Map<String, @Nullable Number> mix = new LinkedHashMap<>();
        summary.trafficSourceMix().forEach((source, share) -> mix.put(source, figure(share)));
        metrics.put("trafficSourceMix", mix);
        Map<String, PercentilesBody> vitals = new LinkedHashMap<>();
        for (Vital vital : Vital.values()) {
            Summary.Percentiles percentiles = summary.of(vital);
            vitals.put(vital.key(), new PercentilesBody(figure(percentiles.p75()), figure(percentiles.p95())));
        }
        metrics.put("webVitals", vitals);
        return metrics;
    }

    /**
     * A number as it is shown: a whole number without a fraction, any other rounded to millionths, which is more
     * precise than the sketches.
     */
    static @Nullable Number figure(@Nullable Number number) {
        if (number == null || number instanceof Long) {
            return number;
        }
        double rounded = Math.round(number.doubleValue() * 1e6) / 1e6;
        if (rounded == Math.rint(rounded) && Math.abs(rounded) < 1e15) {
            return (long) rounded;
        }
        return rounded;
    }
}
