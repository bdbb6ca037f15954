package com.altcontext.api.metrics;

import com.altcontext.metrics.query.Grouping;
import com.altcontext.metrics.query.MetricsQuery;
import com.altcontext.metrics.query.QueryEngine;
import com.altcontext.metrics.query.QueryMetric;
import com.altcontext.metrics.query.QueryRow;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rows of a query that the caller may see: without values of few visitors, where {@code minVisitors} is not zero. */
record ShownRows(MetricsQuery query, long minVisitors) {
    List<QueryRow> answer(QueryEngine engine) {
        return hides()
                ? engine.answer(counted()).stream()
                        .filter(this::isShown)
                        .map(this::cut)
                        .toList()
                : engine.answer(query);
    }

    void each(QueryEngine engine, Consumer<QueryRow> consumer) {
        if (!hides()) {
            engine.each(query, consumer);
            return;
        }
        engine.each(counted(), row -> {
            if (isShown(row)) {
                consumer.accept(cut(row));
            }
        });
    }

    private boolean hides() {
        return minVisitors > 0 && !query.groupings().stream().allMatch(Grouping.Time.class::isInstance);
    }

    /** The query with its visitors as the last metric. */
    private MetricsQuery counted() {
        List<QueryMetric> metrics = new ArrayList<>(query.metrics());
        metrics.add(QueryMetric.VISITORS);
        return new MetricsQuery(
                query.windows(),
                metrics,
                query.groupings(),
                query.filter(),
                query.order(),
                query.limit(),
                query.offset());
    }

    private boolean isShown(QueryRow row) {
        Number visitors = row.metrics().getLast();
        return visitors != null && visitors.longValue() >= minVisitors;
    }

    private QueryRow cut(QueryRow row) {
        List<@Nullable Number> metrics =
                row.metrics().subList(0, query.metrics().size());
        return new QueryRow(row.groups(), metrics, row.totals());
    }
}
