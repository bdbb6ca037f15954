package com.altcontext.metrics;

import java.util.Locale;

/** What the figures of an answer were computed from. */
public enum FigureSource {
    /** Sessions and events, when they were asked for. */
    RAW,
    ROLLUPS;

    /** The name in JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
