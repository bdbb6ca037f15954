package com.altcontext.metrics;

/**
 * Makes patterns for {@code LIKE}. Special characters are escaped by a backslash, so that they stand for themselves.
 */
public final class LikePattern {
    private LikePattern() {}

    /** The pattern for a text in which {@code *} stands for any characters. */
    public static String ofWildcards(String text) {
        return escaped(text).replace("*", "%");
    }

    /** The pattern for all texts that contain this one. */
    public static String containing(String text) {
        return "%" + escaped(text) + "%";
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }
}
