package com.altcontext.api;

import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.TrendPoint;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.Window;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes figures as JSON. By hand, since a year's trend is most of the work of an answer. */
final class MetricsJson {
    /** Shares and means are told to the millionth: sketches know no more. */
    private static final double PRECISION = 1e6;

    private static final int BYTES_A_DAY = 96;

    private final StringBuilder json;

    private MetricsJson(int size) {
        this.json = new StringBuilder(size).append("{\"ok\":true");
    }

    static String of(Summary summary) {
        MetricsJson answer = new MetricsJson(2_048 + summary.trend().size() * BYTES_A_DAY);
        answer.window("window", summary.window());
        answer.window("compareTo", summary.compareTo());
        answer.freshness(summary.freshness());
        answer.metrics(summary);
        answer.ingest(summary.ingest());
        answer.trend(summary.trend());
        return answer.json.append('}').toString();
    }

    static String of(Breakdown breakdown, Summary.Freshness freshness) {
        MetricsJson answer = new MetricsJson(size(breakdown));
        answer.window("window", breakdown.window());
        answer.freshness(freshness);
        answer.json
                .append(",\"dimension\":\"")
                .append(breakdown.dimension().key())
                .append("\",\"rows\":[");
        for (int i = 0; i < breakdown.rows().size(); i++) {
            Breakdown.Value row = breakdown.rows().get(i);
            answer.json.append(i == 0 ? "{\"value\":" : ",{\"value\":");
            answer.text(row.value());
            answer.json.append(',');
            answer.sums(row.sums());
            answer.json.append('}');
        }
        answer.json.append("],\"other\":{");
        answer.sums(breakdown.other());
        answer.json.append("},\"total\":{");
        answer.sums(breakdown.total());
        return answer.json.append("}}").toString();
    }

    /** With it the text need not grow, which would take three times its memory. */
    private static int size(Breakdown breakdown) {
        int size = 512;
        for (Breakdown.Value row : breakdown.rows()) {
            size += 128 + (row.value() == null ? 0 : row.value().length());
        }
        return size;
    }

    private void window(String name, @Nullable Window window) {
        json.append(",\"").append(name).append("\":");
        if (window == null) {
            json.append("null");
            return;
        }
        json.append("{\"from\":\"")
                .append(window.from())
                .append("\",\"to\":\"")
                .append(window.to())
                .append("\"}");
    }

    private void freshness(Summary.Freshness freshness) {
        json.append(",\"freshness\":{\"rolledUpThrough\":");
        text(freshness.rolledUpThrough());
        json.append(",\"rolledUpAt\":");
        text(freshness.rolledUpAt() == null ? null : freshness.rolledUpAt().truncatedTo(ChronoUnit.SECONDS));
        json.append(",\"lagDays\":").append(freshness.lagDays()).append(",\"gaps\":[");
        String comma = "\"";
        for (LocalDate gap : freshness.gaps()) {
            json.append(comma).append(gap).append('"');
            comma = ",\"";
        }
        json.append("],\"generatedAt\":");
        text(freshness.generatedAt().truncatedTo(ChronoUnit.SECONDS));
        json.append('}');
    }

    private void metrics(Summary summary) {
        json.append(",\"metrics\":{");
        for (Metric metric : Metric.values()) {
            Summary.Measure measure = summary.of(metric);
            json.append('"').append(metric.key()).append("\":{\"value\":");
            number(measure.value());
            json.append(",\"delta\":");
            number(measure.delta());
            json.append("},");
        }
        json.append("\"trafficSourceMix\":{");
        String comma = "\"";
        for (Map.Entry<String, @Nullable Double> share :
                summary.trafficSourceMix().entrySet()) {
            json.append(comma).append(share.getKey()).append("\":");
            number(share.getValue());
            comma = ",\"";
        }
        json.append("},\"webVitals\":{");
        comma = "\"";
        for (Vital vital : Vital.values()) {
            Summary.Percentiles percentiles = summary.of(vital);
            json.append(comma).append(vital.key()).append("\":{\"p75\":");
            number(percentiles.p75());
            json.append(",\"p95\":");
            number(percentiles.p95());
            json.append('}');
            comma = ",\"";
        }
        json.append("}}");
    }

    private void ingest(Summary.Ingest ingest) {
        json.append(",\"ingest\":{\"successPct\":");
        number(ingest.successPct());
        json.append(",\"totalEventsAccepted\":")
                .append(ingest.accepted())
                .append(",\"totalEventsRejected\":")
                .append(ingest.rejected())
                .append(",\"rejectedByReason\":{");
        String comma = "";
        for (Map.Entry<String, Long> reason : ingest.rejectedByReason().entrySet()) {
            json.append(comma);
            text(reason.getKey());
            json.append(':').append(reason.getValue().longValue());
            comma = ",";
        }
        json.append("},\"botEvents\":").append(ingest.botEvents()).append(",\"p95TtfbMs\":");
        number(ingest.p95TtfbMs());
        json.append('}');
    }

    private void trend(List<TrendPoint> trend) {
        json.append(",\"trend\":[");
        for (int i = 0; i < trend.size(); i++) {
            TrendPoint point = trend.get(i);
            json.append(i == 0 ? "{\"day\":\"" : ",{\"day\":\"")
                    .append(point.day())
                    .append("\",\"uniqueVisitors\":")
                    .append(point.uniqueVisitors())
                    .append(",\"pageViews\":")
                    .append(point.pageViews())
                    .append(",\"sessions\":")
                    .append(point.sessions())
                    .append(",\"newLeads\":")
                    .append(point.newLeads())
                    .append('}');
        }
        json.append(']');
    }

    private void sums(Breakdown.Sums sums) {
        json.append("\"visitors\":")
                .append(sums.visitors())
                .append(",\"pageViews\":")
                .append(sums.pageViews())
                .append(",\"sessions\":")
                .append(sums.sessions())
                .append(",\"conversions\":")
                .append(sums.conversions());
    }

    /** A text in quotes, or null. */
    private void text(@Nullable Object text) {
        if (text == null) {
            json.append("null");
        } else {
            Json.quote(json, text.toString());
        }
    }

    private void number(@Nullable Number number) {
        switch (number) {
            case null -> json.append("null");
            case Long whole -> json.append(whole.longValue());
            default -> {
                double rounded = Math.round(number.doubleValue() * PRECISION) / PRECISION;
                if (rounded == Math.rint(rounded) && Math.abs(rounded) < 1e15) {
                    json.append((long) rounded);
                } else {
                    json.append(rounded);
                }
            }
        }
    }
}
