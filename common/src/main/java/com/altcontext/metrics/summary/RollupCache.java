package com.altcontext.metrics.summary;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.event.Partitions;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.rollup.Count;
import com.altcontext.metrics.sketch.Histogram;
import com.altcontext.metrics.sketch.VisitorSketch;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Caches the rollups in memory. Each use checks with one index lookup whether rollups have changed, and reads the
 * changed days again. So every machine gives the same answer as soon as a rollup has committed.
 */
final class RollupCache {
    /** Two years of a site with many visitors need 2 MB. */
    private static final long MAX_BYTES = 16L << 20;

    private static final String OF_DAYS = " AND day = ANY (?::date[])";
    private static final String LATEST = " ORDER BY day DESC LIMIT 1";

    /**
     * Days with raw events but without a rollup, between the first day that the property counted itself and the last
     * rolled-up day. Later days without a rollup are not gaps: they only mean that the figures are old.
     */
    private static final String GAPS = """
            WITH rolled AS (%s)
            SELECT event_days.day FROM %s
            WHERE event_days.day BETWEEN (SELECT min(day) FROM rolled%s) AND (SELECT max(day) FROM rolled)
              AND NOT EXISTS (SELECT FROM rolled WHERE rolled.day = event_days.day)
            ORDER BY event_days.day
            """;

    /**
     * Merging a block takes 42 KB. Every pass reads the rows of all properties, so more passes with fewer blocks take
     * longer.
     */
    private static final int BLOCKS_AT_ONCE = 16;
    /** A row can have 35 KB of sketches, and the driver may receive them as text of twice that size. */
    private static final int MAX_ROWS_AT_ONCE = 32;

    private static final String ALL_PROPERTIES = "";

    private final Sql sql;
    private final MailableLeads mailableLeads;
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
    /** One lock for each property. */
    private final ConcurrentMap<String, Object> locks = new ConcurrentHashMap<>();

    /** @param clock decides whether a lead may be written to now */
    RollupCache(Sql sql, RollupSource source, InstantSource clock) {
        this.sql = sql;
        this.mailableLeads = new MailableLeads(sql, clock);
        String ofProperty = " WHERE (?::text IS NULL OR property_id = ?)";
        version = "SELECT coalesce(max(version), 0), (SELECT coalesce(max(id), 0) FROM purge_log) FROM "
                + source.versions;
        changed = "SELECT DISTINCT day FROM " + source.versions + ofProperty + " AND version > ? ORDER BY day";
        oldest = "SELECT min(day) FROM " + source.versions + ofProperty + " HAVING min(day) IS NOT NULL";
        String rolledDays = "SELECT day, rolled_up_at, imported FROM " + source.versions + " WHERE property_id = ?";
        latest = rolledDays + LATEST;
        latestOfAll = source.days + LATEST;
        gaps = GAPS.formatted(rolledDays, Partitions.EVENT_DAYS, " WHERE imported = 0");
        gapsOfAll = GAPS.formatted(source.days, Partitions.EVENT_DAYS, "");
        String sketchColumns = Stream.concat(
                        Stream.of("visitor_sketch", "lead_visitor_sketch"),
                        Arrays.stream(Vital.values()).map(Vital::histogramColumn))
                .collect(Collectors.joining(", "));
        String counts = Arrays.stream(Count.values())
                .map(kind -> "coalesce(" + kind.column() + ", 0)")
                .collect(Collectors.joining(", "));
        figures = "SELECT day, coalesce(reasons, '{}'), coalesce(rejected, '{}'), " + sketchColumns + ", " + counts
                + " FROM " + source.relation + " AS figures" + ofProperty + OF_DAYS;
        sketches = "SELECT " + sketchColumns + " FROM " + source.versions + ofProperty + OF_DAYS;
    }

    /** @param property null for all properties together */
    RollupSnapshot current(@Nullable String property) {
        String key = key(property);
        Version version = latestVersion();
        RollupSnapshot cached = cache.getIfPresent(key);
        return cached != null && cached.version.covers(version) ? cached : refreshed(key, property, version);
    }

    /**
     * The version of the rollups in the database.
     *
     * @param rollup the number of the latest run
     * @param purge the number of the latest purge; a purge is logged before it removes anything
     */
    record Version(long rollup, long purge) {
        boolean covers(Version other) {
            return rollup >= other.rollup && purge >= other.purge;
        }
    }

    /**
     * How far the rollups reach. Does not read any figures.
     *
     * @param property null for all properties together
     */
    RollupSnapshot.Reach reach(@Nullable String property) {
        RollupSnapshot cached = cache.getIfPresent(key(property));
        return cached != null && cached.version.covers(latestVersion()) ? cached.reach : readReach(property);
    }

    private static String key(@Nullable String property) {
        return property == null ? ALL_PROPERTIES : property;
    }

    /** Takes no time, so it needs no more round trips for a longer timeout. */
    private Version latestVersion() {
        return sql.withDefaultTimeout()
                .ask(pipeline -> pipeline.query(version, row -> new Version(row.number(1), row.number(2))))
                .row();
    }

    /**
     * Only one thread at a time reads a property. Other threads wait without a connection, and then use what the first
     * one has read.
     */
    private RollupSnapshot refreshed(String key, @Nullable String property, Version version) {
        synchronized (locks.computeIfAbsent(key, first -> new Object())) {
            RollupSnapshot cached = cache.getIfPresent(key);
            if (cached != null && cached.version.covers(version)) {
                return cached;
            }
            // Gaps are read first: a day that is rolled up in the meantime may still be listed, but no gap is missed.
            List<LocalDate> gaps = gaps(property);
            RollupSnapshot snapshot = sql.inTransaction(tx -> read(tx, property, cached, version, gaps));
            cache.put(key, snapshot);
            return snapshot;
        }
    }

