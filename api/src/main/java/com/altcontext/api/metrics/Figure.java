package com.altcontext.api.metrics;

import org.jspecify.annotations.Nullable;

/** How numbers are written: whole ones without a fraction, others to the millionth, since sketches know no more. */
final class Figure {
    private static final double PRECISION = 1e6;
    private static final double MAX_WHOLE = 1e15;

    private Figure() {}

    static @Nullable Number of(@Nullable Number number) {
        if (number == null || number instanceof Long) {
            return number;
        }
        double rounded = Math.round(number.doubleValue() * PRECISION) / PRECISION;
        if (rounded == Math.rint(rounded) && Math.abs(rounded) < MAX_WHOLE) {
            return (long) rounded;
        }
        return rounded;
    }
}
