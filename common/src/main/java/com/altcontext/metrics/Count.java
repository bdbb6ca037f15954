package com.altcontext.metrics;

import java.util.Locale;

/** What is counted each day and adds up over days; the names are those of the columns. */
enum Count {
    UNIQUE_VISITORS,
    NEW_VISITORS,
    PAGE_VIEWS,
    SESSIONS,
    BOUNCES,
    VIEWED_SESSIONS,
    ENGAGED_MS,
    FORM_SESSIONS,
    COMPLETED_FORMS,
    CONVERTING_SESSIONS,
    NEW_LEADS,
    CAPTURES,
    CAPTURE_MS,
    FROM_DIRECT,
    FROM_ORGANIC_SEARCH,
    FROM_PAID_SEARCH,
    FROM_SOCIAL,
    FROM_EMAIL,
    FROM_REFERRAL,
    FROM_CAMPAIGN,
    FROM_INTERNAL,
    FROM_UNKNOWN,
    /** One for a day that another system counted. */
    IMPORTED,
    ACCEPTED,
    BOTS;

    static final int KINDS = values().length;
    private static final String SOURCE = "FROM_";

    String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isSource() {
        return name().startsWith(SOURCE);
    }

    /** Of a source: the name in JSON. */
    String source() {
        return name().substring(SOURCE.length()).toLowerCase(Locale.ROOT);
    }
}
