package com.altcontext.metrics;

import java.util.Locale;

/** What the figures of an answer were computed from: rollups or raw rows. */
public enum FigureSource {
    /** Sessions and events, counted on request. */
    RAW,
    ROLLUPS;

    /** The name in JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
