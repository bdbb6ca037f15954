package com.altcontext.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One row of a result; columns are counted from 1. */
public final class Row {
    private final ResultSet rows;

    Row(ResultSet rows) {
        this.rows = rows;
    }

    /** @throws SQLException also when the column is null */
    public String text(int column) throws SQLException {
        return present(rows.getString(column));
    }

    public @Nullable String textOrNull(int column) throws SQLException {
        return rows.getString(column);
    }

    public long number(int column) throws SQLException {
        return rows.getLong(column);
    }

    /** A number of {@code WITH ORDINALITY}, which counts from 1, as the index of a list. */
    public int index(int column) throws SQLException {
        return rows.getInt(column) - 1;
    }

    public boolean flag(int column) throws SQLException {
        return rows.getBoolean(column);
    }

    /** @throws SQLException also when the column is null */
    public UUID id(int column) throws SQLException {
        return present(rows.getObject(column, UUID.class));
    }

    public @Nullable UUID idOrNull(int column) throws SQLException {
        return rows.getObject(column, UUID.class);
    }

    /** @throws SQLException also when the column is null */
    public Instant time(int column) throws SQLException {
        return present(rows.getObject(column, OffsetDateTime.class)).toInstant();
    }

    public @Nullable Instant timeOrNull(int column) throws SQLException {
        OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** @throws SQLException also when the column is null */
    public LocalDate day(int column) throws SQLException {
        return present(rows.getObject(column, LocalDate.class));
    }

    public @Nullable LocalDate dayOrNull(int column) throws SQLException {
        return rows.getObject(column, LocalDate.class);
    }

    /**
     * The texts of an array, without elements that are null.
     *
     * @throws SQLException also when the column is null, or an array of arrays
     */
    public String[] texts(int column) throws SQLException {
        if (present(rows.getArray(column)).getArray() instanceof String[] texts) {
            return Arrays.stream(texts).filter(Objects::nonNull).toArray(String[]::new);
        }
        throw new SQLException("a column that is an array of texts was something else", "22000");
    }

    public String @Nullable [] textsOrNull(int column) throws SQLException {
        return rows.getArray(column) == null ? null : texts(column);
    }

    /** @throws SQLException also when the column is null */
    public long[] numbers(int column) throws SQLException {
        Long[] values = (Long[]) present(rows.getArray(column)).getArray();
        long[] numbers = new long[values.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = values[i];
        }
        return numbers;
    }

    /** @throws SQLException also when the column is null */
    public byte[] bytes(int column) throws SQLException {
        return present(rows.getBytes(column));
    }

    public @Nullable Double decimalOrNull(int column) throws SQLException {
        double value = rows.getDouble(column);
        return rows.wasNull() ? null : value;
    }

    private static <T> T present(@Nullable T value) throws SQLException {
        if (value == null) {
            throw new SQLException("a column that is never null was null", "22004");
        }
        return value;
    }
}
