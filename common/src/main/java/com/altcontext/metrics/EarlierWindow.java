package com.altcontext.metrics;

import org.jspecify.annotations.Nullable;

/** Which earlier window a window is compared with. */
public enum EarlierWindow {
    /** The equally long window just before. */
    PREVIOUS,
    /** The days 52 weeks earlier, so that each day is compared with the same day of the week. */
    YEAR;

    private static final int DAYS_OF_52_WEEKS = 52 * 7;

    /** How many days earlier the earlier window begins. */
    public int daysBack(Window window) {
        return this == PREVIOUS ? window.days() : DAYS_OF_52_WEEKS;
    }

    public Window of(Window window) {
        return window.back(daysBack(window));
    }

    /** Reads the word in a request; null for no comparison or an unknown word. */
    public static @Nullable EarlierWindow named(String word) {
        return switch (word) {
            case "true", "yes", "on", "1", "previous" -> PREVIOUS;
            case "year" -> YEAR;
            default -> null;
        };
    }
}
