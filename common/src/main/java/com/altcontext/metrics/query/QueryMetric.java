package com.altcontext.metrics.query;

import com.altcontext.metrics.Vital;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A metric that a query can request, and how it is computed from counts. The metrics are defined in docs/metrics.md.
 */
public enum QueryMetric {
    VISITORS("visitors", BaseCount.VISITORS, BaseCount.SESSION_VISITORS),
    SESSIONS("sessions", BaseCount.SESSIONS, BaseCount.SESSIONS),
    PAGE_VIEWS("pageViews", BaseCount.PAGE_VIEWS, BaseCount.SESSION_PAGE_VIEWS),
    EVENTS("events", BaseCount.EVENTS, BaseCount.SESSION_EVENTS),
    CONVERSIONS("conversions", BaseCount.CONVERTING_SESSIONS, BaseCount.CONVERTING_SESSIONS),
    /** Leads have the dimensions of the session of their {@link Touch}. */
    NEW_LEADS("newLeads", BaseCount.NEW_LEADS, BaseCount.NEW_LEADS),
    /** New leads that may be written to now. */
    MAILABLE_LEADS("mailableLeads", BaseCount.MAILABLE_LEADS, BaseCount.MAILABLE_LEADS),
    CONVERSION_RATE("conversionRate", new Ratio(BaseCount.CONVERTING_SESSIONS, BaseCount.SESSIONS)),
    RETURNING_VISITORS(
            "returningVisitorsPct",
            new Ratio(BaseCount.RETURNING_VISITORS, BaseCount.VISITORS),
            new Ratio(BaseCount.RETURNING_SESSION_VISITORS, BaseCount.SESSION_VISITORS)),
    FORM_COMPLETION_RATE("formCompletionRate", new Ratio(BaseCount.COMPLETED_FORMS, BaseCount.FORM_SESSIONS)),
    BOUNCE_RATE("bounceRate", new Ratio(BaseCount.BOUNCES, BaseCount.GROUPED_SESSIONS)),
    ENGAGED_TIME("avgEngagedTimeMs", new Ratio(BaseCount.ENGAGED_MS, BaseCount.VIEWED_SESSIONS)),
    SCROLL_DEPTH("scrollDepthPercent", new Ratio(BaseCount.SCROLL_SUM, BaseCount.SCROLLS)),
    FCP_P75("fcpMs.p75", BaseCount.FCP_P75),
    FCP_P95("fcpMs.p95", BaseCount.FCP_P95),
    LCP_P75("lcpMs.p75", BaseCount.LCP_P75),
    LCP_P95("lcpMs.p95", BaseCount.LCP_P95),
    INP_P75("inpMs.p75", BaseCount.INP_P75),
    INP_P95("inpMs.p95", BaseCount.INP_P95),
    TTFB_P75("ttfbMs.p75", BaseCount.TTFB_P75),
    TTFB_P95("ttfbMs.p95", BaseCount.TTFB_P95),
    CLS_P75("clsScore.p75", BaseCount.CLS_P75),
    CLS_P95("clsScore.p95", BaseCount.CLS_P95);

    private final String key;

    @SuppressWarnings("ImmutableEnumChecker") // A record of enums.
    private final Ratio ofEvents;

    @SuppressWarnings("ImmutableEnumChecker")
    private final Ratio ofSessions;

    private final boolean isCount;

    /** A count of events, or of sessions if {@link MetricsQuery#sessionsOnly}. */
    QueryMetric(String key, BaseCount ofEvents, BaseCount ofSessions) {
        this(key, new Ratio(ofEvents, null), new Ratio(ofSessions, null), true);
    }

    QueryMetric(String key, BaseCount measured) {
        this(key, new Ratio(measured, null));
    }

    QueryMetric(String key, Ratio ratio) {
        this(key, ratio, ratio);
    }

    QueryMetric(String key, Ratio ofEvents, Ratio ofSessions) {
        this(key, ofEvents, ofSessions, false);
    }

    QueryMetric(String key, Ratio ofEvents, Ratio ofSessions, boolean isCount) {
        this.key = key;
        this.ofEvents = ofEvents;
        this.ofSessions = ofSessions;
        this.isCount = isCount;
    }

    /**
     * @param dividend the count itself if the metric is not a ratio
     * @param divisor null if the metric is not a ratio
     */
    private record Ratio(BaseCount dividend, @Nullable BaseCount divisor) {}

    /** The name in requests and answers. */
    public String key() {
        return key;
    }

    /** Whether it counts leads, which have fewer dimensions than sessions and events. */
    boolean isOfLeads() {
        return ofEvents.dividend.source == BaseCount.Source.LEADS;
    }

    /** Whether it is a count. Without rows, a count is zero, and any other metric is null. */
    boolean isCount() {
        return isCount;
    }

    /** @param sessionsOnly as in {@link MetricsQuery#sessionsOnly} */
    List<BaseCount> counts(boolean sessionsOnly) {
        Ratio ratio = sessionsOnly ? ofSessions : ofEvents;
        return ratio.divisor == null ? List.of(ratio.dividend) : List.of(ratio.dividend, ratio.divisor);
    }

    /** The SQL expression of a metric that is not known. */
    static final String UNKNOWN = "NULL::bigint";

    String expression(boolean sessionsOnly) {
        Ratio ratio = sessionsOnly ? ofSessions : ofEvents;
        String sum = "sum(" + ratio.dividend.column() + ")";
        if (ratio.divisor != null) {
            // Zero, not null, if only the dividend has no rows.
            return "coalesce(" + sum + ", 0)::float8 / nullif(sum(" + ratio.divisor.column() + "), 0)";
        }
        return isCount ? "coalesce(" + sum + ", 0)::bigint" : sum + "::float8";
    }

    /** The value that 75 % of the measurements do not exceed. */
    static QueryMetric p75(Vital vital) {
        return Objects.requireNonNull(named(vital.key() + ".p75"));
    }

    /** The value that 95 % of the measurements do not exceed. */
    static QueryMetric p95(Vital vital) {
        return Objects.requireNonNull(named(vital.key() + ".p95"));
    }

    static @Nullable QueryMetric named(String key) {
        for (QueryMetric metric : values()) {
            if (metric.key.equals(key)) {
                return metric;
            }
        }
        return null;
    }
}
