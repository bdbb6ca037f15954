package com.altcontext.metrics;

import com.altcontext.value.Text;

/**
 * How an answer shows a value of a dimension. A long value is shortened, so that an answer with many values fits into
 * the memory of a small machine. The value is shortened only after counting, so values with the same beginning stay
 * different.
 */
public final class ShownValue {
    /**
     * How many values of full length may be in memory at a time. If there are more values, each is shortened further.
     */
    public static final int MAX_WHOLE = 250;

    /** In characters. This is the length of the longest path; values of {@code props} can be longer. */
    private static final int MAX_LENGTH = 2_048;

    private ShownValue() {}

    /**
     * The SQL expression of the shown value.
     *
     * @param column the column with the value
     * @param values how many values are in memory at a time
     */
    public static String sql(String column, int values) {
        int length = length(values);
        return "CASE WHEN length(%1$s) > %2$d THEN left(%1$s, %3$d) || '…' ELSE %1$s END"
                .formatted(column, length, length - 1);
    }

    /** @param values how many values are in memory at a time */
    public static String of(String value, int values) {
        return Text.shortened(value, length(values));
    }

    private static int length(int values) {
        return Math.min(MAX_LENGTH, MAX_LENGTH * MAX_WHOLE / values);
    }
}
