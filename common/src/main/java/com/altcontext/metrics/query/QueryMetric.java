package com.altcontext.metrics.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A metric that can be asked for: what it is of the counts. docs/metrics.md defines each. */
public enum QueryMetric {
    VISITORS("visitors", BaseCount.VISITORS, BaseCount.SESSION_VISITORS),
    SESSIONS("sessions", BaseCount.SESSIONS, BaseCount.SESSIONS),
    PAGE_VIEWS("pageViews", BaseCount.PAGE_VIEWS, BaseCount.SESSION_PAGE_VIEWS),
    EVENTS("events", BaseCount.EVENTS, BaseCount.SESSION_EVENTS),
    CONVERSIONS("conversions", BaseCount.CONVERTING_SESSIONS, BaseCount.CONVERTING_SESSIONS),
    CONVERSION_RATE("conversionRate", new Ratio(BaseCount.CONVERTING_SESSIONS, BaseCount.SESSIONS)),
    BOUNCE_RATE("bounceRate", new Ratio(BaseCount.BOUNCES, BaseCount.SESSIONS)),
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
    private final BaseCount ofEvents;
    private final BaseCount ofSessions;
    /** What a ratio is divided by; null for what is none. */
    private final @Nullable BaseCount divisor;

    private final boolean isCount;

    /** A count, of the events, or of the sessions where a question is about sessions alone. */
    QueryMetric(String key, BaseCount ofEvents, BaseCount ofSessions) {
        this(key, ofEvents, ofSessions, null, true);
    }

    QueryMetric(String key, BaseCount measured) {
        this(key, measured, measured, null, false);
    }

    QueryMetric(String key, Ratio ratio) {
        this(key, ratio.of, ratio.of, ratio.divisor, false);
    }

    QueryMetric(String key, BaseCount ofEvents, BaseCount ofSessions, @Nullable BaseCount divisor, boolean isCount) {
        this.key = key;
        this.ofEvents = ofEvents;
        this.ofSessions = ofSessions;
        this.divisor = divisor;
        this.isCount = isCount;
    }

    private record Ratio(BaseCount of, BaseCount divisor) {}

    /** The name in requests and answers. */
    public String key() {
        return key;
    }

    /** A count of nothing is zero, any other metric of nothing is null. */
    boolean isCount() {
        return isCount;
    }

    /** @param sessionsAlone whether the question is about sessions and nothing of single events */
    List<BaseCount> counts(boolean sessionsAlone) {
        BaseCount count = sessionsAlone ? ofSessions : ofEvents;
        return divisor == null ? List.of(count) : List.of(count, divisor);
    }

    String expression(boolean sessionsAlone) {
        String sum = "sum(" + (sessionsAlone ? ofSessions : ofEvents).column() + ")";
        if (divisor != null) {
            return sum + "::float8 / nullif(sum(" + divisor.column() + "), 0)";
        }
        return isCount ? "coalesce(" + sum + ", 0)::bigint" : sum + "::float8";
    }

    public static @Nullable QueryMetric named(String key) {
        for (QueryMetric metric : values()) {
            if (metric.key.equals(key)) {
                return metric;
            }
        }
        return null;
    }
}
