package com.altcontext.db;

/** Makes patterns for {@code LIKE}. The special characters of {@code LIKE} are escaped with a backslash. */
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
