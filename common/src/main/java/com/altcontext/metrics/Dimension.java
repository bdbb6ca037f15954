package com.altcontext.metrics;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a breakdown groups visits by. */
public enum Dimension {
    PATH,
    LANDING_PATH,
    EXIT_PATH,
    TRAFFIC_SOURCE,
    REFERRER_HOST,
    UTM_SOURCE,
    UTM_MEDIUM,
    UTM_CAMPAIGN,
    UTM_TERM,
    COUNTRY,
    DEVICE,
    EVENT_TYPE;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** The name in the database and in requests. */
    public String key() {
        return key;
    }

    /** The dimension with that key; null if there is none. */
    public static @Nullable Dimension of(String key) {
        for (Dimension dimension : values()) {
            if (dimension.key.equals(key)) {
                return dimension;
            }
        }
        return null;
    }
}
