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
    UTM_CONTENT,
    HOSTNAME,
    COUNTRY,
    DEVICE,
    EVENT_TYPE;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** The name in the database and in requests. */
    public String key() {
        return key;
    }

    /** Whether the value belongs to an event; if not, it belongs to a session. */
    public boolean isOfEvents() {
        return this == PATH || this == EVENT_TYPE;
    }

    /** The column of {@code events} or of {@code sessions}. */
    public String column() {
        return this == LANDING_PATH ? "entry_path" : key;
    }

    /** The dimension with that key; null if there is none. */
    public static @Nullable Dimension named(String key) {
        for (Dimension dimension : values()) {
            if (dimension.key.equals(key)) {
                return dimension;
            }
        }
        return null;
    }
}
