package com.altcontext.metrics;

import java.util.Locale;

/** What the figures of an answer were computed from: rollups or raw rows. */
public enum FigureSource {
    /** Counted from sessions and events on each request. */
    RAW,
    ROLLUPS;

    /** The name in JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
