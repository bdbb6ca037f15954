package com.altcontext.metrics.rollup;

import com.altcontext.db.Columns;
import com.altcontext.db.NamedSql;
import com.altcontext.db.Tx;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One value of a dimension in a day's rollup. Rank 0 is the sum of all values that have no row of their own. */
record DayDimension(
        String property,
        String dimension,
        long rank,
        @Nullable String value,
        Breakdown.Sums sums) {
    /** The heap that a row needs besides its value, measured in characters. */
    private static final int ROW_OVERHEAD = 100;

    private static final String SAVE = """
            INSERT INTO daily_dimension_rollups (property_id, dimension, day, rank, value, page_views, sessions, conversions)
            SELECT property_id, dimension, ?, rank, value, page_views, sessions, conversions
            FROM unnest(?::text[], ?::text[], ?::int8[], ?::text[], ?::int8[], ?::int8[], ?::int8[])
                AS made(property_id, dimension, rank, value, page_views, sessions, conversions)
            """;

    /** The heap that this row needs, measured in characters. */
    int length() {
        return ROW_OVERHEAD + (value == null ? 0 : value.length());
    }

    /** Reads the values of all dimensions that are columns of sessions. */
    static void ofSessions(Tx tx, Map<String, @Nullable Object> parameters, Consumer<List<DayDimension>> parts) {
        List<Dimension> dimensions = Arrays.stream(Dimension.values())
                .filter(dimension -> !dimension.isOfEvents())
                .toList();
        String columns = DayRollup.joined(dimensions.stream(), Dimension::column);
        String each = DayRollup.text("sessionDimension");
        String counted = dimensions.stream()
                .map(dimension -> each.replace("{dimension}", dimension.key()).replace("{column}", dimension.column()))
                .collect(Collectors.joining("\nUNION ALL\n"));
        String visits = DayRollup.text("visits").replace("{columns}", columns);
        top(tx, "WITH visits AS MATERIALIZED (" + visits + ")\n", counted, parameters, parts);
    }

    static void ofPaths(Tx tx, Map<String, @Nullable Object> parameters, Consumer<List<DayDimension>> parts) {
        top(tx, "", DayRollup.text("paths"), parameters, parts);
    }

    static void ofEventTypes(Tx tx, Map<String, @Nullable Object> parameters, Consumer<List<DayDimension>> parts) {
        top(tx, "", DayRollup.text("eventTypes"), parameters, parts);
    }

    /** @param with the {@code WITH} clause, or an empty text */
    private static void top(
            Tx tx,
            String with,
            String counted,
            Map<String, @Nullable Object> parameters,
            Consumer<List<DayDimension>> parts) {
        NamedSql statement = new NamedSql(with + DayRollup.text("top").replace("{counted}", counted));
        tx.eachPart(
                statement.with(parameters),
                ParallelReader.ROWS,
                row -> new DayDimension(
                        row.text(1),
                        row.text(2),
                        row.number(3),
                        row.textOrNull(4),
                        new Breakdown.Sums(null, row.number(5), row.number(6), row.number(7))),
                parts);
    }

    /** Inserts the rows. The day must not have any of them yet. */
    static void save(Tx tx, LocalDate day, List<DayDimension> rows) {
        Columns<DayDimension> made = new Columns<>(rows);
        tx.update(
                SAVE,
                day,
                made.texts(DayDimension::property),
                made.texts(DayDimension::dimension),
                made.numbers(DayDimension::rank),
                made.texts(DayDimension::value),
                made.numbers(row -> row.sums.pageViews()),
                made.numbers(row -> row.sums.sessions()),
                made.numbers(row -> row.sums.conversions()));
    }
}
