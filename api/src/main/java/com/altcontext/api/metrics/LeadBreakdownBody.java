package com.altcontext.api.metrics;

import com.altcontext.metrics.FigureSource;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.LeadBreakdowns.LeadBreakdown;
import com.altcontext.metrics.query.LeadBreakdowns.LeadRow;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where leads came from, as JSON. */
public record LeadBreakdownBody(
        boolean ok,
        Window window,
        String from,
        SummaryBody.FreshnessBody freshness,
        String dimension,
        String touch,
        List<LeadBody> rows,
        LeadSums other,
        LeadSums total,
        Map<String, String> reasons)
        implements BreakdownAnswers.BreakdownAnswer {

    /** @param site as in {@link BreakdownBody.ValueBody} */
    public record LeadBody(
            @Nullable String value,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String site,

            long leads,
            long mailableLeads,
            @Nullable Number conversionRate) {}

    /** Leads, and how many of them may be written to now. */
    public record LeadSums(long leads, long mailableLeads) {}

    static LeadBreakdownBody of(LeadBreakdown breakdown, Instant now, ReferrerSites sites) {
        String dimension = breakdown.dimension().key();
        long leads = breakdown.rows().stream().mapToLong(LeadRow::leads).sum();
        long mailable = breakdown.rows().stream().mapToLong(LeadRow::mailable).sum();
        return new LeadBreakdownBody(
                true,
                breakdown.window(),
                FigureSource.RAW.key(),
                SummaryBody.FreshnessBody.of(Summary.Freshness.ofRaw(now)),
                dimension,
                breakdown.touch().key(),
                breakdown.rows().stream()
                        .map(row -> new LeadBody(
                                row.value(),
                                sites.of(dimension, row.value()),
                                row.leads(),
                                row.mailable(),
                                SummaryBody.figure(row.conversionRate())))
                        .toList(),
                new LeadSums(breakdown.leads() - leads, breakdown.mailable() - mailable),
                new LeadSums(breakdown.leads(), breakdown.mailable()),
                breakdown.reasons());
    }
}
