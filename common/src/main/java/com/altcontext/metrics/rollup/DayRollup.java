package com.altcontext.metrics.rollup;

import com.altcontext.db.Buckets;
import com.altcontext.db.NamedSql;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFragment;
import com.altcontext.db.Tx;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.goal.GoalStore;
import com.altcontext.metrics.goal.GoalStore.StoredGoal;
import com.altcontext.metrics.sketch.Histogram;
import com.altcontext.metrics.sketch.VisitorSketch;
import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Computes the figures of one day for properties that share a time zone, and replaces the old figures. The statements
 * are in {@code rollup.sql}.
 */
final class DayRollup {
    private static final Map<String, String> STATEMENTS = NamedSql.sections(DayRollup.class, "rollup.sql");

    /** In the column order of the statement {@code sessions}. */
    private static final List<Count> SESSION_COUNTS = List.of(
            Count.SESSIONS,
            Count.BOUNCES,
            Count.VIEWED_SESSIONS,
            Count.ENGAGED_MS,
            Count.FORM_SESSIONS,
            Count.COMPLETED_FORMS,
            Count.CONVERTING_SESSIONS,
            Count.FROM_DIRECT,
            Count.FROM_ORGANIC_SEARCH,
            Count.FROM_PAID_SEARCH,
            Count.FROM_SOCIAL,
            Count.FROM_EMAIL,
            Count.FROM_REFERRAL,
            Count.FROM_CAMPAIGN,
            Count.FROM_INTERNAL,
            Count.FROM_UNKNOWN);

    private static final int CAPTURES_PER_PART = 1_000;

    /**
     * From this many events a day, the page index finds the page views of a goal faster than a scan of the day does.
     */
    private static final int MIN_EVENTS_FOR_INDEX = 10_000;

    private final Sql sql;
    private final Tx tx;
    private final LocalDate day;
    private final LocalDate lastPartition;
    private final String zone;
    private final Map<String, @Nullable Object> parameters = new HashMap<>();
    private final Map<String, PropertyDay> days = new LinkedHashMap<>();

    /**
     * @param sql opens a second transaction that reads in parallel
     * @param tx the transaction that writes the figures
     * @param properties the slugs of the properties
     */
    DayRollup(Sql sql, Tx tx, DayBounds bounds, List<String> properties) {
        this.sql = sql;
        this.tx = tx;
        this.day = bounds.day();
        this.lastPartition = bounds.lastPartition();
        this.zone = bounds.zone().getId();
        parameters.put("day", day);
        parameters.put("start", bounds.start());
        parameters.put("end", bounds.end());
        parameters.put("first", bounds.firstPartition());
        parameters.put("last", bounds.lastPartition());
        parameters.put("properties", properties.toArray(String[]::new));
        properties.forEach(property -> days.put(property, new PropertyDay()));
    }

    /**
     * Computes and writes all figures.
     *
     * @return how many events the figures were computed from, including those of bots
     */
    long replace(long version, Instant now) {
        deleteOld();
        read();
        days.forEach((property, figures) -> figures.save(tx, property, day, zone, version, now));
        saveGoals(GoalStore.list(tx, null).stream()
                .filter(goal -> days.containsKey(goal.property()))
                .toList());
        return days.keySet().stream().mapToLong(this::events).sum();
    }

    /**
     * Reads the slowest parts, which are the vitals and the values of dimensions, in a second transaction in parallel.
     * Paths are read last, since their statement needs the sessions that cross midnight. Dimension values are written
     * while they are read; all other figures are kept in memory until the end.
     */
    private void read() {
        Map<String, @Nullable Object> day = new HashMap<>(parameters);
        CompletableFuture<Map<String, @Nullable Object>> dayAndCarried = new CompletableFuture<>();
        try (ParallelReader<DayDimension> dimensions =
                new ParallelReader<>(sql, DayDimension::length, (other, parts) -> {
                    Rollup.prepare(other);
                    readVitals(other, day);
                    DayDimension.ofSessions(other, day, parts);
                    DayDimension.ofPaths(other, dayAndCarried.join(), parts);
                })) {
            try {
                readUnfinished();
                Map<String, Set<UUID>> onlyContinued = readCarried();
                dayAndCarried.complete(new HashMap<>(parameters));
                count(onlyContinued);
            } finally {
                dayAndCarried.cancel(false);
            }
            Consumer<List<DayDimension>> save = rows -> DayDimension.save(tx, this.day, rows);
            DayDimension.ofEventTypes(tx, parameters, save);
            dimensions.each(save);
        }
    }

