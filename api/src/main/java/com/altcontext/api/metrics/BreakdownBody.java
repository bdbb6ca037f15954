package com.altcontext.api.metrics;

import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Summary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A breakdown as JSON. */
public record BreakdownBody(
        boolean ok,
        WindowBody window,
        SummaryBody.Freshness freshness,
        String dimension,
        List<Row> rows,
        Breakdown.Sums other,
        Breakdown.Sums total) {

    /** @param value null for sessions that have none, such as those without a campaign */
    public record Row(@Nullable String value, long visitors, long pageViews, long sessions, long conversions) {
        static Row of(Breakdown.Value row) {
            Breakdown.Sums sums = row.sums();
            return new Row(row.value(), sums.visitors(), sums.pageViews(), sums.sessions(), sums.conversions());
        }
    }

    static BreakdownBody of(Breakdown breakdown, Summary.Freshness freshness) {
        return new BreakdownBody(
                true,
                WindowBody.of(breakdown.window()),
                SummaryBody.Freshness.of(freshness),
                breakdown.dimension().key(),
                breakdown.rows().stream().map(Row::of).toList(),
                breakdown.other(),
                breakdown.total());
    }
}
