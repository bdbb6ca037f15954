package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.event.Event;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import org.jspecify.annotations.Nullable;

/**
 * For random visits and several filters, a summary has the figures that the engine returns for the whole window, for
 * each day and for each source.
 */
@Tag("slow")
class SummaryAgreementTest extends RandomTraffic {
    /** The metrics of visits, without those of leads. */
    private static final List<QueryMetric> METRICS = Arrays.stream(QueryMetric.values())
            .filter(metric -> !metric.isOfLeads())
            .toList();

    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void a_summary_agrees_with_separate_queries(@ForAll("acts") List<TestEvent> acts) {
        empty();
        store(acts);
        QueryEngine engine = new QueryEngine(DATABASE.sql(), InstantSource.system(), Duration.ofMinutes(1));
        for (List<ZoneWindow> windows : windows()) {
            for (Object filters : filters()) {
                MetricsQuery query = query(windows, filters, List.of());
                List<SummaryStatement.Figures> summary =
                        engine.inSnapshot(windows, rows -> SummaryStatement.read(rows, query));
                String as = filters + " in " + windows;
                assertThat(query.metrics().stream()
                                .map(summary.getFirst().metrics()::get)
                                .toList())
                        .as(as)
                        .isEqualTo(engine.answer(query).getFirst().metrics());
                assertThat(perGroup(summary, SummaryStatement.Figures::day, SummaryStatement.Figures::dayVisitors))
                        .as("visitors of days, %s", as)
                        .isEqualTo(perGroup(engine, query, Grouping.Time.DAY, QueryMetric.VISITORS));
                for (QueryMetric metric : List.of(QueryMetric.PAGE_VIEWS, QueryMetric.SESSIONS)) {
                    assertThat(perGroup(summary, SummaryStatement.Figures::day, figures -> figures.count(metric)))
                            .as("%s of days, %s", metric, as)
                            .isEqualTo(perGroup(engine, query, Grouping.Time.DAY, metric));
                }
                Grouping source = Objects.requireNonNull(Grouping.named("traffic_source"));
                assertThat(perGroup(
                                summary,
                                SummaryStatement.Figures::source,
                                figures -> figures.count(QueryMetric.SESSIONS)))
                        .as("sessions of sources, %s", as)
                        .isEqualTo(perGroup(engine, query, source, QueryMetric.SESSIONS));
            }
        }
    }

    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void a_part_of_a_window_is_counted_as_if_nothing_had_happened_after_it(@ForAll("acts") List<TestEvent> acts) {
        List<Event> events = acts.stream()
                .map(TestEvent::event)
                .sorted(Comparator.comparing(Event::occurredAt))
                .toList();
        QueryEngine engine = new QueryEngine(DATABASE.sql(), InstantSource.system(), Duration.ofMinutes(1));
        for (Duration left : List.of(Duration.ofMinutes(15), Duration.ofMinutes(835))) {
            for (List<ZoneWindow> whole : windows()) {
                List<ZoneWindow> part = upTo(whole, left, true);
                List<ZoneWindow> over = upTo(whole, left, false);
                empty();
                // Later engagement is left out, because engagement after the end of a session counts at that end.
                storeEvents(events.stream()
                        .filter(event -> happensWithin(over, event)
                                || !event.beacon().eventType().equals("engagement"))
                        .toList());
                List<List<@Nullable Number>> then = answers(engine, part);
                empty();
                storeEvents(events.stream()
                        .filter(event -> happensWithin(over, event))
                        .toList());
                assertThat(then).as("%s", part).isEqualTo(answers(engine, over));
            }
        }
    }

    private static boolean happensWithin(List<ZoneWindow> windows, Event event) {
        ZoneWindow window = StoredVisits.windowOf(windows, event.visitor().propertyId());
        return window != null && event.occurredAt().isBefore(window.end());
    }

    private static List<ZoneWindow> upTo(List<ZoneWindow> windows, Duration left, boolean isPart) {
        return windows.stream()
                .map(window -> new ZoneWindow(
                        window.zone(),
                        window.properties(),
                        window.start(),
                        window.end().minus(left),
                        isPart))
                .toList();
    }

    /** The figures for each filter. */
    private static List<List<@Nullable Number>> answers(QueryEngine engine, List<ZoneWindow> windows) {
        List<Object> filters = new ArrayList<>(filters());
        filters.add(List.of(List.of("is", "exit_path", List.of("/two"))));
        filters.add(List.of(List.of("is", "landing_path", List.of("/two"))));
        return filters.stream()
                .map(each -> query(windows, each, List.of()).filter())
                .map(filter -> engine.answer(MetricsQuery.ungrouped(windows, METRICS, filter))
                        .getFirst()
                        .metrics())
                .toList();
    }

    private static Map<String, Long> perGroup(
            List<SummaryStatement.Figures> summary,
            Function<SummaryStatement.Figures, @Nullable Object> group,
            Function<SummaryStatement.Figures, Long> count) {
        Map<String, Long> counts = new HashMap<>();
        for (SummaryStatement.Figures figures : summary) {
            if (group.apply(figures) != null && count.apply(figures) > 0) {
                counts.put(String.valueOf(group.apply(figures)), count.apply(figures));
            }
        }
        return counts;
    }

    private static Map<String, Long> perGroup(
            QueryEngine engine, MetricsQuery query, Grouping grouping, QueryMetric metric) {
        MetricsQuery grouped = new MetricsQuery(
                query.windows(), List.of(metric), List.of(grouping), query.filter(), List.of(), 10_000, 0);
        Map<String, Long> counts = new HashMap<>();
        for (QueryRow row : engine.answer(grouped)) {
            long count = Objects.requireNonNull(row.metrics().getFirst()).longValue();
            if (count > 0) {
                counts.put(String.valueOf(row.groups().getFirst()), count);
            }
        }
        return counts;
    }
}
