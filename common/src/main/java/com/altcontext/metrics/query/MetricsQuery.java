package com.altcontext.metrics.query;

import java.util.List;

/**
 * A question.
 *
 * @param windows whose days are asked about, by time zone
 * @param groupings none, one or two
 * @param order by which columns of the answer
 */
public record MetricsQuery(
        List<ZoneWindow> windows,
        List<QueryMetric> metrics,
        List<Grouping> groupings,
        Filter filter,
        List<Order> order,
        int limit,
        int offset) {
    /** @param column its place among groupings and then metrics, from 0 */
    public record Order(int column, boolean descending) {}

    /** Whether only sessions are asked about, so that their own counters answer. */
    boolean sessionsAlone() {
        boolean ofSessions = filter.isOfSessions() || groupings.stream().anyMatch(Grouping::isOfSessions);
        boolean ofEvents = filter.isOfEvents() || groupings.stream().anyMatch(Grouping::isOfEvents);
        return ofSessions && !ofEvents;
    }
}
