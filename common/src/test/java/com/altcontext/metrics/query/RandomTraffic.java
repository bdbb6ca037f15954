package com.altcontext.metrics.query;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.WebVitals;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.value.Issues;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Random visits, and queries about them. */
abstract class RandomTraffic {
    private static final EventStore STORE = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    static final Database DATABASE = Database.migrated();

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final LocalDate TODAY = LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC);

    private static final ZoneId TORONTO = ZoneId.of("America/Toronto");
    static final Goal SIGNED_UP = new Goal("signup", new Goal.Page("/t*"));
    static final Goal CHOSE_PRO = new Goal("pro", new Goal.CustomEvent("plan_chosen", new Goal.Prop("plan", "pro")));

    static final Grouping.ByGoal BY_GOAL =
            new Grouping.ByGoal(List.of(SIGNED_UP, CHOSE_PRO, new Goal("never", new Goal.CustomEvent("never", null))));

    @Provide
    Arbitrary<List<TestEvent>> acts() {
        Arbitrary<Instant> times = Combinators.combine(
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.of(0, 5, 10, 270, 290, 310, 600, 610, 625, 1_425, 1_430, 1_439),
                        Arbitraries.integers().between(0, 59))
                .as((ago, minute, second) -> TODAY.minusDays(ago)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant()
                        .plus(Duration.ofMinutes(minute))
                        .plusSeconds(second));
        Arbitrary<List<TestEvent>> brief = Combinators.combine(
                        Arbitraries.of("a", "b", "c", "d", "e", "f"),
                        times,
                        Arbitraries.of("/", "/two", "/thanks", "/100%_sure"),
                        Arbitraries.frequencyOf(
                                Tuple.of(6, Arbitraries.just("page_view")),
                                Tuple.of(
                                        3,
                                        Arbitraries.of(
                                                "form_start",
                                                "form_submit",
                                                "cta_click",
                                                "plan_chosen",
                                                "engagement"))),
                        Arbitraries.of(DeviceType.DESKTOP, DeviceType.MOBILE, DeviceType.BOT),
                        Arbitraries.of("default", "docs"),
                        Arbitraries.of(TrafficSource.DIRECT, TrafficSource.EMAIL, TrafficSource.CAMPAIGN),
                        Arbitraries.integers().between(0, 99))
                .as((who, at, path, type, device, property, source, n) -> TestEvent.view(who, at, path)
                        .type(type)
                        .property(property)
                        .device(device)
                        .source(source, n % 5 == 0 ? new Utm("s", null, "spring" + n % 3, null, null) : Utm.NONE, null)
                        .props(n % 3 == 0 ? "{\"plan\": \"pro\"}" : "{\"plan\": \"free\", \"n\": " + n % 2 + "}")
                        .engaged(n % 2 == 0 ? n * 100 : null)
                        .scroll(n % 3 == 0 ? n + 0.5 : null)
                        .vitals(
                                n % 4 == 0
                                        ? WebVitals.NONE
                                        : new WebVitals(n % 4 == 1 ? n * 5.0 : null, n * 10.0, null, null, null)))
                .list()
                .ofMinSize(10)
                .ofMaxSize(120);
        return Combinators.combine(brief, Arbitraries.of(true, false))
                .as((visits, isLong) ->
                        isLong ? Stream.concat(longVisit(), visits.stream()).toList() : visits);
    }

    /** A visit that reaches a goal at its start and goes on over two midnights. */
    private static Stream<TestEvent> longVisit() {
        Instant begin = TODAY.minusDays(4).atTime(10, 0).toInstant(ZoneOffset.UTC);
        return IntStream.rangeClosed(0, 82)
                .mapToObj(
                        i -> TestEvent.view("owl", begin.plus(Duration.ofMinutes(29L * i)), i == 0 ? "/thanks" : "/two")
                                .props("{\"plan\": \"pro\"}"));
    }

    static void empty() {
        DATABASE.run(
                "TRUNCATE events, sessions, visitors",
                "INSERT INTO properties (id, name) VALUES ('docs', 'P') ON CONFLICT DO NOTHING");
    }

    static void store(List<TestEvent> acts) {
        storeEvents(acts.stream().map(TestEvent::event).toList());
    }

    static void storeEvents(List<Event> events) {
        var _ = DATABASE.sql().inTransaction(tx -> STORE.write(tx, events));
    }

    static List<List<ZoneWindow>> windows() {
        return List.of(
                List.of(window(ZoneOffset.UTC, List.of("default", "docs"), 3, 2)),
                List.of(window(TORONTO, List.of("docs"), 3, 3)),
                List.of(window(ZoneOffset.UTC, List.of("default"), 2, 1), window(TORONTO, List.of("docs"), 2, 1)));
    }

    private static ZoneWindow window(ZoneId zone, List<String> properties, int fromAgo, int toAgo) {
        return new ZoneWindow(
                zone,
                properties,
                TODAY.minusDays(fromAgo).atStartOfDay(zone).toInstant(),
                TODAY.minusDays(toAgo - 1L).atStartOfDay(zone).toInstant());
    }

    static List<Object> filters() {
        return List.of(
                List.of(),
                List.of(List.of("is", "traffic_source", List.of("email", "campaign"))),
                List.of(List.of("contains", "path", List.of("%_s"))),
                List.of(List.of("matches", "path", List.of("/t*")), List.of("is_not", "device", List.of("mobile"))),
                List.of(List.of("is", "goal", List.of("signup", "pro"))),
                List.of(List.of("not", List.of("is", "goal", List.of("pro"))), List.of("is", "path", List.of("/"))),
                List.of(List.of(
                        "or",
                        List.of(
                                List.of("is", "props.plan", List.of("pro")),
                                List.of("contains_not", "utm_campaign", List.of("spring"))))));
    }

    static MetricsQuery query(List<ZoneWindow> windows, Object filters, List<String> by) {
        Issues issues = new Issues();
        Filter filter = new FilterReader(
                        issues, name -> name.equals("signup") ? SIGNED_UP : name.equals("pro") ? CHOSE_PRO : null)
                .filters(filters);
        issues.throwIfAny();
        return new MetricsQuery(
                windows,
                List.of(
                        QueryMetric.VISITORS,
                        QueryMetric.SESSIONS,
                        QueryMetric.PAGE_VIEWS,
                        QueryMetric.EVENTS,
                        QueryMetric.CONVERSIONS,
                        QueryMetric.BOUNCE_RATE,
                        QueryMetric.RETURNING_VISITORS,
                        QueryMetric.CONVERSION_RATE,
                        QueryMetric.LCP_P75,
                        QueryMetric.FCP_P95,
                        QueryMetric.ENGAGED_TIME,
                        QueryMetric.FORM_COMPLETION_RATE,
                        QueryMetric.SCROLL_DEPTH),
                by.stream()
                        .map(name -> name.equals("goal") ? BY_GOAL : Objects.requireNonNull(Grouping.named(name)))
                        .toList(),
                filter,
                List.of(),
                10_000,
                0);
    }
}
