package com.altcontext.metrics;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A window's visits by the values of a dimension.
 *
 * @param rows the values with the most visitors first
 * @param other the sum of what is not among each day's top 500
 * @param total the sum of all values
 */
public record Breakdown(Window window, Dimension dimension, List<Value> rows, Sums other, Sums total) {
    /** @param value null for what has none, such as a session without a campaign */
    public record Value(@Nullable String value, Sums sums) {}

    /**
     * @param visitors the sum over the days of each day's visitors
     * @param conversions sessions that hold a conversion
     */
    public record Sums(long visitors, long pageViews, long sessions, long conversions) {}
}
