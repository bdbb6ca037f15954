package com.altcontext.api.metrics;

import com.altcontext.metrics.FigureSource;
import com.altcontext.metrics.Summary.Freshness;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.Grouping;
import com.altcontext.metrics.query.MetricsQuery;
import com.altcontext.metrics.query.QueryMetric;
import com.altcontext.metrics.query.QueryRow;
import com.altcontext.metrics.query.RolledRows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a query as JSON.
 *
 * @param metrics the names of the metrics, in the order of the figures in each row
 * @param dimensions the names of the dimensions, in the order of the values in each row
 */
public record QueryBody(
        boolean ok,
        Window window,
        String from,
        SummaryBody.FreshnessBody freshness,
        List<String> metrics,
        List<String> dimensions,
        List<RowBody> rows,
        Map<String, String> reasons) {

    private static final String NOT_OF_LEADS =
            "leads can be grouped and filtered only by the source, referrer, campaign and landing page of the"
                    + " chosen touch";
    private static final String ONLY_OF_LEADS = "by where leads came from, only leads can be counted";

    /** @param dimensions the values; null stands for a missing value */
    public record RowBody(List<@Nullable String> dimensions, List<@Nullable Number> metrics) {
        static RowBody of(QueryRow row) {
            List<@Nullable Number> figures = new ArrayList<>();
            for (Number figure : row.metrics()) {
                figures.add(SummaryBody.figure(figure));
            }
            return new RowBody(row.groups(), figures);
        }
    }

    static QueryBody of(Window window, MetricsQuery query, List<QueryRow> rows, Instant now) {
        Map<String, String> reasons = query.metrics().stream()
                .filter(metric -> !query.knows(metric))
                .collect(Collectors.toMap(QueryMetric::key, _ -> query.isByLead() ? ONLY_OF_LEADS : NOT_OF_LEADS));
        return of(window, query, FigureSource.RAW, Freshness.ofRaw(now), rows, reasons);
    }

    static QueryBody of(Window window, MetricsQuery query, RolledRows rolled, Freshness freshness) {
        return of(window, query, FigureSource.ROLLUPS, freshness, rolled.rows(), rolled.reasons());
    }

    private static QueryBody of(
            Window window,
            MetricsQuery query,
            FigureSource from,
            Freshness freshness,
            List<QueryRow> rows,
            Map<String, String> reasons) {
        return new QueryBody(
                true,
                window,
                from.key(),
                SummaryBody.FreshnessBody.of(freshness),
                query.metrics().stream().map(QueryMetric::key).toList(),
                query.groupings().stream().map(Grouping::key).toList(),
                rows.stream().map(RowBody::of).toList(),
                reasons);
    }
}
