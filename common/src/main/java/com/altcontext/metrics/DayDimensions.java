package com.altcontext.metrics;

import com.altcontext.db.Columns;
import com.altcontext.db.Tx;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a day's rollup holds of each dimension: the values with the most sessions, and the sums of the others. */
final class DayDimensions {
    private static final String SAVE_DIMENSION = """
            INSERT INTO daily_dimension_rollups (property_id, dimension, day, rank, value, page_views, sessions, conversions)
            SELECT property_id, dimension, ?, rank, value, page_views, sessions, conversions
            FROM unnest(?::text[], ?::text[], ?::int8[], ?::text[], ?::int8[], ?::int8[], ?::int8[])
                AS made(property_id, dimension, rank, value, page_views, sessions, conversions)
            """;

    private final Tx tx;
    private final LocalDate day;
    private final Map<String, @Nullable Object> asked;

    /** @param asked what the statements ask by */
    DayDimensions(Tx tx, LocalDate day, Map<String, @Nullable Object> asked) {
        this.tx = tx;
        this.day = day;
        this.asked = asked;
    }

    /** Counts them and writes them where none are. */
    void save() {
        String columns = DayRollup.joined(dimensions(false), Dimension::column);
        save("WITH visits AS MATERIALIZED (" + DayRollup.text("visits").replace("{columns}", columns) + ")\n", false);
        save("", true);
    }

    /**
     * Counts and saves all dimensions of a kind by one statement, so that PostgreSQL can count several at a time.
     *
     * @param with what comes before it
     */
    private void save(String with, boolean ofEvents) {
        String each = DayRollup.text(ofEvents ? "eventDimension" : "sessionDimension");
        String counted = dimensions(ofEvents)
                .map(dimension -> each.replace("{dimension}", dimension.key()).replace("{column}", dimension.column()))
                .collect(Collectors.joining("\nUNION ALL\n"));
        NamedSql statement = new NamedSql(with + DayRollup.text("top").replace("{counted}", counted));
        record Ranked(
                String property,
                String dimension,
                long rank,
                @Nullable String value,
                Breakdown.Sums sums) {}
        List<Ranked> rows = tx.query(
                statement.sql(),
                row -> new Ranked(
                        row.text(1),
                        row.text(2),
                        row.number(3),
                        row.textOrNull(4),
                        new Breakdown.Sums(null, row.number(5), row.number(6), row.number(7))),
                statement.parameters(asked));
        if (rows.isEmpty()) {
            return;
        }
        Columns<Ranked> made = new Columns<>(rows);
        var _ = tx.update(
                SAVE_DIMENSION,
                day,
                made.texts(Ranked::property),
                made.texts(Ranked::dimension),
                made.numbers(Ranked::rank),
                made.texts(Ranked::value),
                made.numbers(row -> row.sums.pageViews()),
                made.numbers(row -> row.sums.sessions()),
                made.numbers(row -> row.sums.conversions()));
    }

    private static Stream<Dimension> dimensions(boolean ofEvents) {
        return Arrays.stream(Dimension.values()).filter(dimension -> dimension.isOfEvents() == ofEvents);
    }
}
