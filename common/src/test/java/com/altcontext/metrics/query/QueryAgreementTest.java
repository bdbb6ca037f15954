package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.goal.Goal;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import org.jspecify.annotations.Nullable;

/**
 * For random visits and many queries, the engine returns the same figures as a plain program that reads all rows and
 * follows the definitions of docs/metrics.md word by word.
 */
@Tag("slow")
class QueryAgreementTest extends RandomTraffic {
    /** The number of counts among the metrics of a query. The counts come first. */
    private static final int COUNTS = 5;

    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void the_engine_returns_what_the_definitions_say(@ForAll("acts") List<TestEvent> acts) {
        empty();
        int half = acts.size() / 2;
        store(acts.subList(0, half));
        store(acts.subList(half, acts.size()));
        List<StoredVisits.Session> sessions = StoredVisits.read(DATABASE.sql());

        QueryEngine engine = new QueryEngine(DATABASE.sql(), InstantSource.system(), Duration.ofMinutes(1));
        for (List<ZoneWindow> windows : windows()) {
            for (Object filters : filters()) {
                for (List<String> by : List.of(
                        List.<String>of(),
                        List.of("traffic_source"),
                        List.of("path"),
                        List.of("event_type", "device"),
                        List.of("props.plan"),
                        List.of("props"),
                        List.of("props", "traffic_source"),
                        List.of("time:day"),
                        List.of("time:hour", "utm_campaign"),
                        List.of("landing_path"),
                        List.of("goal"),
                        List.of("path", "goal"),
                        List.of("goal", "time:day"))) {
                    MetricsQuery query = query(windows, filters, by);
                    List<QueryRow> answer = engine.answer(query);
                    assertThat(answer.stream()
                                    .map(row -> row.groups() + " " + row.metrics())
                                    .filter(row -> !row.endsWith(
                                            " [0, 0, 0, 0, 0, null, null, null, null, null, null, null, null]"))
                                    .sorted()
                                    .toList())
                            .as("%s by %s in %s", filters, by, windows)
                            .isEqualTo(expected(sessions, query));
                    assertThat(counts(engine.answer(onlyCounts(query))))
                            .as("only counts, %s by %s in %s", filters, by, windows)
                            .isEqualTo(counts(answer));
                }
            }
        }
    }

    /**
     * The query without its other metrics. A query that only asks for counts by values of events uses a different
     * statement.
     */
    private static MetricsQuery onlyCounts(MetricsQuery query) {
        return new MetricsQuery(
                query.windows(),
                query.metrics().subList(0, COUNTS),
                query.groupings(),
                query.filter(),
                List.of(),
                query.limit(),
                query.offset());
    }

    private static List<String> counts(List<QueryRow> answer) {
        return answer.stream()
                .map(row -> row.groups() + " " + row.metrics().subList(0, COUNTS))
                .filter(row -> !row.endsWith(" [0, 0, 0, 0, 0]"))
                .sorted()
                .toList();
    }

