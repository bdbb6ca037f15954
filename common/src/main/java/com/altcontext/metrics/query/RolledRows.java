package com.altcontext.metrics.query;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.summary.RolledDay;
import com.altcontext.metrics.summary.RolledWindow;
import com.altcontext.metrics.summary.Summaries;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a query that is answered from rollups, since it reaches further back than the raw rows. This is possible
 * without a filter, for the whole window or by day.
 *
 * @param reasons why a metric is null, by the name of the metric
 */
public record RolledRows(List<QueryRow> rows, Map<String, String> reasons) {
    private static final String NOT_ROLLED_UP =
            "rollups do not have it, and raw rows of the first days are no longer kept";

    private static final Map<QueryMetric, Metric> METRICS = RawSummaries.METRICS.entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));

    /** Reads a figure of a window or a day. */
    @FunctionalInterface
    private interface Figure<T> {
        @Nullable
        Number of(T figures);
    }

    private static final Map<QueryMetric, Figure<RolledWindow>> OF_WINDOWS = ofWindows();

    private static final Map<QueryMetric, Figure<RolledDay>> OF_DAYS = ofDays();

    private static Map<QueryMetric, Figure<RolledWindow>> ofWindows() {
        Map<QueryMetric, Figure<RolledWindow>> figures = new EnumMap<>(QueryMetric.class);
        METRICS.forEach((metric, rolled) ->
                figures.put(metric, window -> window.summary().of(rolled).value()));
        figures.put(QueryMetric.CONVERSIONS, window -> sum(window.days(), RolledDay::conversions));
        figures.put(QueryMetric.EVENTS, window -> sum(window.days(), RolledDay::events));
        for (Vital vital : Vital.values()) {
            figures.put(
                    QueryMetric.p75(vital), window -> window.summary().of(vital).p75());
            figures.put(
                    QueryMetric.p95(vital), window -> window.summary().of(vital).p95());
        }
        return figures;
    }

    private static Map<QueryMetric, Figure<RolledDay>> ofDays() {
        Map<QueryMetric, Figure<RolledDay>> figures = new EnumMap<>(QueryMetric.class);
        METRICS.forEach((metric, rolled) -> {
            if (RolledDay.METRICS.contains(rolled)) {
                figures.put(metric, day -> day.metrics().get(rolled));
            }
        });
        figures.put(QueryMetric.CONVERSIONS, RolledDay::conversions);
        figures.put(QueryMetric.EVENTS, RolledDay::events);
        return figures;
    }

    /** Whether rollups can answer the query. */
    public static boolean canAnswer(MetricsQuery query) {
        return query.filter().isEmpty()
                && (query.groupings().isEmpty() || query.groupings().equals(List.of(Grouping.Time.DAY)));
    }

    /** @param window the figures of the query's window */
    public static RolledRows of(MetricsQuery query, RolledWindow window) {
        List<QueryRow> rows = new ArrayList<>();
        Map<String, String> reasons = new TreeMap<>();
        if (query.groupings().isEmpty()) {
            rows.add(new QueryRow(List.of(), figures(query, OF_WINDOWS, window, reasons), List.of()));
        } else {
            for (RolledDay day : window.days()) {
                rows.add(new QueryRow(List.of(day.day().toString()), figures(query, OF_DAYS, day, reasons), List.of()));
            }
        }
        if (window.summary().reasons().containsKey("window")) {
            explainImported(query, rows, window, reasons);
        }
        rows.sort(order(query));
        int from = Math.min(query.offset(), rows.size());
        return new RolledRows(List.copyOf(rows.subList(from, Math.min(from + query.limit(), rows.size()))), reasons);
    }

    /**
     * Adds the reasons for metrics that are null because of imported days. A ratio whose divisor is zero needs no
     * reason.
     */
    private static void explainImported(
            MetricsQuery query, List<QueryRow> rows, RolledWindow window, Map<String, String> reasons) {
        for (int i = 0; i < query.metrics().size(); i++) {
            int column = i;
            QueryMetric metric = query.metrics().get(i);
            Metric rolled = METRICS.get(metric);
            boolean isCounted = rolled != null && !window.summary().reasons().containsKey("metrics." + rolled.key());
            if (!isCounted && rows.stream().anyMatch(row -> row.metrics().get(column) == null)) {
                reasons.putIfAbsent(metric.key(), Summaries.NOT_IMPORTED);
            }
        }
    }

    private static <T> List<@Nullable Number> figures(
            MetricsQuery query, Map<QueryMetric, Figure<T>> figures, T source, Map<String, String> reasons) {
        List<@Nullable Number> read = new ArrayList<>();
        for (QueryMetric metric : query.metrics()) {
            Figure<T> figure = figures.get(metric);
            if (figure == null) {
                reasons.put(metric.key(), NOT_ROLLED_UP);
            }
            read.add(figure == null ? null : figure.of(source));
        }
        return read;
    }

    /** The sum over all days; null if the count of a day is unknown. */
    private static @Nullable Long sum(List<RolledDay> days, Function<RolledDay, @Nullable Long> count) {
        long sum = 0;
        for (RolledDay day : days) {
            Long counted = count.apply(day);
            if (counted == null) {
                return null;
            }
            sum += counted;
        }
        return sum;
    }

    private static Comparator<QueryRow> order(MetricsQuery query) {
        Comparator<QueryRow> order = (_, _) -> 0;
        for (MetricsQuery.Order by : query.order()) {
            order = order.thenComparing(order(by, query.groupings().size()));
        }
        return order;
    }

    /** Rows without the metric come last in both directions, as they do from raw rows. */
    private static Comparator<QueryRow> order(MetricsQuery.Order by, int groups) {
        return by.column() < groups
                ? directed(
                        by,
                        Comparator.comparing(row -> String.valueOf(row.groups().get(by.column()))))
                : Comparator.comparing(
                        row -> row.metrics().get(by.column() - groups),
                        Comparator.nullsLast(directed(by, Comparator.comparingDouble(Number::doubleValue))));
    }

    private static <T> Comparator<T> directed(MetricsQuery.Order by, Comparator<T> ascending) {
        return by.descending() ? ascending.reversed() : ascending;
    }
}
