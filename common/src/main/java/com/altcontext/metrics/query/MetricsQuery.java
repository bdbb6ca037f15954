package com.altcontext.metrics.query;

import java.util.List;

/**
 * A question.
 *
 * @param windows whose days are asked about, by time zone
 * @param groupings none, one or two
 * @param order by which columns of the answer
 * @param withTotals whether each row also holds the sums of the counts over all groups
 */
public record MetricsQuery(
        List<ZoneWindow> windows,
        List<QueryMetric> metrics,
        List<Grouping> groupings,
        Filter filter,
        List<Order> order,
        int limit,
        int offset,
        boolean withTotals) {
    public MetricsQuery(
            List<ZoneWindow> windows,
            List<QueryMetric> metrics,
            List<Grouping> groupings,
            Filter filter,
            List<Order> order,
            int limit,
            int offset) {
        this(windows, metrics, groupings, filter, order, limit, offset, false);
    }

    /** All metrics of the windows, in one row. */
    static MetricsQuery ungrouped(List<ZoneWindow> windows, List<QueryMetric> metrics, Filter filter) {
        return new MetricsQuery(windows, metrics, List.of(), filter, List.of(), 1, 0);
    }

    /** @param column its place among groupings and then metrics, from 0 */
    public record Order(int column, boolean descending) {}

    /** Whether only sessions are asked about, so that their own counters answer. */
    boolean sessionsAlone() {
        boolean ofSessions = filter.isOfSessions() || groupings.stream().anyMatch(Grouping::isOfSessions);
        boolean ofEvents = filter.isOfEvents() || groupings.stream().anyMatch(Grouping::isOfEvents);
        return ofSessions && !ofEvents;
    }
}