    /** Computes the rows by the wording of the definitions, without SQL and without the counters of sessions. */
    private static List<String> expected(List<StoredVisits.Session> sessions, MetricsQuery query) {
        List<ZoneWindow> windows = query.windows();
        Set<List<@Nullable String>> keys = new HashSet<>();
        Map<List<@Nullable String>, Set<String>> visitors = new HashMap<>();
        Map<List<@Nullable String>, Set<String>> returning = new HashMap<>();
        Map<List<@Nullable String>, Set<StoredVisits.Session>> begun = new HashMap<>();
        Map<List<@Nullable String>, Set<StoredVisits.Session>> reaching = new HashMap<>();
        Map<List<@Nullable String>, Set<String>> converting = new HashMap<>();
        Map<List<@Nullable String>, long[]> counts = new HashMap<>();
        Map<List<@Nullable String>, List<Double>> lcps = new HashMap<>();
        Map<List<@Nullable String>, List<Double>> fcps = new HashMap<>();
        Map<List<@Nullable String>, List<Double>> scrolls = new HashMap<>();
        boolean byEvents = query.groupings().stream().anyMatch(Grouping::isOfEvents);
        List<@Nullable Goal> goals = query.groupings().contains(BY_GOAL)
                ? new ArrayList<>(BY_GOAL.goals())
                : Collections.<@Nullable Goal>singletonList(null);
        for (StoredVisits.Session session : sessions) {
            for (Goal goal : goals) {
                boolean reaches =
                        goal == null || session.events().stream().anyMatch(event -> StoredVisits.reaches(goal, event));
                boolean inWindow = StoredVisits.within(windows, session.property(), session.startedAt());
                for (StoredVisits.Event event : session.events(query.groupings())) {
                    if (!StoredVisits.holds(query.filter(), session, event)) {
                        continue;
                    }
                    if (inWindow) {
                        List<@Nullable String> key = key(query, session, event, session.startedAt(), goal);
                        keys.add(key);
                        begun.computeIfAbsent(key, _ -> new HashSet<>()).add(session);
                        if (reaches) {
                            reaching.computeIfAbsent(key, _ -> new HashSet<>()).add(session);
                        }
                        boolean converts = byEvents
                                ? event.converts()
                                : session.events().stream().anyMatch(StoredVisits.Event::converts);
                        if (goal == null ? converts : reaches) {
                            converting
                                    .computeIfAbsent(key, _ -> new TreeSet<>())
                                    .add(session.id());
                        }
                    }
                    boolean counts_ = query.sessionsOnly()
                            ? inWindow
                            : StoredVisits.within(windows, session.property(), event.at());
                    if (counts_ && reaches) {
                        Instant time = query.sessionsOnly() ? session.startedAt() : event.at();
                        List<@Nullable String> key = key(query, session, event, time, goal);
                        keys.add(key);
                        visitors.computeIfAbsent(key, _ -> new TreeSet<>()).add(event.visitor());
                        if (event.firstSeen()
                                .isBefore(Objects.requireNonNull(StoredVisits.windowOf(windows, session.property()))
                                        .start())) {
                            returning.computeIfAbsent(key, _ -> new TreeSet<>()).add(event.visitor());
                        }
                        long[] count = counts.computeIfAbsent(key, _ -> new long[2]);
                        count[0] += event.type().equals("page_view") ? 1 : 0;
                        count[1]++;
                    }
                    if (reaches && StoredVisits.within(windows, session.property(), event.at())) {
                        List<@Nullable String> key = key(query, session, event, event.at(), goal);
                        measured(event.lcp(), key, keys, lcps);
                        measured(event.fcp(), key, keys, fcps);
                        measured(event.scroll(), key, keys, scrolls);
                    }
                }
            }
        }
        return keys.stream()
                .map(key -> {
                    Set<StoredVisits.Session> own = begun.getOrDefault(key, Set.of());
                    Set<StoredVisits.Session> grouped = reaching.getOrDefault(key, Set.of());
                    long bounces = grouped.stream()
                            .filter(StoredVisits.Session::bounces)
                            .count();
                    return key + " "
                            + Arrays.asList(
                                    (long) visitors.getOrDefault(key, Set.of()).size(),
                                    (long) own.size(),
                                    counts.getOrDefault(key, new long[2])[0],
                                    counts.getOrDefault(key, new long[2])[1],
                                    (long) converting
                                            .getOrDefault(key, Set.of())
                                            .size(),
                                    grouped.isEmpty() ? null : (Object) (bounces / (double) grouped.size()),
                                    visitors.containsKey(key)
                                            ? (Object) (returning
                                                            .getOrDefault(key, Set.of())
                                                            .size()
                                                    / (double) visitors.get(key).size())
                                            : null,
                                    own.isEmpty()
                                            ? null
                                            : (Object) (converting
                                                            .getOrDefault(key, Set.of())
                                                            .size()
                                                    / (double) own.size()),
                                    quantile(lcps.get(key), 0.75),
                                    quantile(fcps.get(key), 0.95),
                                    ratio(
                                            grouped.stream()
                                                    .mapToLong(StoredVisits.Session::engagedMs)
                                                    .sum(),
                                            count(grouped, StoredVisits.Session::isViewed)),
                                    ratio(
                                            count(grouped, StoredVisits.Session::completesForm),
                                            count(grouped, StoredVisits.Session::beginsForm)),
                                    mean(scrolls.get(key)));
                })
                .sorted()
                .toList();
    }

    private static long count(Set<StoredVisits.Session> sessions, Predicate<StoredVisits.Session> what) {
        return sessions.stream().filter(what).count();
    }

    private static @Nullable Double ratio(long part, long whole) {
        return whole == 0 ? null : (Double) (part / (double) whole);
    }

    private static @Nullable Double mean(@Nullable List<Double> values) {
        return values == null
                ? null
                : (Double) values.stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElseThrow();
    }

    private static void measured(
            @Nullable Double value,
            List<@Nullable String> key,
            Set<List<@Nullable String>> keys,
            Map<List<@Nullable String>, List<Double>> values) {
        if (value != null) {
            keys.add(key);
            values.computeIfAbsent(key, _ -> new ArrayList<>()).add(value);
        }
    }

    /** The smallest value that is not below the given share of all values. */
    private static @Nullable Double quantile(@Nullable List<Double> values, double share) {
        return values == null
                ? null
                : values.stream()
                        .sorted()
                        .skip((long) Math.ceil(share * values.size()) - 1)
                        .findFirst()
                        .orElseThrow();
    }

    private static List<@Nullable String> key(
            MetricsQuery query,
            StoredVisits.Session session,
            StoredVisits.Event event,
            Instant time,
            @Nullable Goal goal) {
        ZoneId zone = Objects.requireNonNull(StoredVisits.windowOf(query.windows(), session.property()))
                .zone();
        List<@Nullable String> key = new ArrayList<>();
        for (Grouping by : query.groupings()) {
            key.add(
                    switch (by.key()) {
                        case "goal" -> Objects.requireNonNull(goal).name();
                        case "time:day" -> time.atZone(zone).toLocalDate().toString();
                        case "time:hour" ->
                            time.atZone(zone).toLocalDate() + "T"
                                    + "%02d:00".formatted(time.atZone(zone).getHour());
                        default -> StoredVisits.value(by.key(), session, event);
                    });
        }
        return key;
    }
}
