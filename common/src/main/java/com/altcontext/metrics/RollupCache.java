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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rollups in memory. Each use asks the database, by one look at an index, whether they are still what it holds, and
 * reads what is newer: so every machine answers alike as soon as a rollup has committed.
 */
final class RollupCache {
    /** Two years of a site with many visitors need 4 MB. */
    private static final long MAX_BYTES = 16L << 20;

    private static final String OF_DAYS = " AND day = ANY (?::date[])";
    private static final String LATEST = " ORDER BY day DESC LIMIT 1";

    /** Before the first day that was rolled up nothing is missed, and what is missing at the end makes the figures old. */
    private static final String GAPS = """
            WITH rolled AS (%s)
            SELECT held.day FROM %s
            WHERE held.day BETWEEN (SELECT min(day) FROM rolled) AND (SELECT max(day) FROM rolled)
              AND NOT EXISTS (SELECT FROM rolled WHERE rolled.day = held.day)
            ORDER BY held.day
            """;

    /** Each is merged in 42 KB. Each time all rows of all properties are passed, so fewer would take longer. */
    private static final int BLOCKS_AT_ONCE = 16;
    /** Each may have 35 KB of sketches, which come as text twice as long. */
    private static final int MAX_ROWS_AT_ONCE = 32;

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
    private final Cache<String, RollupSnapshot> cache = Caffeine.newBuilder()
            .maximumWeight(MAX_BYTES)
            .<String, RollupSnapshot>weigher((property, snapshot) -> snapshot.bytes())
            .executor(Runnable::run)
            .build();
    private final DayCache single = new DayCache();
    /** By property: no more than there are properties. */
    private final ConcurrentMap<String, Object> reading = new ConcurrentHashMap<>();

