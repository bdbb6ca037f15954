package com.altcontext.api.metrics;

import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Window;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A breakdown as JSON. */
public record BreakdownBody(
        boolean ok,
        Window window,
        SummaryBody.FreshnessBody freshness,
        String dimension,
        List<ValueBody> rows,
        Breakdown.Sums other,
        Breakdown.Sums total) {

    /** @param value null for sessions that have none, such as those without a campaign */
    public record ValueBody(
            @Nullable String value, @JsonUnwrapped Breakdown.Sums sums) {}

    static BreakdownBody of(Breakdown breakdown, Summary.Freshness freshness) {
        return new BreakdownBody(
                true,
                breakdown.window(),
                SummaryBody.FreshnessBody.of(freshness),
                breakdown.dimension().key(),
                breakdown.rows().stream()
                        .map(row -> new ValueBody(row.value(), row.sums()))
                        .toList(),
                breakdown.other(),
                breakdown.total());
    }
}
