package com.altcontext.metrics;

/**
 * How figures show a value of a dimension: one that is too long is cut, so that an answer with many values fits in the memory of a
 * small machine. Values are counted by the whole text.
 */
public final class ShownValue {
    /** How many values of the full length may be in memory at a time; if there are more, each is cut shorter. */
    public static final int MAX_WHOLE = 250;

    /** In characters: those of the longest path. What a site sends in {@code props} may be longer. */
    private static final int MAX_LENGTH = 2_048;

    private ShownValue() {}

    /**
     * The SQL of it.
     *
     * @param column of the value
     * @param values so many are in memory at a time
     */
    public static String sql(String column, int values) {
        int length = length(values);
        return "CASE WHEN length(%1$s) > %2$d THEN left(%1$s, %3$d) || '…' ELSE %1$s END"
                .formatted(column, length, length - 1);
    }

    /** @param values so many are in memory at a time */
    public static String of(String value, int values) {
        int length = length(values);
        return value.codePointCount(0, value.length()) > length
                ? value.substring(0, value.offsetByCodePoints(0, length - 1)) + '…'
                : value;
    }

    private static int length(int values) {
        return Math.min(MAX_LENGTH, MAX_LENGTH * MAX_WHOLE / values);
    }
}
