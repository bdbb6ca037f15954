package com.altcontext.value;

import org.jspecify.annotations.Nullable;

/**
 * An upper bound of the bytes of heap that a value needs, for {@code MemoryBudget}. A text counts two bytes for each
 * character, which is what it takes if one of them is not Latin-1.
 */
public final class Weight {
    /** The two objects of a text, with their padding. */
    private static final int TEXT = 48;

    private Weight() {}

    public static int of(@Nullable String text) {
        return text == null ? 0 : TEXT + 2 * text.length();
    }
}
