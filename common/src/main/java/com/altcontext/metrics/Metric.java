package com.altcontext.metrics;

/** The figures of a summary that are a single number. They are defined in docs/metrics.md. */
public enum Metric {
    UNIQUE_VISITORS("uniqueVisitors"),
    RETURNING_VISITORS("returningVisitorsPct"),
    PAGE_VIEWS("totalPageViews"),
    SESSIONS("sessions"),
    BOUNCE_RATE("bounceRate"),
    ENGAGED_TIME("avgEngagedTimeMs"),
    NEW_LEADS("newLeads"),
    NEW_MAILABLE_LEADS("newMailableLeads"),
    LEAD_CAPTURE_RATE("leadCaptureRate"),
    FORM_COMPLETION_RATE("formCompletionRate"),
    LANDING_CONVERSION_RATE("landingPageConversionRate"),
    TIME_TO_CAPTURE("avgTimeToFirstCaptureHrs");

    private final String key;

    Metric(String key) {
        this.key = key;
    }

    /** The name in JSON. */
    public String key() {
        return key;
    }
}
