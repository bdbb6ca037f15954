package com.altcontext.metrics.query;

import com.altcontext.db.Row;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of an answer.
 *
 * @param groups a value for each grouping; null stands for a missing value
 * @param metrics {@link Long} for counts, otherwise {@link Double}; null if a metric has no value
 * @param totals for each metric that is a count, its sum over all groups, also those beyond the limit; empty unless
 *     requested
 */
public record QueryRow(List<@Nullable String> groups, List<@Nullable Number> metrics, List<Long> totals) {
    static QueryRow read(Row row, MetricsQuery query) throws SQLException {
        int column = 1;
        List<@Nullable String> groups = new ArrayList<>();
        for (int i = 0; i < query.groupings().size(); i++) {
            groups.add(row.textOrNull(column++));
        }
        List<@Nullable Number> metrics = new ArrayList<>();
        for (QueryMetric metric : query.metrics()) {
            metrics.add(metric(row, column++, metric, query));
        }
        List<Long> totals = new ArrayList<>();
        for (QueryMetric metric : query.metrics()) {
            if (query.withTotals() && metric.isCount()) {
                totals.add(row.number(column++));
            }
        }
        return new QueryRow(groups, metrics, totals);
    }

    static @Nullable Number metric(Row row, int column, QueryMetric metric, MetricsQuery query) throws SQLException {
        boolean isCount = metric.isCount() && query.knows(metric);
        return isCount ? (Number) row.number(column) : row.decimalOrNull(column);
    }
}
