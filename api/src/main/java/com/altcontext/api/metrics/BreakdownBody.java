package com.altcontext.api.metrics;

import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Window;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A breakdown as JSON. */
public record BreakdownBody(
        boolean ok,
        Window window,
        String from,
        SummaryBody.FreshnessBody freshness,
        String dimension,
        List<ValueBody> rows,
        AddedBody other,
        AddedBody total,
        Map<String, String> reasons)
        implements BreakdownAnswers.BreakdownAnswer {

    /**
     * @param value null for sessions without a value, such as those without a campaign
     * @param site the well-known site that a referrer belongs to; absent for other values
     */
    public record ValueBody(
            @Nullable String value,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String site,

            @Nullable Long visitors,
            @Nullable Long pageViews,
            long sessions,
            @Nullable Long conversions) {
        static ValueBody of(Breakdown.Value row, Breakdown breakdown, ReferrerSites sites) {
            Breakdown.Sums sums = row.sums();
            return new ValueBody(
                    row.value(),
                    sites.of(breakdown.dimension(), row.value()),
                    sums.visitors(),
                    breakdown.hasPageViews() ? sums.pageViews() : null,
                    sums.sessions(),
                    row.hasConversions() ? sums.conversions() : null);
        }
    }

    /** Figures that do not add up are absent. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record AddedBody(
            @Nullable Long pageViews,
            @Nullable Long sessions,
            @Nullable Long conversions) {
        static AddedBody of(Breakdown.AdditiveSums added) {
            return new AddedBody(added.pageViews(), added.sessions(), added.conversions());
        }
    }

    static BreakdownBody of(Breakdown breakdown, Summary.Freshness freshness, ReferrerSites sites) {
        return new BreakdownBody(
                true,
                breakdown.window(),
                breakdown.from().key(),
                SummaryBody.FreshnessBody.of(freshness),
                breakdown.dimension(),
                breakdown.rows().stream()
                        .map(row -> ValueBody.of(row, breakdown, sites))
                        .toList(),
                AddedBody.of(breakdown.other()),
                AddedBody.of(breakdown.total()),
                breakdown.reasons());
    }
}