    private RollupSnapshot read(
            Tx tx,
            @Nullable String property,
            @Nullable RollupSnapshot cached,
            Version version,
            @Nullable List<LocalDate> gaps) {
        LocalDate oldest = tx.queryFirst(this.oldest, row -> row.day(1), property, property)
                .orElse(Window.EARLIEST);
        TreeSet<Long> numbers = new TreeSet<>();
        long since = cached == null ? -1 : cached.version.rollup;
        tx.query(changed, row -> row.day(1), property, property, since)
                .forEach(day -> numbers.add(RollupSnapshot.block(day)));
        if (cached != null && !oldest.equals(cached.oldest())) {
            numbers.add(RollupSnapshot.block(oldest));
        }
        NavigableMap<LocalDate, DayFigures> days = new TreeMap<>();
        NavigableMap<Long, Sketches> blocks = readBlocks(tx, property, numbers, days);
        RollupSnapshot.Reach reach = readReach(tx, property, gaps);
        return cached == null
                ? new RollupSnapshot(
                        version,
                        reach,
                        days,
                        blocks,
                        single -> mergeDays(property, single),
                        (window, until) -> mailableLeads.count(window, property, until))
                : cached.with(version, reach, oldest, days, blocks);
    }

    /**
     * Reads a few blocks at a time and merges them row by row, so that many properties need no more memory than one.
     */
    private NavigableMap<Long, Sketches> readBlocks(
            Tx tx, @Nullable String property, Set<Long> numbers, Map<LocalDate, DayFigures> days) {
        NavigableMap<Long, Sketches> blocks = new TreeMap<>();
        for (List<Long> part :
                numbers.stream().gather(Gatherers.windowFixed(BLOCKS_AT_ONCE)).toList()) {
            Map<Long, Sketches.Merge> merges = new TreeMap<>();
            // A block without rows gets an empty merge, which replaces its old sketches.
            part.forEach(number -> merges.put(number, new Sketches.Merge()));
            String[] dayTexts = texts(merges.keySet().stream().flatMap(RollupSnapshot::days));
            each(tx, figures, property, dayTexts, row -> {
                DayRow read = DayRow.read(row);
                days.merge(read.day, read.figures, DayFigures::plus);
                merges.computeIfAbsent(RollupSnapshot.block(read.day), _ -> new Sketches.Merge())
                        .add(read.sketches);
            });
            merges.forEach((number, merge) -> blocks.put(number, merge.sketches()));
        }
        return blocks;
    }

    /** Reads the sketches of a few days. They are not cached. */
    private Sketches.Merge mergeDays(@Nullable String property, List<LocalDate> days) {
        return sql.inTransaction(tx -> {
            Sketches.Merge merge = new Sketches.Merge();
            each(tx, sketches, property, texts(days.stream()), row -> merge.add(sketches(row, 1)));
            return merge;
        });
    }

    private static void each(Tx tx, String query, @Nullable String property, String[] days, Tx.RowConsumer consumer) {
        tx.each(query, MAX_ROWS_AT_ONCE, consumer, property, property, days);
    }

    private static String[] texts(Stream<LocalDate> days) {
        return days.map(LocalDate::toString).toArray(String[]::new);
    }

    private RollupSnapshot.Reach readReach(@Nullable String property) {
        List<LocalDate> gaps = gaps(property);
        return sql.inTransaction(tx -> readReach(tx, property, gaps));
    }

    /**
     * For all properties together, only runs for all of them count. For one property, runs for only that property count
     * too.
     */
    private RollupSnapshot.Reach readReach(Tx tx, @Nullable String property, @Nullable List<LocalDate> missing) {
        Pipeline pipeline = tx.pipeline();
        Pipeline.Pending<Latest> day =
                pipeline.query(property == null ? latestOfAll : latest, Latest::read, parameters(property));
        Pipeline.Pending<LocalDate> keptFrom = KeptRollups.query(pipeline, property, Window.EARLIEST);
        pipeline.send();
        KeptRollups kept = KeptRollups.of(keptFrom);
        if (day.rows().isEmpty()) {
            return new RollupSnapshot.Reach(null, null, List.of(), kept);
        }
        Latest found = day.rows().getFirst();
        return new RollupSnapshot.Reach(found.day, found.at, missing, kept);
    }

    /**
     * Null while a node of a cluster is unavailable: only the nodes know the days of the default partition. All other
     * data of rollups is on the coordinator.
     */
    private @Nullable List<LocalDate> gaps(@Nullable String property) {
        try {
            return sql.ask(pipeline -> pipeline.query(
                            property == null ? gapsOfAll : gaps, row -> row.day(1), parameters(property)))
                    .rows();
        } catch (SqlFailure failed) {
            if (!failed.isOfNode()) {
                throw failed;
            }
            return null;
        }
    }

    private static @Nullable Object[] parameters(@Nullable String property) {
        return property == null ? new Object[0] : new Object[] {property};
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
            int column = 6 + Vital.values().length;
            long[] counts = new long[Count.KINDS];
            for (int kind = 0; kind < Count.KINDS; kind++) {
                counts[kind] = row.number(column++);
            }
            return new DayRow(row.day(1), new DayFigures(counts, byReason), RollupCache.sketches(row, 4));
        }
    }

    /** The sketches of visitors and the histogram of each vital, from this column on. */
    private static Sketches sketches(Row row, int column) throws SQLException {
        List<Histogram> vitals = new ArrayList<>();
        for (int i = 1; i <= Vital.values().length; i++) {
            vitals.add(Histogram.of(row.bytes(column + 1 + i)));
        }
        return new Sketches(VisitorSketch.of(row.bytes(column)), VisitorSketch.of(row.bytes(column + 1)), vitals);
    }
}