    private void count(Map<String, Set<UUID>> onlyContinued) {
        countSessions();
        each("events", (figures, row) -> {
            figures.add(Count.ACCEPTED, row.number(2) - row.number(4));
            figures.add(Count.PAGE_VIEWS, row.number(3));
            figures.add(Count.BOTS, row.number(4));
        });
        countVisitors(onlyContinued);
        each("newVisitors", (figures, row) -> figures.add(Count.NEW_VISITORS, row.number(2)));
        each("leads", (figures, row) -> figures.add(Count.NEW_LEADS, row.number(2)));
        readCaptures();
        each("rejections", (figures, row) -> figures.rejected.put(row.text(2), row.number(3)));
        parameters.put("views", perProperty(figures -> figures.count(Count.PAGE_VIEWS)));
        parameters.put("viewed", perProperty(figures -> figures.count(Count.VIEWED_SESSIONS)));
        parameters.put("engaged", perProperty(figures -> figures.engagedSessions));
    }

    /** One number for each property, in the order of the parameter {@code properties}. */
    private long[] perProperty(ToLongFunction<PropertyDay> figure) {
        return days.values().stream().mapToLong(figure).toArray();
    }

    /** Counts a goal that was added after the day was rolled up. */
    void add(StoredGoal goal) {
        readUnfinished();
        new DayGoals(tx, day, parameters).save(goal);
    }

    private void saveGoals(List<StoredGoal> goals) {
        DayGoals counted = new DayGoals(tx, day, parameters);
        List<StoredGoal> together = new ArrayList<>();
        for (StoredGoal goal : goals) {
            if (goal.goal().pathPattern() != null && events(goal.property()) >= MIN_EVENTS_FOR_INDEX) {
                counted.save(goal);
            } else {
                together.add(goal);
            }
        }
        counted.saveTogether(together);
    }

    private long events(String property) {
        PropertyDay figures = Objects.requireNonNull(days.get(property));
        return figures.count(Count.ACCEPTED) + figures.count(Count.BOTS);
    }

    private void readUnfinished() {
        List<UUID> unfinished = new ArrayList<>();
        LocalDate[] until = {lastPartition};
        tx.each(statement("unfinished"), row -> {
            unfinished.add(row.id(1));
            LocalDate lastDay = row.day(2);
            until[0] = lastDay.isAfter(until[0]) ? lastDay : until[0];
        });
        parameters.put("unfinished", unfinished.toArray(UUID[]::new));
        parameters.put("until", until[0]);
    }

    /**
     * Reads the sessions that began before the day and have events on it.
     *
     * @return by property, the visitors of those sessions who did not begin a session on the day
     */
    private Map<String, Set<UUID>> readCarried() {
        List<UUID> carried = new ArrayList<>();
        Map<String, Set<UUID>> onlyContinued = new HashMap<>();
        tx.each(statement("carried"), row -> {
            carried.add(row.id(3));
            if (row.flag(4)) {
                onlyContinued.computeIfAbsent(row.text(1), _ -> new HashSet<>()).add(row.id(2));
            }
        });
        parameters.put("carried", carried.toArray(UUID[]::new));
        return onlyContinued;
    }

    private void countSessions() {
        each("sessions", (figures, row) -> {
            int column = 2;
            for (Count kind : SESSION_COUNTS) {
                figures.add(kind, row.number(column++));
            }
            figures.engagedSessions = row.number(column);
        });
    }

