package com.altcontext.metrics.query;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.TrendPoint;
import com.altcontext.metrics.Vital;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Answers, from rollups, a question that reaches further back than the raw rows: one without a filter, over the whole
 * window or by day.
 *
 * @param reasons why a metric is null, by its name
 */
public record RolledRows(List<QueryRow> rows, Map<String, String> reasons) {
    private static final String NOT_ROLLED_UP = "rollups do not hold it, and the raw rows of the first days are gone";

    private static final Map<QueryMetric, Metric> METRICS = RawSummaries.METRICS.entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));

    /** How a figure is read from what rollups hold. */
    @FunctionalInterface
    private interface Figure<T> {
        @Nullable
        Number of(T held);
    }

    private static final Map<QueryMetric, Figure<Summary>> OF_WINDOWS = ofWindows();

    private static final Map<QueryMetric, Figure<TrendPoint>> OF_DAYS = Map.of(
            QueryMetric.VISITORS, TrendPoint::uniqueVisitors,
            QueryMetric.PAGE_VIEWS, TrendPoint::pageViews,
            QueryMetric.SESSIONS, TrendPoint::sessions,
            QueryMetric.NEW_LEADS, TrendPoint::newLeads);

    private static Map<QueryMetric, Figure<Summary>> ofWindows() {
        Map<QueryMetric, Figure<Summary>> figures = new EnumMap<>(QueryMetric.class);
        METRICS.forEach((metric, rolled) ->
                figures.put(metric, summary -> summary.of(rolled).value()));
        for (Vital vital : Vital.values()) {
            figures.put(QueryMetric.p75(vital), summary -> summary.of(vital).p75());
            figures.put(QueryMetric.p95(vital), summary -> summary.of(vital).p95());
        }
        return figures;
    }

    /** Whether rollups can answer the question. */
    public static boolean canAnswer(MetricsQuery query) {
        return query.filter().isEmpty()
                && (query.groupings().isEmpty() || query.groupings().equals(List.of(Grouping.Time.DAY)));
    }

    /** @param summary of the question's window */
    public static RolledRows of(MetricsQuery query, Summary summary) {
        List<QueryRow> rows = new ArrayList<>();
        Map<String, String> reasons = new TreeMap<>();
        if (query.groupings().isEmpty()) {
            rows.add(new QueryRow(List.of(), figures(query, OF_WINDOWS, summary, reasons), List.of()));
            query.metrics().forEach(metric -> explain(metric, summary, reasons));
        } else {
            for (TrendPoint point : summary.trend()) {
                rows.add(new QueryRow(
                        List.of(point.day().toString()), figures(query, OF_DAYS, point, reasons), List.of()));
            }
        }
        rows.sort(order(query));
        int from = Math.min(query.offset(), rows.size());
        return new RolledRows(List.copyOf(rows.subList(from, Math.min(from + query.limit(), rows.size()))), reasons);
    }

    private static void explain(QueryMetric metric, Summary summary, Map<String, String> reasons) {
        Metric rolled = METRICS.get(metric);
        String why = rolled == null ? null : summary.reasons().get("metrics." + rolled.key());
        if (why != null) {
            reasons.put(metric.key(), why);
        }
    }

    private static <T> List<@Nullable Number> figures(
            MetricsQuery query, Map<QueryMetric, Figure<T>> figures, T held, Map<String, String> reasons) {
        List<@Nullable Number> read = new ArrayList<>();
        for (QueryMetric metric : query.metrics()) {
            Figure<T> figure = figures.get(metric);
            if (figure == null) {
                reasons.put(metric.key(), NOT_ROLLED_UP);
            }
            read.add(figure == null ? null : figure.of(held));
        }
        return read;
    }

    private static Comparator<QueryRow> order(MetricsQuery query) {
        Comparator<QueryRow> order = (_, _) -> 0;
        int groups = query.groupings().size();
        for (MetricsQuery.Order by : query.order()) {
            Comparator<QueryRow> next = by.column() < groups
                    ? Comparator.comparing(row -> String.valueOf(row.groups().get(by.column())))
                    : Comparator.comparing(
                            row -> row.metrics().get(by.column() - groups),
                            Comparator.nullsFirst(Comparator.comparingDouble(Number::doubleValue)));
            order = order.thenComparing(by.descending() ? next.reversed() : next);
        }
        return order;
    }
}
