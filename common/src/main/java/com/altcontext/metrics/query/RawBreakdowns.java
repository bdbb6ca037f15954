package com.altcontext.metrics.query;

import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Breakdown.Sums;
import com.altcontext.metrics.Breakdown.Value;
import com.altcontext.metrics.FigureSource;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.query.MetricsQuery.Order;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts the values of any dimension over a window, from raw rows. */
public final class RawBreakdowns {
    private static final List<QueryMetric> METRICS =
            List.of(QueryMetric.VISITORS, QueryMetric.PAGE_VIEWS, QueryMetric.SESSIONS, QueryMetric.CONVERSIONS);

    /** Most visitors first. Column 0 is the value. */
    private static final List<Order> ORDER =
            List.of(new Order(1, true), new Order(2, true), new Order(3, true), new Order(0, false));

    private final QueryEngine engine;

    public RawBreakdowns(QueryEngine engine) {
        this.engine = engine;
    }

    /** Throws like {@link QueryEngine#answer(MetricsQuery)}. */
    public Breakdown of(Grouping by, Window window, PropertyZones zones, Filter filter, int limit) {
        List<QueryRow> rows = engine.answer(
                new MetricsQuery(zones.windows(window), METRICS, List.of(by), filter, ORDER, limit, 0).withSums());
        List<Long> totals =
                rows.isEmpty() ? List.of(0L, 0L, 0L, 0L) : rows.getFirst().totals();
        return Breakdown.of(
                window,
                by.key(),
                FigureSource.RAW,
                by.isOfEvents(),
                rows.stream()
                        .map(row -> new Value(row.groups().getFirst(), sums(row.metrics())))
                        .toList(),
                sums(totals));
    }

    /** The goals of a property, those that most sessions reached first. Throws like {@link #of}. */
    public Breakdown ofGoals(List<Goal> goals, Window window, PropertyZones zones, Filter filter) {
        List<ZoneWindow> windows = zones.windows(window);
        return engine.inSnapshot(windows, rows -> new GoalBreakdown(goals).read(rows, window, windows, filter));
    }

    private static Sums sums(List<? extends @Nullable Number> counts) {
        return new Sums(count(counts, 0), count(counts, 1), count(counts, 2), count(counts, 3));
    }

    private static long count(List<? extends @Nullable Number> counts, int column) {
        return Objects.requireNonNull(counts.get(column), "a count is never null")
                .longValue();
    }
}
