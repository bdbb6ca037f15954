package com.altcontext.metrics.rollup;

import java.util.Locale;

/** The counts of a day that can be added up over days. Each is named like its column. */
public enum Count {
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
    /** 1 for a day that another system counted, else 0. */
    IMPORTED,
    ACCEPTED,
    BOTS;

    /** How many different counts there are. */
    public static final int KINDS = values().length;

    private static final String SOURCE = "FROM_";

    /** The column of the rollups. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether this is the number of sessions from one traffic source. */
    public boolean isSource() {
        return name().startsWith(SOURCE);
    }

    /** The JSON name of the traffic source, for a count of sessions from that source. */
    public String source() {
        return name().substring(SOURCE.length()).toLowerCase(Locale.ROOT);
    }
}
