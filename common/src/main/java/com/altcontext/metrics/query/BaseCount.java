package com.altcontext.metrics.query;

import com.altcontext.metrics.Vital;
import java.util.Collection;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The counts that metrics are computed from. Each is one aggregate over one kind of row, and is named like its column.
 */
enum BaseCount {
    /** Sessions of the window. In a query by goals, also those that reached no goal. */
    SESSIONS(Source.SESSIONS, "count(*)"),
    GROUPED_SESSIONS(Source.SESSIONS, "count(*)"),
    BOUNCES(Source.SESSIONS, "count(*) FILTER (WHERE page_views = 1 AND events - engagements = 1)"),
    VIEWED_SESSIONS(Source.SESSIONS, "count(*) FILTER (WHERE page_views > 0)"),
    ENGAGED_MS(Source.SESSIONS, "sum(engaged_ms)"),
    FORM_SESSIONS(Source.SESSIONS, "count(first_form_start)"),
    COMPLETED_FORMS(Source.SESSIONS, "count(*) FILTER (WHERE last_form_submit > first_form_start)"),
    CONVERTING_SESSIONS(Source.SESSIONS, "count(*) FILTER (WHERE converts)"),
    SESSION_PAGE_VIEWS(Source.SESSIONS, "sum(page_views)"),
    SESSION_EVENTS(Source.SESSIONS, "sum(events)"),
    /** Each visitor with a session counts once. */
    SESSION_VISITORS(Source.SESSIONS, "1"),
    RETURNING_SESSION_VISITORS(Source.SESSIONS, "bool_or(returns)::integer"),
    PAGE_VIEWS(Source.EVENTS, "sum(page_views)"),
    EVENTS(Source.EVENTS, "sum(events)"),
    VISITORS(Source.EVENTS, "count(*)"),
    RETURNING_VISITORS(Source.EVENTS, "count(*) FILTER (WHERE returns)"),
    SCROLL_SUM(Source.EVENTS, "sum(scroll_sum)"),
    SCROLLS(Source.EVENTS, "sum(scrolls)"),
    NEW_LEADS(Source.LEADS, "count(*)"),
    MAILABLE_LEADS(Source.LEADS, "count(*) FILTER (WHERE is_mailable)"),
    FCP_P75(Vital.FCP, 0.75),
    FCP_P95(Vital.FCP, 0.95),
    LCP_P75(Vital.LCP, 0.75),
    LCP_P95(Vital.LCP, 0.95),
    INP_P75(Vital.INP, 0.75),
    INP_P95(Vital.INP, 0.95),
    TTFB_P75(Vital.TTFB, 0.75),
    TTFB_P95(Vital.TTFB, 0.95),
    CLS_P75(Vital.CLS, 0.75),
    CLS_P95(Vital.CLS, 0.95);

    final Source source;

    /** The SQL aggregate; for a quantile, the measured column. */
    final String aggregate;

    /** For a quantile, the share of values that do not exceed it; otherwise 0. */
    final double share;

    BaseCount(Source source, String aggregate) {
        this(source, aggregate, 0);
    }

    BaseCount(Source source, String aggregate, double share) {
        this.source = source;
        this.aggregate = aggregate;
        this.share = share;
    }

    BaseCount(Vital vital, double share) {
        this(Source.VITALS, vital.rawColumn(), share);
    }

    /** The rows that a count is computed from. */
    enum Source {
        /** Sessions that began in the window. */
        SESSIONS,
        /** In a query by goals: all sessions that began in the window, whether they reached a goal or not. */
        ALL_SESSIONS,
        /** Events that happened in the window. */
        EVENTS,
        /** Leads that were first captured in the window. */
        LEADS,
        /** The measured values of events of the window, which are ranked, since quantiles do not add up. */
        VITALS
    }

    /**
     * The columns of a part of a statement.
     *
     * @param all the counts of the whole statement
     * @param own the counts that the part computes; the others are null in it
     * @param aggregate gives the SQL expression of a count
     */
    static String columns(Collection<BaseCount> all, Collection<BaseCount> own, Function<BaseCount, String> aggregate) {
        return all.stream()
                .map(count ->
                        (own.contains(count) ? aggregate.apply(count) : count.nullColumn()) + " AS " + count.column())
                .collect(Collectors.joining(", "));
    }

    private String nullColumn() {
        return source == Source.VITALS ? "NULL::real" : "NULL::numeric";
    }

    /** Whether sessions have to be grouped by visitor for this count. */
    boolean isOfVisitors() {
        return this == SESSION_VISITORS || this == RETURNING_SESSION_VISITORS;
    }

    /** Whether this count needs the time when each visitor was first seen. */
    boolean needsFirstSeen() {
        return this == RETURNING_VISITORS || this == RETURNING_SESSION_VISITORS;
    }

    String column() {
        return name().toLowerCase(Locale.ROOT);
    }
}
