package com.altcontext.metrics;

import org.jspecify.annotations.Nullable;

/** Which earlier window a window is compared with. */
public enum EarlierWindow {
    /** The equally long one just before. */
    PREVIOUS,
    /** The same days a year before, 52 weeks, so that each is compared with the same day of the week. */
    YEAR;

    private static final int WEEKS_OF_A_YEAR = 52 * 7;

    /** How many days earlier it begins. */
    public int daysBack(Window window) {
        return this == PREVIOUS ? window.days() : WEEKS_OF_A_YEAR;
    }

    public Window of(Window window) {
        return window.back(daysBack(window));
    }

    /** What a request calls it; null for none or an unknown word. */
    public static @Nullable EarlierWindow named(String word) {
        return switch (word) {
            case "true", "yes", "on", "1", "previous" -> PREVIOUS;
            case "year" -> YEAR;
            default -> null;
        };
    }
}