    RollupCache(Sql sql, RollupSource source) {
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
    RollupSnapshot current(@Nullable String property) {
        String key = key(property);
        long latest = latestVersion();
        RollupSnapshot known = cache.getIfPresent(key);
        return known != null && known.version >= latest ? known : renewed(key, property, latest);
    }

    /**
     * How far the rollups go, for which nothing else of them is read.
     *
     * @param property null for all together
     */
    RollupSnapshot.Reach reach(@Nullable String property) {
        RollupSnapshot known = cache.getIfPresent(key(property));
        return known != null && known.version >= latestVersion()
                ? known.reach
                : sql.inTransaction(tx -> reach(tx, property));
    }

    private static String key(@Nullable String property) {
        return property == null ? ALL : property;
    }

    private long latestVersion() {
        return sql.ask(look -> look.query(version, row -> row.number(1))).rows().getFirst();
    }

    /** One of a property at a time: the others find what the first has read, and hold no connection until then. */
    private RollupSnapshot renewed(String key, @Nullable String property, long latest) {
        synchronized (reading.computeIfAbsent(key, first -> new Object())) {
            RollupSnapshot known = cache.getIfPresent(key);
            if (known != null && known.version >= latest) {
                return known;
            }
            RollupSnapshot snapshot = sql.inTransaction(tx -> read(tx, key, property, known, latest));
            cache.put(key, snapshot);
            return snapshot;
        }
    }

    private RollupSnapshot read(
            Tx tx, String key, @Nullable String property, @Nullable RollupSnapshot known, long latest) {
        LocalDate oldest = tx.query(this.oldest, row -> row.day(1), property, property).stream()
                .findFirst()
                .orElse(NEVER);
        TreeSet<Long> numbers = new TreeSet<>();
        long since = known == null ? -1 : known.version;
        tx.query(changed, row -> row.day(1), property, property, since)
                .forEach(day -> numbers.add(SketchTree.of(day.toEpochDay())));
        if (known != null && !oldest.equals(known.oldest())) {
            numbers.add(SketchTree.of(oldest.toEpochDay()));
        }
        Map<LocalDate, DayFigures> figuresOf = new TreeMap<>();
        NavigableMap<Long, Sketches> blocks = readBlocks(tx, property, numbers, figuresOf);
        RollupSnapshot.Reach reach = reach(tx, property);
        RollupSnapshot.Leaves days = asked -> single.of(key, latest, asked, missing -> readSketches(property, missing));
        return known == null
                ? new RollupSnapshot(latest, reach, new TreeMap<>(figuresOf), new SketchTree(blocks), days)
                : known.with(latest, reach, oldest, figuresOf, blocks, days);
    }

    /** Some blocks at once, row after row: of however many properties, only what they come to is kept. */
    private NavigableMap<Long, Sketches> readBlocks(
            Tx tx, @Nullable String property, Set<Long> numbers, Map<LocalDate, DayFigures> figuresOf) {
        List<Long> all = List.copyOf(numbers);
        NavigableMap<Long, Sketches> blocks = new TreeMap<>();
        for (int from = 0; from < all.size(); from += BLOCKS_AT_ONCE) {
            List<Long> some = all.subList(from, Math.min(all.size(), from + BLOCKS_AT_ONCE));
            // A block that has no rows any more takes the place of what it was.
            some.forEach(number -> blocks.put(number, Sketches.NONE));
            Merges<Long> merges = new Merges<>();
            each(tx, figures, property, texts(some.stream().flatMap(SketchTree::days)), row -> {
                DayRow read = DayRow.read(row);
                figuresOf.merge(read.day, read.figures, DayFigures::plus);
                merges.add(SketchTree.of(read.day.toEpochDay()), read.sketches);
            });
            blocks.putAll(merges.merged());
        }
        return blocks;
    }

    private Map<LocalDate, Sketches> readSketches(@Nullable String property, List<LocalDate> days) {
        String[] asked = texts(days.stream());
        if (property != null) {
            // A row a day, so they come in one round trip without a transaction.
            Merges<LocalDate> merges = new Merges<>();
            sql.ask(look -> look.query(sketches, SketchRow::read, property, property, asked))
                    .rows()
                    .forEach(row -> merges.add(row.day, row.sketches));
            return merges.merged();
        }
        return sql.inTransaction(tx -> {
            Merges<LocalDate> merges = new Merges<>();
            each(tx, sketches, null, asked, row -> {
                SketchRow read = SketchRow.read(row);
                merges.add(read.day, read.sketches);
            });
            return merges.merged();
        });
    }

    private static void each(Tx tx, String query, @Nullable String property, String[] days, Tx.RowConsumer consumer) {
        tx.each(query, MAX_ROWS_AT_ONCE, consumer, property, property, days);
    }

    /** Sketches of rows that come in any order, merged by what they belong to. A single one stays as it is. */
    private static final class Merges<K> {
        private final Map<K, Sketches> single = new HashMap<>();
        private final Map<K, Sketches.Merge> several = new HashMap<>();

        void add(K key, Sketches sketches) {
            Sketches.Merge merge = several.get(key);
            if (merge != null) {
                var _ = merge.add(sketches);
                return;
            }
            Sketches first = single.putIfAbsent(key, sketches);
            if (first != null) {
                several.put(key, new Sketches.Merge().add(first).add(sketches));
            }
        }

        Map<K, Sketches> merged() {
            several.forEach((key, merge) -> single.put(key, merge.sketches()));
            return single;
        }
    }

    private static String[] texts(Stream<LocalDate> days) {
        return days.map(LocalDate::toString).toArray(String[]::new);
    }

    /** All together are as fresh as the last run for all; one property also by a run of its own. */
    private RollupSnapshot.Reach reach(Tx tx, @Nullable String property) {
        Pipeline look = tx.pipeline();
        @Nullable Object[] of = property == null ? new Object[0] : new Object[] {property};
        Pipeline.Pending<Latest> day = look.query(property == null ? latestOfAll : latest, Latest::read, of);
        Pipeline.Pending<LocalDate> missing = look.query(property == null ? gapsOfAll : gaps, row -> row.day(1), of);
        look.send();
        if (day.rows().isEmpty()) {
            return new RollupSnapshot.Reach(null, null, List.of());
        }
        Latest found = day.rows().getFirst();
        return new RollupSnapshot.Reach(found.day, found.at, missing.rows());
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
