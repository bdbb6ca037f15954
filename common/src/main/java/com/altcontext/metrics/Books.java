package com.altcontext.metrics;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rollups in memory. Each use asks the database, by one look at an index, whether they are still what it holds, and
 * reads what is newer: so every machine answers alike as soon as a rollup has committed.
 */
final class Books {
    /** Two years of a site with many visitors need 4 MB. */
    private static final long MOST_BYTES = 16L << 20;

    private static final String OF_DAYS = " AND day = ANY (?::date[]) ORDER BY day";
    private static final String LATEST = " ORDER BY day DESC LIMIT 1";

    /** Before the first day that was rolled up nothing is missed, and what is missing at the end makes the figures old. */
    private static final String GAPS = """
            WITH rolled AS (%s)
            SELECT held.day FROM %s
            WHERE held.day BETWEEN (SELECT min(day) FROM rolled) AND (SELECT max(day) FROM rolled)
              AND NOT EXISTS (SELECT FROM rolled WHERE rolled.day = held.day)
            ORDER BY held.day
            """;

    private static final int BLOCKS_AT_ONCE = 8;
    private static final String ALL = "";

    private static final LocalDate NEVER = LocalDate.of(1970, 1, 1);

    private final Sql sql;
    private final String version;
    private final String changed;
    private final String oldest;
    private final String figures;
    private final String sketches;
    private final String latest;
    private final String latestOfAll;
    private final String gaps;
    private final String gapsOfAll;
    private final Cache<String, Book> books = Caffeine.newBuilder()
            .maximumWeight(MOST_BYTES)
            .<String, Book>weigher((property, book) -> book.bytes())
            .executor(Runnable::run)
            .build();
    private final DayCache single = new DayCache();

    Books(Sql sql, Source source) {
        this.sql = sql;
        String mine = " WHERE (?::text IS NULL OR property_id = ?)";
        version = "SELECT coalesce(max(version), 0) FROM " + source.versions;
        changed = "SELECT DISTINCT day FROM " + source.versions + mine + " AND version > ? ORDER BY day";
        oldest = "SELECT min(day) FROM " + source.versions + mine + " HAVING min(day) IS NOT NULL";
        String ofOne = "SELECT day, rolled_up_at FROM " + source.versions + " WHERE property_id = ?";
        latest = ofOne + LATEST;
        latestOfAll = source.days + LATEST;
        gaps = GAPS.formatted(ofOne, Rollup.HELD);
        gapsOfAll = GAPS.formatted(source.days, Rollup.HELD);
        String columns = Arrays.stream(Count.values())
                .map(kind -> "coalesce(" + kind.column() + ", 0)")
                .collect(Collectors.joining(", "));
        String histograms =
                Arrays.stream(Vital.values()).map(vital -> vital.column).collect(Collectors.joining(", "));
        figures = "SELECT day, coalesce(reasons, '{}'), coalesce(rejected, '{}'), visitor_sketch, " + histograms + ", "
                + columns + " FROM " + source.relation + " AS figures" + mine + OF_DAYS;
        sketches = "SELECT day, visitor_sketch, " + histograms + " FROM " + source.versions + mine + OF_DAYS;
    }

    /** @param property null for all together */
    Book current(@Nullable String property) {
        String key = property == null ? ALL : property;
        Book known = books.getIfPresent(key);
        long latest = sql.ask(look -> look.query(version, row -> row.number(1)))
                .rows()
                .getFirst();
        return known != null && known.version == latest
                ? known
                : sql.inTransaction(tx -> renewed(tx, key, property, latest));
    }

    /** One at a time: the others find what the first has read. */
    private synchronized Book renewed(Tx tx, String key, @Nullable String property, long now) {
        Book known = books.getIfPresent(key);
        if (known != null && known.version >= now) {
            return known;
        }
        LocalDate oldest = tx.query(this.oldest, row -> row.day(1), property, property).stream()
                .findFirst()
                .orElse(NEVER);
        TreeSet<Long> numbers = new TreeSet<>();
        long since = known == null ? -1 : known.version;
        tx.query(changed, row -> row.day(1), property, property, since)
                .forEach(day -> numbers.add(Blocks.of(day.toEpochDay())));
        if (known != null && !oldest.equals(known.oldest())) {
            numbers.add(Blocks.of(oldest.toEpochDay()));
        }
        Map<LocalDate, DayFigures> figuresOf = new TreeMap<>();
        NavigableMap<Long, Sketches> blocks = new TreeMap<>();
        readBlocks(tx, property, List.copyOf(numbers), figuresOf, blocks);
        Book.Reach reach = reach(tx, property);
        Book.Leaves days = asked -> single.of(key, now, asked, missing -> readSketches(property, missing));
        Book book = known == null
                ? new Book(now, reach, new TreeMap<>(figuresOf), new Blocks(blocks), days)
                : known.with(now, reach, oldest, figuresOf, blocks, days);
        books.put(key, book);
        return book;
    }

