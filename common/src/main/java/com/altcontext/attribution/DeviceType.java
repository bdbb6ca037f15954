package com.altcontext.attribution;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kind of device an event came from; {@link #BOT} is everything that is not a person's browser. */
public enum DeviceType {
    DESKTOP,
    MOBILE,
    TABLET,
    BOT,
    UNKNOWN;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** The name in the database and in JSON, such as {@code desktop}. */
    public String key() {
        return key;
    }

    /** The type with that key, exactly as {@link #key()} writes it; null when there is none. */
    public static @Nullable DeviceType named(String key) {
        for (DeviceType type : values()) {
            if (type.key.equals(key)) {
                return type;
            }
        }
        return null;
    }
}
