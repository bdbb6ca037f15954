package com.altcontext.report;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary.Measure;
import com.altcontext.value.JsonText;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The weekly report of a site.
 *
 * @param site the name of the property
 * @param figures the figures, with the change from the week before
 * @param sources the traffic sources of new leads, most leads first
 * @param pages the pages with the most visitors, most visitors first
 *
 * @param pagesBy what the pages are ranked by: visitors, or sessions if different visitors are unknown
 */
public record WeeklyReport(
        String site,
        ReportWeek week,
        Map<Metric, Measure> figures,
        List<CountedValue> sources,
        List<CountedValue> pages,
        Metric pagesBy) {
    /** The figures of a report, in order. */
    public static final List<Metric> METRICS = List.of(
            Metric.UNIQUE_VISITORS, Metric.SESSIONS, Metric.PAGE_VIEWS, Metric.NEW_LEADS, Metric.NEW_MAILABLE_LEADS);

    /** @param value null if it is unknown */
    public record CountedValue(
            @Nullable String value, @Nullable Long count) {}

    /** The JSON for the body of the message in the outbox. */
    public String toJson() {
        return "{\"site\":" + JsonText.string(site)
                + ",\"week\":" + JsonText.string(week.text())
                + ",\"from\":" + JsonText.string(week.window().from().toString())
                + ",\"to\":" + JsonText.string(week.window().to().toString())
                + ",\"figures\":{"
                + METRICS.stream()
                        .filter(figures::containsKey)
                        .map(metric -> JsonText.string(metric.key()) + ":" + json(figures.get(metric)))
                        .collect(Collectors.joining(","))
                + "},\"sources\":" + json(sources) + ",\"pages\":" + json(pages)
                + ",\"pagesBy\":" + JsonText.string(pagesBy.key()) + "}";
    }

    private static String json(@Nullable Measure measure) {
        return measure == null ? "null" : "{\"value\":" + measure.value() + ",\"delta\":" + measure.delta() + "}";
    }

    private static String json(List<CountedValue> values) {
        return values.stream()
                .map(row -> "{\"value\":" + (row.value == null ? "null" : JsonText.string(row.value)) + ",\"count\":"
                        + row.count + "}")
                .collect(Collectors.joining(",", "[", "]"));
    }
}
