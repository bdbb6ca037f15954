package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.Goal;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Whatever visitors do and whatever is asked: the engine says what a plain program says that reads all rows and follows the
 * definitions of docs/metrics.md word by word.
 */
@Tag("slow")
class QueryAgreementTest extends RandomTraffic {
    private record Stored(
            String visitor,
            String session,
            String property,
            Instant at,
            String type,
            String path,
            @Nullable String plan,
            String device,
            boolean converts,
            @Nullable Double lcp,
            Instant firstSeen) {}

    private record StoredSession(
            String id,
            String property,
            Instant startedAt,
            String device,
            String source,
            @Nullable String campaign,
            @Nullable String landing,
            List<Stored> events) {
        boolean bounces() {
            long views = events.stream().filter(e -> e.type.equals("page_view")).count();
            return views == 1
                    && events.stream()
                            .allMatch(e -> Set.of("page_view", "engagement").contains(e.type));
        }
    }

    /** So many of the metrics that are asked for are counts, the first ones. */
    private static final int COUNTS = 5;

    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void the_engine_says_what_the_definitions_say(@ForAll("acts") List<TestEvent> acts) {
        empty();
        int half = acts.size() / 2;
        store(acts.subList(0, half));
        store(acts.subList(half, acts.size()));
        List<StoredSession> sessions = read();

        QueryEngine engine = new QueryEngine(DATABASE.sql(), Duration.ofMinutes(1));
        for (List<ZoneWindow> windows : windows()) {
            for (Object filters : filters()) {
                for (List<String> by : List.of(
                        List.<String>of(),
                        List.of("traffic_source"),
                        List.of("path"),
                        List.of("event_type", "device"),
                        List.of("props.plan"),
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
                                    .filter(row -> !row.endsWith(" [0, 0, 0, 0, 0, null, null, null]"))
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

    /** Counts by values of events are answered by another statement where nothing else is asked for. */
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

    @Property(tries = 10, shrinking = ShrinkingMode.OFF)
    void a_funnel_counts_the_sessions_that_came_so_far(@ForAll("acts") List<TestEvent> acts) {
        empty();
        store(acts);
        List<StoredSession> sessions = read();
        Goal home = new Goal("home", new Goal.Page("/"));
        Goal click = new Goal("click", new Goal.CustomEvent("cta_click", null));
        QueryEngine engine = new QueryEngine(DATABASE.sql(), Duration.ofMinutes(1));
        for (List<ZoneWindow> windows : windows()) {
            for (List<Goal> steps : List.of(
                    List.of(home, SIGNED_UP), List.of(home, home), List.of(SIGNED_UP, CHOSE_PRO, click, home))) {
                for (Object filters : filters()) {
                    Filter filter = query(windows, filters, List.of()).filter();
                    List<StoredSession> kept = sessions.stream()
                            .filter(s -> within(windows, s.property, s.startedAt))
                            .filter(s -> s.events.stream().anyMatch(e -> holds(filter, s, e)))
                            .toList();
                    List<Long> expected = new ArrayList<>(List.of((long) kept.size()));
                    for (int step = 1; step <= steps.size(); step++) {
                        List<Goal> far = steps.subList(0, step);
                        expected.add(kept.stream().filter(s -> comesTo(far, s)).count());
                    }
                    assertThat(engine.answer(new Funnel(windows, steps, filter)))
                            .as("%s of %s", steps, filters)
                            .isEqualTo(expected);
                }
            }
        }
    }

    private static boolean comesTo(List<Goal> steps, StoredSession session) {
        Instant after = Instant.MIN;
        for (Goal step : steps) {
            Instant last = after;
            Instant next = session.events.stream()
                    .filter(e -> e.at.isAfter(last) && reaches(step, e))
                    .map(Stored::at)
                    .min(Instant::compareTo)
                    .orElse(null);
            if (next == null) {
                return false;
            }
            after = next;
        }
        return true;
    }

    private static List<StoredSession> read() {
        return DATABASE.sql().inTransaction(tx -> {
            Map<String, List<Stored>> events = new HashMap<>();
            tx.each(
                    "SELECT visitor_id, session_id, e.property_id, occurred_at, event_type, path, props ->> 'plan', device,"
                            + " is_conversion, lcp_ms, first_seen_at FROM events AS e JOIN visitors USING (bucket, visitor_id) WHERE device <> 'bot' ORDER BY occurred_at, path COLLATE \"C\"",
                    row -> events.computeIfAbsent(row.text(2), _ -> new ArrayList<>())
                            .add(new Stored(
                                    row.text(1),
                                    row.text(2),
                                    row.text(3),
                                    row.time(4),
                                    row.text(5),
                                    row.text(6),
                                    row.textOrNull(7),
                                    row.text(8),
                                    row.flag(9),
                                    row.decimalOrNull(10),
                                    row.time(11))));
            return tx.query(
                    "SELECT id, property_id, started_at, device, traffic_source, utm_campaign FROM sessions WHERE device <> 'bot'",
                    row -> {
                        List<Stored> own = events.getOrDefault(row.text(1), List.of());
                        return new StoredSession(
                                row.text(1),
                                row.text(2),
                                row.time(3),
                                row.text(4),
                                row.text(5),
                                row.textOrNull(6),
                                own.stream()
                                        .filter(e -> e.type.equals("page_view"))
                                        .findFirst()
                                        .map(Stored::path)
                                        .orElse(null),
                                own);
                    });
        });
    }

    private static @Nullable ZoneWindow windowOf(List<ZoneWindow> windows, String property) {
        return windows.stream()
                .filter(window -> window.properties().contains(property))
                .findFirst()
                .orElse(null);
    }

    private static boolean within(List<ZoneWindow> windows, String property, Instant at) {
        ZoneWindow window = windowOf(windows, property);
        return window != null && !at.isBefore(window.start()) && at.isBefore(window.end());
    }

    /** By the words of the definitions, with neither SQL nor the session's counters. */
    private static List<String> expected(List<StoredSession> sessions, MetricsQuery query) {
        List<ZoneWindow> windows = query.windows();
        Set<List<@Nullable String>> keys = new java.util.HashSet<>();
        Map<List<@Nullable String>, Set<String>> visitors = new HashMap<>();
        Map<List<@Nullable String>, Set<String>> returning = new HashMap<>();
        Map<List<@Nullable String>, Set<StoredSession>> begun = new HashMap<>();
        Map<List<@Nullable String>, Set<StoredSession>> reaching = new HashMap<>();
        Map<List<@Nullable String>, Set<String>> converting = new HashMap<>();
        Map<List<@Nullable String>, long[]> counts = new HashMap<>();
        boolean byEvents = query.groupings().stream().anyMatch(Grouping::isOfEvents);
        List<@Nullable Goal> goals = query.groupings().contains(BY_GOAL)
                ? new ArrayList<>(BY_GOAL.goals())
                : java.util.Collections.<@Nullable Goal>singletonList(null);
        for (StoredSession session : sessions) {
            for (Goal goal : goals) {
                boolean reaches = goal == null || session.events.stream().anyMatch(event -> reaches(goal, event));
                boolean inWindow = within(windows, session.property, session.startedAt);
                for (Stored event : session.events) {
                    if (!holds(query.filter(), session, event)) {
                        continue;
                    }
                    if (inWindow) {
                        List<@Nullable String> key = key(query, session, event, session.startedAt, goal);
                        keys.add(key);
                        begun.computeIfAbsent(key, _ -> new java.util.HashSet<>())
                                .add(session);
                        if (reaches) {
                            reaching.computeIfAbsent(key, _ -> new java.util.HashSet<>())
                                    .add(session);
                        }
                        boolean converts = byEvents
                                ? event.converts
                                : session.events.stream().anyMatch(Stored::converts);
                        if (goal == null ? converts : reaches) {
                            converting
                                    .computeIfAbsent(key, _ -> new TreeSet<>())
                                    .add(session.id);
                        }
                    }
                    boolean counts_ = query.sessionsAlone() ? inWindow : within(windows, session.property, event.at);
                    if (counts_ && reaches) {
                        Instant time = query.sessionsAlone() ? session.startedAt : event.at;
                        List<@Nullable String> key = key(query, session, event, time, goal);
                        keys.add(key);
                        visitors.computeIfAbsent(key, _ -> new TreeSet<>()).add(event.visitor);
                        if (event.firstSeen.isBefore(Objects.requireNonNull(windowOf(windows, session.property))
                                .start())) {
                            returning.computeIfAbsent(key, _ -> new TreeSet<>()).add(event.visitor);
                        }
                        long[] count = counts.computeIfAbsent(key, _ -> new long[2]);
                        count[0] += event.type.equals("page_view") ? 1 : 0;
                        count[1]++;
                    }
                }
            }
        }
        return keys.stream()
                .map(key -> {
                    Set<StoredSession> own = begun.getOrDefault(key, Set.of());
                    Set<StoredSession> grouped = reaching.getOrDefault(key, Set.of());
                    long bounces =
                            grouped.stream().filter(StoredSession::bounces).count();
                    return key + " "
                            + java.util.Arrays.asList(
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
                                                    / (double) own.size()));
                })
                .sorted()
                .toList();
    }

    private static List<@Nullable String> key(
            MetricsQuery query, StoredSession session, Stored event, Instant time, @Nullable Goal goal) {
        ZoneId zone = Objects.requireNonNull(windowOf(query.windows(), session.property))
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
                        default -> value(by.key(), session, event);
                    });
        }
        return key;
    }

    private static @Nullable String value(String name, StoredSession session, Stored event) {
        return switch (name) {
            case "traffic_source" -> session.source;
            case "device" -> session.device;
            case "utm_campaign" -> session.campaign;
            case "landing_path" -> session.landing;
            case "path" -> event.path;
            case "event_type" -> event.type;
            case "props.plan" -> event.plan;
            default -> throw new AssertionError(name);
        };
    }

    private static boolean holds(Filter filter, StoredSession session, Stored event) {
        return switch (filter) {
            case Filter.And and -> and.all().stream().allMatch(each -> holds(each, session, event));
            case Filter.Or or -> or.any().stream().anyMatch(each -> holds(each, session, event));
            case Filter.Not not -> !holds(not.filter(), session, event);
            case Filter.Reached goal ->
                goal.isNegative()
                        != goal.goals().stream()
                                .anyMatch(each -> session.events.stream().anyMatch(own -> reaches(each, own)));
            case Filter.Leaf leaf -> {
                Function<StoredSession, @Nullable String> value = of -> value(nameOf(leaf.field()), of, event);
                yield leaf.operator().isNegative()
                        != leaf.values().stream()
                                .anyMatch(sought -> fits(leaf.operator(), value.apply(session), sought));
            }
        };
    }

    private static String nameOf(Field field) {
        return switch (field) {
            case Field.Column column -> column.dimension().key();
            case Field.PropField prop -> "props." + prop.key();
            case Field.PropKeys _ -> throw new IllegalArgumentException("no filter is about them");
        };
    }

    private static boolean fits(Filter.Operator operator, @Nullable String value, @Nullable String sought) {
        if (value == null || sought == null) {
            return value == null && sought == null;
        }
        return switch (operator) {
            case IS, IS_NOT -> value.equals(sought);
            case CONTAINS, CONTAINS_NOT -> value.contains(sought);
            case MATCHES -> matches(sought, value);
        };
    }

    private static boolean matches(String wildcards, String value) {
        Predicate<String> fits = java.util.regex.Pattern.compile(java.util.Arrays.stream(wildcards.split("\\*", -1))
                        .map(java.util.regex.Pattern::quote)
                        .collect(java.util.stream.Collectors.joining(".*")))
                .asMatchPredicate();
        return fits.test(value);
    }

    private static boolean reaches(Goal goal, Stored event) {
        return switch (goal.target()) {
            case Goal.Page page -> event.type.equals("page_view") && matches(page.pattern(), event.path);
            case Goal.CustomEvent happening ->
                event.type.equals(happening.type())
                        && (happening.prop() == null
                                || Objects.equals(event.plan, happening.prop().value()));
        };
    }
}
