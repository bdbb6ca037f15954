package com.altcontext.metrics;

import com.altcontext.db.Buckets;
import com.altcontext.db.NamedSql;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFragment;
import com.altcontext.db.Tx;
import com.altcontext.metrics.GoalStore.StoredGoal;
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
 * Computes the figures of one day for properties that share a time zone, by the statements of {@code rollup.sql}, and
 * replaces the old figures.
 */
final class DayRollup {
    private static final Map<String, String> STATEMENTS = NamedSql.sections(DayRollup.class, "rollup.sql");

    /** In the order of the statement's columns. */
    private static final List<Count> OF_SESSIONS = List.of(
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

    private static final int CAPTURES_AT_ONCE = 1_000;

    /** From so many events of a day on, the index of pages finds those of a goal sooner than a reading of the day. */
    private static final int MANY_EVENTS = 10_000;

    private final Sql sql;
    private final Tx tx;
    private final LocalDate day;
    private final LocalDate lastPartition;
    private final String zone;
    private final Map<String, @Nullable Object> asked = new HashMap<>();
    private final Map<String, PropertyDay> days = new LinkedHashMap<>();

    /**
     * @param sql for reading in parallel
     * @param tx writes
     * @param properties their slugs
     */
    DayRollup(Sql sql, Tx tx, DayBounds bounds, List<String> properties) {
        this.sql = sql;
        this.tx = tx;
        this.day = bounds.day();
        this.lastPartition = bounds.lastPartition();
        this.zone = bounds.zone().getId();
        asked.put("day", day);
        asked.put("start", bounds.start());
        asked.put("end", bounds.end());
        asked.put("first", bounds.firstPartition());
        asked.put("last", bounds.lastPartition());
        asked.put("properties", properties.toArray(String[]::new));
        properties.forEach(property -> days.put(property, new PropertyDay()));
    }

    /**
     * Computes and writes all figures.
     *
     * @return how many events they were computed from, including bots'
     */
    long replace(long version, Instant now) {
        forget();
        read();
        days.forEach((property, figures) -> figures.save(tx, property, day, zone, version, now));
        saveGoals(GoalStore.list(tx, null).stream()
                .filter(goal -> days.containsKey(goal.property()))
                .toList());
        return days.keySet().stream().mapToLong(this::events).sum();
    }

    /**
     * The slowest parts are read in parallel: the vitals and the values of dimensions. The paths come last, since they
     * need the sessions that continue over midnight. The values are written as they come; the rest is kept in memory.
     */
    private void read() {
        Map<String, @Nullable Object> day = new HashMap<>(asked);
        CompletableFuture<Map<String, @Nullable Object>> dayAndCarried = new CompletableFuture<>();
        try (ParallelReader<DayDimension> dimensions =
                new ParallelReader<>(sql, DayDimension::length, (other, parts) -> {
                    Rollup.prepare(other);
                    measureVitals(other, day);
                    DayDimension.ofSessions(other, day, parts);
                    DayDimension.ofPaths(other, dayAndCarried.join(), parts);
                })) {
            try {
                readUnfinished();
                Map<String, Set<UUID>> alone = readCarried();
                dayAndCarried.complete(new HashMap<>(asked));
                count(alone);
            } finally {
                dayAndCarried.cancel(false);
            }
            Consumer<List<DayDimension>> save = rows -> DayDimension.save(tx, this.day, rows);
            DayDimension.ofEventTypes(tx, asked, save);
            dimensions.each(save);
        }
    }

    private void count(Map<String, Set<UUID>> alone) {
        countSessions();
        each("events", (figures, row) -> {
            figures.add(Count.ACCEPTED, row.number(2) - row.number(4));
            figures.add(Count.PAGE_VIEWS, row.number(3));
            figures.add(Count.BOTS, row.number(4));
        });
        countVisitors(alone);
        each("newVisitors", (figures, row) -> figures.add(Count.NEW_VISITORS, row.number(2)));
        each("leads", (figures, row) -> figures.add(Count.NEW_LEADS, row.number(2)));
        timeCaptures();
        each("rejections", (figures, row) -> figures.rejected.put(row.text(2), row.number(3)));
        asked.put("views", ofProperties(figures -> figures.count(Count.PAGE_VIEWS)));
        asked.put("viewed", ofProperties(figures -> figures.count(Count.VIEWED_SESSIONS)));
        asked.put("engaged", ofProperties(figures -> figures.engagedSessions));
    }

    /** In the order of the parameter {@code properties}. */
    private long[] ofProperties(ToLongFunction<PropertyDay> figure) {
        return days.values().stream().mapToLong(figure).toArray();
    }

    /** Counts a goal that was added after the day was rolled up. */
    void add(StoredGoal goal) {
        readUnfinished();
        new DayGoals(tx, day, asked).save(goal);
    }

    private void saveGoals(List<StoredGoal> goals) {
        DayGoals counted = new DayGoals(tx, day, asked);
        List<StoredGoal> together = new ArrayList<>();
        for (StoredGoal goal : goals) {
            if (goal.goal().pathPattern() != null && events(goal.property()) >= MANY_EVENTS) {
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
        asked.put("unfinished", unfinished.toArray(UUID[]::new));
        asked.put("until", until[0]);
    }

    /**
     * Reads the sessions that have events on the day and began before it.
     *
     * @return by property, their visitors who began no session on the day
     */
    private Map<String, Set<UUID>> readCarried() {
        List<UUID> carried = new ArrayList<>();
        Map<String, Set<UUID>> alone = new HashMap<>();
        tx.each(statement("carried"), row -> {
            carried.add(row.id(3));
            if (row.flag(4)) {
                alone.computeIfAbsent(row.text(1), _ -> new HashSet<>()).add(row.id(2));
            }
        });
        asked.put("carried", carried.toArray(UUID[]::new));
        return alone;
    }

    private void countSessions() {
        each("sessions", (figures, row) -> {
            int column = 2;
            for (Count kind : OF_SESSIONS) {
                figures.add(kind, row.number(column++));
            }
            figures.engagedSessions = row.number(column);
        });
    }

    /**
     * Collects the visitors who began a session on the day, and those who only continued one.
     *
     * @param alone the latter, by property
     */
    private void countVisitors(Map<String, Set<UUID>> alone) {
        each("visitors", (figures, row) -> {
            figures.visitors.addLeast((int) row.number(2), (int) row.number(3));
            figures.add(Count.UNIQUE_VISITORS, row.number(4));
        });
        alone.forEach((property, visitors) -> {
            PropertyDay figures = Objects.requireNonNull(days.get(property));
            figures.visitors.add(VisitorSketch.of(visitors));
            figures.add(Count.UNIQUE_VISITORS, visitors.size());
        });
        Map<String, Set<UUID>> few = new HashMap<>();
        days.forEach((property, figures) -> {
            if (figures.count(Count.UNIQUE_VISITORS) <= VisitorSketch.MAX_EXACT) {
                few.put(property, alone.getOrDefault(property, new HashSet<>()));
            }
        });
        asked.put("few", few.keySet().toArray(String[]::new));
        tx.each(
                statement("fewVisitors"),
                row -> Objects.requireNonNull(few.get(row.text(1))).add(row.id(2)));
        few.forEach((property, visitors) ->
                Objects.requireNonNull(days.get(property)).fewVisitors = VisitorSketch.of(visitors));
    }

    private void measureVitals(Tx tx, Map<String, @Nullable Object> asked) {
        List<Vital> vitals = List.of(Vital.values());
        NamedSql statement = new NamedSql(text("vitals")
                .replace(
                        "{numbers}",
                        joined(IntStream.rangeClosed(1, vitals.size()).boxed(), String::valueOf))
                .replace("{columns}", joined(vitals.stream(), Vital::raw))
                .replace("{scales}", joined(vitals.stream(), vital -> vital == Vital.CLS ? "1000" : "1")));
        tx.each(
                statement.with(asked),
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
     * Finds the visitors who left an address, and how long after their first visit. Reads in parts, since a flood of
     * forms can bring more than a small heap holds.
     */
    private void timeCaptures() {
        asked.put("buckets", Buckets.read(tx).count());
        tx.eachPart(
                statement("captures"),
                CAPTURES_AT_ONCE,
                row -> new CaptureLink(row.text(1), row.id(2), row.time(3)),
                this::time);
    }

    private void time(List<CaptureLink> captures) {
        asked.put(
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

    private void forget() {
        Pipeline pipeline = tx.pipeline();
        for (String table : List.of(
                "daily_dimension_rollups", "daily_goal_rollups", "daily_metric_rollups", "daily_ingest_rollups")) {
            pipeline.update(
                    "DELETE FROM " + table + " WHERE day = ? AND property_id = ANY (?)", day, asked.get("properties"));
        }
        pipeline.send();
    }

    /** Reads a row of a property. */
    @FunctionalInterface
    private interface Collector {
        void add(PropertyDay figures, Row row) throws SQLException;
    }

    private void each(String name, Collector collector) {
        tx.each(statement(name), row -> collector.add(Objects.requireNonNull(days.get(row.text(1))), row));
    }

    /** One of {@code rollup.sql}, with what is known so far. */
    private SqlFragment statement(String name) {
        return statement(name, asked);
    }

    static SqlFragment statement(String name, Map<String, @Nullable Object> asked) {
        return new NamedSql(text(name)).with(asked);
    }

    /** The text of one. */
    static String text(String name) {
        return Objects.requireNonNull(STATEMENTS.get(name), name);
    }
}
