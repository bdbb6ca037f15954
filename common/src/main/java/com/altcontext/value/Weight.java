package com.altcontext.value;

import org.jspecify.annotations.Nullable;

/**
 * How many bytes of the heap a value needs, as an upper bound. {@code MemoryBudget} counts in it. Text counts two bytes
 * a character, which is what it takes as soon as one character is not Latin-1.
 */
public final class Weight {
    /** The two objects of a text, with their padding. */
    private static final int TEXT = 48;

    private Weight() {}

    public static int of(@Nullable String text) {
        return text == null ? 0 : TEXT + 2 * text.length();
    }
}
