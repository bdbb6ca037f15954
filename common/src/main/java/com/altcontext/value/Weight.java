package com.altcontext.value;

import org.jspecify.annotations.Nullable;

/**
 * How much of the heap a value holds, in bytes, never less than it does: what waits is bounded by it. Text counts two bytes
 * a character, as it takes when one of its characters is not Latin-1.
 */
public final class Weight {
    /** The two objects of a text, with what fills up their last words. */
    private static final int TEXT = 48;

    private Weight() {}

    public static int of(@Nullable String text) {
        return text == null ? 0 : TEXT + 2 * text.length();
    }
}