    /** Some blocks at once, of which only what their days come to is kept. */
    private void readBlocks(
            Tx tx,
            @Nullable String property,
            List<Long> numbers,
            Map<LocalDate, DayFigures> figuresOf,
            Map<Long, Sketches> blocks) {
        for (int from = 0; from < numbers.size(); from += BLOCKS_AT_ONCE) {
            List<Long> some = numbers.subList(from, Math.min(numbers.size(), from + BLOCKS_AT_ONCE));
            List<LocalDate> days = some.stream().flatMap(Blocks::days).toList();
            Map<Long, Sketches.Merge> merges = new TreeMap<>();
            some.forEach(number -> merges.put(number, new Sketches.Merge()));
            for (DayRow row : read(tx, property, days)) {
                figuresOf.merge(row.day, row.figures, DayFigures::plus);
                Sketches.Merge merge = merges.get(Blocks.of(row.day.toEpochDay()));
                Objects.requireNonNull(merge, "a day of no block that was asked for")
                        .add(row.sketches);
            }
            merges.forEach((number, merge) -> blocks.put(number, merge.sketches()));
        }
    }

    private Map<LocalDate, Sketches> readSketches(@Nullable String property, List<LocalDate> days) {
        Map<LocalDate, Sketches> found = new HashMap<>();
        sql.ask(look -> look.query(sketches, SketchRow::read, property, property, texts(days)))
                .rows()
                .forEach(row -> found.merge(row.day, row.sketches, Sketches::and));
        return found;
    }

    private static String[] texts(List<LocalDate> days) {
        return days.stream().map(LocalDate::toString).toArray(String[]::new);
    }

    /** A row for each day and property. */
    private List<DayRow> read(Tx tx, @Nullable String property, List<LocalDate> days) {
        return tx.query(figures, DayRow::read, property, property, texts(days));
    }

    /** All together are as fresh as the last run for all; one property also by a run of its own. */
    private Book.Reach reach(Tx tx, @Nullable String property) {
        Pipeline look = tx.pipeline();
        @Nullable Object[] of = property == null ? new Object[0] : new Object[] {property};
        Pipeline.Answer<Latest> day = look.query(property == null ? latestOfAll : latest, Latest::read, of);
        Pipeline.Answer<LocalDate> missing = look.query(property == null ? gapsOfAll : gaps, row -> row.day(1), of);
        look.send();
        if (day.rows().isEmpty()) {
            return new Book.Reach(null, null, List.of());
        }
        Latest found = day.rows().getFirst();
        return new Book.Reach(found.day, found.at, missing.rows());
    }

    private record Latest(LocalDate day, Instant at) {
        static Latest read(Row row) throws SQLException {
            return new Latest(row.day(1), row.time(2));
        }
    }

    private record DayRow(LocalDate day, DayFigures figures, Sketches sketches) {
        static DayRow read(Row row) throws SQLException {
            String[] reasons = row.texts(2);
            long[] rejected = row.numbers(3);
            Map<String, Long> byReason = new TreeMap<>();
            for (int i = 0; i < reasons.length; i++) {
                byReason.put(reasons[i], rejected[i]);
            }
            Sketches sketches = SketchRow.sketches(row, 4);
            int column = 4 + SketchRow.COLUMNS;
            long[] counts = new long[Count.KINDS];
            for (int kind = 0; kind < Count.KINDS; kind++) {
                counts[kind] = row.number(column++);
            }
            return new DayRow(row.day(1), new DayFigures(counts, byReason), sketches);
        }
    }

    private record SketchRow(LocalDate day, Sketches sketches) {
        static final int COLUMNS = 1 + Vital.values().length;

        static SketchRow read(Row row) throws SQLException {
            return new SketchRow(row.day(1), sketches(row, 2));
        }

        /** The visitors' and each vital's, from that column on. */
        static Sketches sketches(Row row, int column) throws SQLException {
            List<Histogram> vitals = new ArrayList<>();
            for (int i = 1; i < COLUMNS; i++) {
                vitals.add(Histogram.of(row.bytes(column + i)));
            }
            return new Sketches(VisitorSketch.of(row.bytes(column)), vitals);
        }
    }
}
