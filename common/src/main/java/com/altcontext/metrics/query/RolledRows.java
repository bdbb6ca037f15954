package com.altcontext.metrics.query;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Summary.Percentiles;
import com.altcontext.metrics.TrendPoint;
import com.altcontext.metrics.Vital;
import java.util.ArrayList;
import java.util.Comparator;
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
            rows.add(new QueryRow(List.of(), figures(query, reasons, metric -> figure(metric, summary)), List.of()));
            query.metrics().forEach(metric -> explain(metric, summary, reasons));
        } else {
            for (TrendPoint point : summary.trend()) {
                rows.add(new QueryRow(
                        List.of(point.day().toString()),
                        figures(query, reasons, metric -> figure(metric, point)),
                        List.of()));
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

    /** A figure of a metric; throws if it is not held. */
    private interface Figures {
        @Nullable
        Number of(QueryMetric metric) throws NotHeld;
    }

    private static final class NotHeld extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private static List<@Nullable Number> figures(MetricsQuery query, Map<String, String> reasons, Figures figures) {
        List<@Nullable Number> read = new ArrayList<>();
        for (QueryMetric metric : query.metrics()) {
            try {
                read.add(figures.of(metric));
            } catch (NotHeld none) {
                read.add(null);
                reasons.put(metric.key(), NOT_ROLLED_UP);
            }
        }
        return read;
    }

    private static @Nullable Number figure(QueryMetric metric, Summary summary) throws NotHeld {
        Metric rolled = METRICS.get(metric);
        if (rolled != null) {
            return summary.of(rolled).value();
        }
        for (Vital vital : Vital.values()) {
            Percentiles percentiles = summary.of(vital);
            if (metric.key().equals(vital.key() + ".p75")) {
                return percentiles.p75();
            }
            if (metric.key().equals(vital.key() + ".p95")) {
                return percentiles.p95();
            }
        }
        throw new NotHeld();
    }

    private static @Nullable Number figure(QueryMetric metric, TrendPoint point) throws NotHeld {
        return switch (metric) {
            case VISITORS -> point.uniqueVisitors();
            case PAGE_VIEWS -> point.pageViews();
            case SESSIONS -> point.sessions();
            case NEW_LEADS -> point.newLeads();
            default -> throw new NotHeld();
        };
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
