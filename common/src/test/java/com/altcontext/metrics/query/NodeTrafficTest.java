package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.db.Sql;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.testing.NodeTraffic;
import com.altcontext.testing.TestEvent;
import com.altcontext.value.Issues;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * On a Citus cluster, the amount of data that rollups and queries fetch from the nodes depends on the number of
 * distinct values, not on the number of visitors, sessions and events.
 */
@Tag("slow")
@EnabledIfEnvironmentVariable(named = "TEST_CITUS_BUCKETS", matches = "[1-9][0-9]*")
class NodeTrafficTest {
    /** More visitors than a sketch stores individually, in both measurements. */
    private static final int VISITORS = 600;

    private static final int TIMES = 4;

    /** Part of the statements that read the registers of a sketch, of which there are up to 32,768. */
    private static final String REGISTERS = "get_byte(id, 0)";

    private static final Goal THANKS = new Goal("thanks", new Goal.Page("/thanks*"));
    private static final Goal CLICK = new Goal("click", new Goal.CustomEvent("cta_click", null));

    private final Site site = new Site();
    private final NodeTraffic traffic = site.database.nodeTraffic();
    private final Sql sql = traffic.sql();
    private final PropertyZones zones = new PropertyZones(Map.of(ZoneOffset.UTC, List.of("default")));
    private final Window day = new Window(site.day(1), site.day(1));

    @BeforeEach
    void a_goal() {
        var _ = new Rollup(site.database.sql(), site.clock).addGoal("default", THANKS);
    }

    /** Visits of three kinds. */
    private void visits(int from, int to) {
        List<TestEvent> events = new ArrayList<>();
        for (int i = from; i < to; i++) {
            String who = "visitor-" + i;
            TestEvent landing = TestEvent.view(who, site.at(1, "10:00:00"), "/").lcp(1_200);
            events.add(
                    switch (i % 3) {
                        case 0 -> landing.device(DeviceType.MOBILE);
                        case 1 ->
                            landing.source(TrafficSource.EMAIL, new Utm("news", "email", "spring", null, null), null);
                        default -> landing;
                    });
            events.add(TestEvent.view(who, site.at(1, "10:01:00"), "/pricing").engaged(4_000));
            events.add(TestEvent.view(who, site.at(1, "10:02:00"), "/pricing").type("cta_click"));
            events.add(TestEvent.view(who, site.at(1, "10:03:00"), "/thanks").converting());
        }
        site.does(events.toArray(TestEvent[]::new));
    }

    private static void assertNoMore(Map<String, Long> few, Map<String, Long> many) {
        assertThat(many.keySet()).isEqualTo(few.keySet());
        assertThat(many)
                .allSatisfy((statement, bytes) -> assertThat(bytes)
                        .as(statement)
                        .isLessThanOrEqualTo(allowed(statement, few.getOrDefault(statement, 0L))));
    }

    /** A quarter more, since the numbers have more digits. */
    private static long allowed(String statement, long bytes) {
        return statement.contains(REGISTERS) ? Long.MAX_VALUE : bytes + bytes / 4;
    }

    @Test
    void a_rollup_fetches_figures_from_the_nodes_and_no_rows() {
        Rollup rollup = new Rollup(sql, site.clock);
        visits(0, VISITORS);
        var _ = rollup.run(site.day(1), null);
        Map<String, Long> few = traffic.taken();
        visits(VISITORS, TIMES * VISITORS);
        var _ = rollup.run(site.day(1), null);

        assertThat(few).hasSizeGreaterThan(10);
        assertNoMore(few, traffic.taken());
    }

    @Test
    void a_query_fetches_figures_from_the_nodes_and_no_rows() {
        visits(0, VISITORS);
        ask();
        Map<String, Long> few = traffic.taken();
        visits(VISITORS, TIMES * VISITORS);
        ask();

        assertThat(few).hasSizeGreaterThan(20);
        assertNoMore(few, traffic.taken());
    }

    private void ask() {
        QueryEngine engine = new QueryEngine(sql, InstantSource.system(), Duration.ofMinutes(1));
        RawSummaries summaries = new RawSummaries(engine);
        RawBreakdowns breakdowns = new RawBreakdowns(engine);
        for (Object filters : List.of(
                List.of(),
                List.of(List.of("is", "traffic_source", List.of("email"))),
                List.of(List.of("contains", "path", List.of("thanks"))),
                List.of(List.of("not", List.of("is", "goal", List.of("thanks")))))) {
            Filter filter = filter(filters);
            var _ = summaries.of(day, zones, filter);
            var _ = engine.answer(new Funnel(zones.windows(day), List.of(THANKS, CLICK), filter));
            var _ = breakdowns.ofGoals(List.of(THANKS, CLICK), day, zones, filter);
            for (String by :
                    List.of("traffic_source", "path", "landing_path", "exit_path", "event_type", "time:hour")) {
                var _ = breakdowns.of(Objects.requireNonNull(Grouping.named(by)), day, zones, filter, 50);
            }
            var _ = engine.answer(new MetricsQuery(
                    zones.windows(day),
                    List.of(
                            QueryMetric.VISITORS,
                            QueryMetric.BOUNCE_RATE,
                            Objects.requireNonNull(QueryMetric.named("lcpMs.p75"))),
                    List.of(
                            Objects.requireNonNull(Grouping.named("path")),
                            Objects.requireNonNull(Grouping.named("device"))),
                    filter,
                    List.of(),
                    100,
                    0));
        }
        var _ = Realtime.read(engine, zones, site.at(1, "10:04:00"));
    }

    private static Filter filter(Object filters) {
        Issues issues = new Issues();
        Filter filter = new FilterReader(issues, _ -> THANKS).filters(filters);
        issues.throwIfAny();
        return filter;
    }
}
