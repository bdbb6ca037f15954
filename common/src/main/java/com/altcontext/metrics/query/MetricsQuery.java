package com.altcontext.metrics.query;

import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.goal.Goal;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A query over raw rows: metrics by groupings, with a filter, over windows.
 *
 * @param windows the requested days, as one window for each time zone
 * @param groupings none, one or two
 * @param order the columns that the rows are sorted by
 * @param touch the session whose dimensions leads have
 * @param withTotals whether each row also holds the sums of the counts over all groups
 * @param minVisitors groups with fewer visitors are left out; by where leads came from, groups with fewer leads
 */
public record MetricsQuery(
        List<ZoneWindow> windows,
        List<QueryMetric> metrics,
        List<Grouping> groupings,
        Filter filter,
        List<Order> order,
        int limit,
        int offset,
        Touch touch,
        boolean withTotals,
        long minVisitors) {
    public MetricsQuery(
            List<ZoneWindow> windows,
            List<QueryMetric> metrics,
            List<Grouping> groupings,
            Filter filter,
            List<Order> order,
            int limit,
            int offset) {
        this(windows, metrics, groupings, filter, order, limit, offset, Touch.FIRST, false, 0);
    }

    /** This query with another touch. */
    public MetricsQuery by(Touch other) {
        return new MetricsQuery(
                windows, metrics, groupings, filter, order, limit, offset, other, withTotals, minVisitors);
    }

    /** This query with the sums of the counts over all groups. */
    MetricsQuery withSums() {
        return new MetricsQuery(windows, metrics, groupings, filter, order, limit, offset, touch, true, minVisitors);
    }

    /** This query without groups that have fewer visitors. */
    public MetricsQuery withoutRareGroups(long visitors) {
        return new MetricsQuery(windows, metrics, groupings, filter, order, limit, offset, touch, withTotals, visitors);
    }

    /** A query for all metrics of the windows in one row. */
    static MetricsQuery ungrouped(List<ZoneWindow> windows, List<QueryMetric> metrics, Filter filter) {
        return new MetricsQuery(windows, metrics, List.of(), filter, List.of(), 1, 0);
    }

    /** @param column its index in the groupings followed by the metrics, from 0 */
    public record Order(int column, boolean descending) {}

    /** The dimensions that are known for leads. */
    static final Set<Dimension> OF_LEADS = EnumSet.of(
            Dimension.TRAFFIC_SOURCE,
            Dimension.REFERRER_HOST,
            Dimension.UTM_SOURCE,
            Dimension.UTM_MEDIUM,
            Dimension.UTM_CAMPAIGN,
            Dimension.LANDING_PATH);

    /** Whether a metric is known for the dimensions and the filter of this query. */
    public boolean knows(QueryMetric metric) {
        return metric.isOfLeads()
                ? isOfLeads(filter) && groupings.stream().allMatch(MetricsQuery::isOfLeads)
                : !isByLead();
    }

    /** Whether the rows are grouped by where leads came from. Then only leads are known. */
    public boolean isByLead() {
        return groupings.stream().anyMatch(Grouping.ByLead.class::isInstance);
    }

    /** The metric of which each group must have at least {@link #minVisitors}. */
    QueryMetric minMetric() {
        return isByLead() ? QueryMetric.NEW_LEADS : QueryMetric.VISITORS;
    }

    /** The metrics that are known, and {@link #minMetric} too if groups with few visitors are left out. */
    List<QueryMetric> counted() {
        Stream<QueryMetric> needed = minVisitors > 0 ? Stream.of(minMetric()) : Stream.empty();
        return Stream.concat(metrics.stream().filter(this::knows), needed).toList();
    }

    /** Whether leads have a value of this grouping. */
    static boolean isOfLeads(Grouping grouping) {
        return switch (grouping) {
            case Grouping.By by -> isOfLeads(by.field());
            case Grouping.ByLead _ -> true;
            case Grouping.ByGoal _ -> false;
            case Grouping.Time _ -> true;
        };
    }

    private static boolean isOfLeads(Field field) {
        return field instanceof Field.Column column && OF_LEADS.contains(column.dimension());
    }

    static boolean isOfLeads(Filter filter) {
        return !filter.anyLeaf(leaf -> !(leaf instanceof Filter.Leaf by && isOfLeads(by.field())));
    }

    /** The goals that rows are grouped by; null if they are not grouped by goals. */
    @Nullable
    List<Goal> goals() {
        for (Grouping grouping : groupings) {
            if (grouping instanceof Grouping.ByGoal by) {
                return by.goals();
            }
        }
        return null;
    }

    /** This query without the grouping by goals, so that it counts all sessions. */
    MetricsQuery withoutGoals() {
        return by(groupings.stream()
                .filter(grouping -> !(grouping instanceof Grouping.ByGoal))
                .toList());
    }

    /** This query with other groupings. */
    MetricsQuery by(List<Grouping> others) {
        return new MetricsQuery(windows, metrics, others, filter, order, limit, offset, touch, withTotals, minVisitors);
    }

    /**
     * Whether filter and groupings use sessions and no events, so that the counters in the rows of sessions are enough.
     */
    boolean sessionsOnly() {
        boolean ofSessions = filter.isOfSessions() || groupings.stream().anyMatch(Grouping::isOfSessions);
        boolean ofEvents = filter.isOfEvents() || groupings.stream().anyMatch(Grouping::isOfEvents);
        return ofSessions && !ofEvents;
    }
}
