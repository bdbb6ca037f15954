package com.altcontext.metrics;

/** Patterns of {@code LIKE}. What is special there is escaped by a backslash, so that it stands for itself. */
public final class LikePattern {
    private LikePattern() {}

    /** Of a text in which {@code *} stands for any characters. */
    public static String ofWildcards(String text) {
        return escaped(text).replace("*", "%");
    }

    /** Of all texts that contain this one. */
    public static String containing(String text) {
        return "%" + escaped(text) + "%";
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }
}
