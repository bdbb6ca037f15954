package com.altcontext.metrics;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The figures of a summary that are a single number. They are defined in docs/metrics.md. */
public enum Metric {
    UNIQUE_VISITORS("uniqueVisitors", Totals::knownUniqueVisitors),
    RETURNING_VISITORS(
            "returningVisitorsPct",
            unlessImported(totals -> Totals.ratio(totals.returningVisitors(), totals.uniqueVisitors()))),
    PAGE_VIEWS("totalPageViews", totals -> totals.count(Count.PAGE_VIEWS)),
    SESSIONS("sessions", totals -> totals.count(Count.SESSIONS)),
    BOUNCE_RATE("bounceRate", totals -> totals.ratio(Count.BOUNCES, Count.SESSIONS)),
    ENGAGED_TIME("avgEngagedTimeMs", unlessImported(totals -> totals.ratio(Count.ENGAGED_MS, Count.VIEWED_SESSIONS))),
    NEW_LEADS("newLeads", totals -> totals.count(Count.NEW_LEADS)),
    NEW_MAILABLE_LEADS("newMailableLeads", totals -> totals.mailableLeads),
    LEAD_CAPTURE_RATE(
            "leadCaptureRate", unlessImported(totals -> Totals.ratio(totals.leadVisitors(), totals.uniqueVisitors()))),
    FORM_COMPLETION_RATE(
            "formCompletionRate", unlessImported(totals -> totals.ratio(Count.COMPLETED_FORMS, Count.FORM_SESSIONS))),
    LANDING_CONVERSION_RATE(
            "landingPageConversionRate",
            unlessImported(totals -> totals.ratio(Count.CONVERTING_SESSIONS, Count.SESSIONS))),
    TIME_TO_CAPTURE("avgTimeToFirstCaptureHrs", totals -> {
        Double milliseconds = totals.ratio(Count.CAPTURE_MS, Count.CAPTURES);
        return milliseconds == null ? null : milliseconds / 3_600_000;
    });

    private final String key;

    @SuppressWarnings("ImmutableEnumChecker") // The functions have no state.
    private final Function<Totals, @Nullable Number> figure;

    Metric(String key, Function<Totals, @Nullable Number> figure) {
        this.key = key;
        this.figure = figure;
    }

    /** A figure that imported days do not have: it is null if a day of the window was imported. */
    private static Function<Totals, @Nullable Number> unlessImported(Function<Totals, @Nullable Number> figure) {
        return totals -> totals.importedDays() > 0 ? null : figure.apply(totals);
    }

    /** The name in JSON. */
    public String key() {
        return key;
    }

    /** The figure: a {@link Long} for a count, a {@link Double} for a share or a mean. */
    @Nullable
    Number of(Totals totals) {
        return figure.apply(totals);
    }
}