    /**
     * Counts the visitors who began a session on the day, and those who only continued one.
     *
     * @param onlyContinued the visitors who only continued a session, by property
     */
    private void countVisitors(Map<String, Set<UUID>> onlyContinued) {
        each("visitors", (figures, row) -> {
            figures.visitors.addSmallest((int) row.number(2), (int) row.number(3));
            figures.add(Count.UNIQUE_VISITORS, row.number(4));
        });
        onlyContinued.forEach((property, visitors) -> {
            PropertyDay figures = Objects.requireNonNull(days.get(property));
            figures.visitors.add(VisitorSketch.of(visitors));
            figures.add(Count.UNIQUE_VISITORS, visitors.size());
        });
        Map<String, Set<UUID>> exact = new HashMap<>();
        days.forEach((property, figures) -> {
            if (figures.count(Count.UNIQUE_VISITORS) <= VisitorSketch.MAX_EXACT) {
                exact.put(property, onlyContinued.getOrDefault(property, new HashSet<>()));
            }
        });
        parameters.put("exact", exact.keySet().toArray(String[]::new));
        tx.each(
                statement("exactVisitors"),
                row -> Objects.requireNonNull(exact.get(row.text(1))).add(row.id(2)));
        exact.forEach((property, visitors) ->
                Objects.requireNonNull(days.get(property)).exactVisitors = VisitorSketch.of(visitors));
    }

    private void readVitals(Tx tx, Map<String, @Nullable Object> parameters) {
        List<Vital> vitals = List.of(Vital.values());
        NamedSql statement = new NamedSql(text("vitals")
                .replace(
                        "{numbers}",
                        joined(IntStream.rangeClosed(1, vitals.size()).boxed(), String::valueOf))
                .replace("{columns}", joined(vitals.stream(), Vital::rawColumn))
                .replace("{scales}", joined(vitals.stream(), vital -> String.valueOf(vital.scale()))));
        tx.each(
                statement.with(parameters),
                row -> Objects.requireNonNull(days.get(row.text(1)))
                        .vitals
                        .computeIfAbsent(vitals.get((int) row.number(2) - 1), _ -> new ByteArrayOutputStream())
                        .writeBytes(Histogram.entry((int) row.number(3), row.number(4))));
    }

    static <T> String joined(Stream<T> parts, Function<T, String> text) {
        return parts.map(text).collect(Collectors.joining(", "));
    }

    private record CaptureLink(String property, UUID visitor, Instant capturedAt) {}

    /**
     * Reads which visitors became leads, and how long after they were first seen. Reads in parts, since a flood of
     * forms can be more than fits into a small heap.
     */
    private void readCaptures() {
        parameters.put("buckets", Buckets.read(tx).count());
        tx.eachPart(
                statement("captures"),
                CAPTURES_PER_PART,
                row -> new CaptureLink(row.text(1), row.id(2), row.time(3)),
                this::addCaptures);
    }

    private void addCaptures(List<CaptureLink> captures) {
        parameters.put(
                "visitors",
                captures.stream().map(CaptureLink::visitor).distinct().toArray(UUID[]::new));
        Map<UUID, Instant> firstSeen = new HashMap<>();
        tx.each(statement("firstSeen"), row -> firstSeen.put(row.id(1), row.time(2)));
        for (CaptureLink capture : captures) {
            PropertyDay figures = Objects.requireNonNull(days.get(capture.property));
            figures.leadVisitors.add(VisitorSketch.of(Set.of(capture.visitor)));
            Instant since = firstSeen.get(capture.visitor);
            if (since != null) {
                figures.add(Count.CAPTURES, 1);
                figures.add(
                        Count.CAPTURE_MS,
                        Math.max(0, Duration.between(since, capture.capturedAt).toMillis()));
            }
        }
    }

    private void deleteOld() {
        Pipeline pipeline = tx.pipeline();
        for (String table : PropertyDay.TABLES) {
            pipeline.update(
                    "DELETE FROM " + table + " WHERE day = ? AND property_id = ANY (?)",
                    day,
                    parameters.get("properties"));
        }
        pipeline.send();
    }

    /** Adds a row of a result to the figures of its property. */
    @FunctionalInterface
    private interface Collector {
        void add(PropertyDay figures, Row row) throws SQLException;
    }

    private void each(String name, Collector collector) {
        tx.each(statement(name), row -> collector.add(Objects.requireNonNull(days.get(row.text(1))), row));
    }

    /** A statement of {@code rollup.sql} with the parameters that are known so far. */
    private SqlFragment statement(String name) {
        return statement(name, parameters);
    }

    static SqlFragment statement(String name, Map<String, @Nullable Object> parameters) {
        return new NamedSql(text(name)).with(parameters);
    }

    /** The text of a statement of {@code rollup.sql}. */
    static String text(String name) {
        return Objects.requireNonNull(STATEMENTS.get(name), name);
    }
}
