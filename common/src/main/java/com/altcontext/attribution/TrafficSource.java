package com.altcontext.attribution;

import java.util.Locale;

/** What brought a visitor to the site. A report shows the share of each. */
public enum TrafficSource {
    DIRECT,
    ORGANIC_SEARCH,
    PAID_SEARCH,
    SOCIAL,
    EMAIL,
    REFERRAL,
    CAMPAIGN,
    INTERNAL,
    UNKNOWN;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** The name in the database and in JSON, such as {@code organic_search}. */
    public String key() {
        return key;
    }
}
