package com.altcontext.db;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rows turned into one array per column, as {@code unnest} takes them: many rows in one statement with a fixed text.
 */
public record Columns<T>(List<T> rows) {
    public UUID[] ids(Function<T, UUID> column) {
        UUID[] values = new UUID[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return values;
    }

    public @Nullable String[] texts(Function<T, @Nullable String> column) {
        @Nullable String[] values = new String[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return values;
    }

    public long[] numbers(ToLongFunction<T> column) {
        long[] values = new long[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.applyAsLong(rows.get(i));
        }
        return values;
    }

    /** A matrix with the numbers of each row. All rows must have the same number of them. */
    public long[][] matrix(Function<T, long[]> numbers) {
        long[][] values = new long[rows.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.apply(rows.get(i));
        }
        return values;
    }

    /** A time in microseconds, which is the database's precision. It is needed where the time is part of a key. */
    public static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    public byte[] @Nullable [] hashes(Function<T, byte @Nullable []> column) {
        byte[] @Nullable [] values = new byte[rows.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return values;
    }
}
