package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.summary.RollupSource;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.property.Property;
import com.altcontext.property.Shields;
import com.altcontext.testing.TestEvent;
import com.altcontext.testing.TestForm;
import com.altcontext.value.Issues;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Summaries and breakdowns from raw rows. {@link QueryAgreementTest} checks that the engine counts correctly. */
class RawFiguresTest {
    static final PropertyZones DEFAULT = zones(Property.UTC, "default");

    private final Site site = new Site("docs");
    private final QueryEngine engine = new QueryEngine(site.database.sql(), site.clock, Duration.ofMinutes(1));
    private final RawSummaries summaries = new RawSummaries(engine);
    private final RawBreakdowns breakdowns = new RawBreakdowns(engine);

    static PropertyZones zones(ZoneId zone, String... slugs) {
        return PropertyZones.of(Arrays.stream(slugs)
                .map(slug -> new Property(slug, Set.of(), zone, Shields.NONE, false))
                .toList());
    }

    static Filter filter(Object... filters) {
        Issues issues = new Issues();
        Filter filter = new FilterReader(issues, _ -> null).filters(List.of(filters));
        issues.throwIfAny();
        return filter;
    }

    static UUID visitorOf(Site site, String who) {
        return UUID.fromString(site.database
                .texts("SELECT visitor_id::text FROM visitors WHERE anon_id = 'visitor-" + who + "'")
                .getFirst());
    }

    private void link(Instant captured, String who, String link) {
        site.database.run(
                "INSERT INTO lead_identities (lead_id, visitor_id, property_id, source, confidence, linked_at, is_bot)"
                        + " SELECT id, '" + visitorOf(site, who) + "', property_id, " + link
                        + " FROM leads WHERE first_captured_at = '" + captured + "' AND NOT is_bot");
    }

    /**
     * Visits of every kind on two days: two sources, forms, a bot, a lead, and a lead that a bot sent with a person's
     * visitor id.
     */
    private void visits() {
        visits(site);
    }

    static void visits(Site site) {
        site.does(TestEvent.view("early", site.at(3, "08:00:00"), "/"));
        for (int ago = 2; ago >= 1; ago--) {
            site.does(
                    TestEvent.view("early", site.at(ago, "10:00:00"), "/").engaged(4_000),
                    TestEvent.view("new" + ago, site.at(ago, "11:00:00"), "/pricing")
                            .source(TrafficSource.EMAIL, new Utm("letter", "email", "spring", null, null), null)
                            .lcp(1_000 * ago),
                    TestEvent.view("new" + ago, site.at(ago, "11:01:00"), "/form")
                            .type("form_start"),
                    TestEvent.view("new" + ago, site.at(ago, "11:02:00"), "/form")
                            .type("form_submit"),
                    TestEvent.view("crawler", site.at(ago, "12:00:00"), "/").device(DeviceType.BOT));
        }
        site.captures("default", visitorOf(site, "new1"), site.at(1, "11:02:00"));
        site.captures(TestForm.by("bot@example.ca", site.at(2, "11:02:00"))
                .visitor("visitor-new2")
                .byBot());
    }

    @Test
    void without_a_filter_the_figures_from_raw_rows_agree_with_the_rollups() {
        visits();
        // Links that do not count: a guess, a link of a bot, and a link made a day after the capture.
        link(site.at(1, "11:02:00"), "early", "'same_ip_ua_window', 0.35, first_captured_at, false");
        link(site.at(1, "11:02:00"), "new2", "'form_submit', 1, first_captured_at, true");
        site.captures("default", visitorOf(site, "new2"), site.at(2, "11:03:00"));
        link(site.at(2, "11:03:00"), "early", "'form_submit', 1, first_captured_at + interval '1 day', false");
        site.rollUp();
        Window window = new Window(site.day(2), site.day(1));
        Summary rolled = new Summaries(site.database.sql(), RollupSource.TABLES, site.clock)
                .of(window, null, "default", site.today());

        Summary raw = summaries.of(window, DEFAULT, Filter.none());

        for (Metric metric : Metric.values()) {
            Number expected = rolled.of(metric).value();
            Number found = raw.of(metric).value();
            if (expected == null || found == null) {
                assertThat(found).as(metric.key()).isEqualTo(expected);
            } else {
                assertThat(found.doubleValue()).as(metric.key()).isCloseTo(expected.doubleValue(), within(1e-9));
            }
        }
        assertThat(raw.trafficSourceMix()).isEqualTo(rolled.trafficSourceMix());
        raw.webVitals().forEach((vital, found) -> {
            Double expected = rolled.of(vital).p75();
            if (expected == null) {
                assertThat(found.p75()).isNull();
            } else {
                assertThat(found.p75()).isCloseTo(expected, within(expected / 50));
            }
        });
        for (int day = 0; day < 2; day++) {
            assertThat(raw.trend().get(day).uniqueVisitors())
                    .isEqualTo(rolled.trend().get(day).uniqueVisitors());
            assertThat(raw.trend().get(day).pageViews())
                    .isEqualTo(rolled.trend().get(day).pageViews());
            assertThat(raw.trend().get(day).sessions())
                    .isEqualTo(rolled.trend().get(day).sessions());
            assertThat(raw.trend().get(day).newLeads())
                    .isEqualTo(rolled.trend().get(day).newLeads());
        }
    }

    @Test
    void a_filtered_summary_counts_whole_sessions_and_gives_a_reason_for_each_unknown_figure() {
        visits();
        Window window = new Window(site.day(2), site.day(1));

        Summary pricing = summaries.of(window, DEFAULT, filter(List.of("is", "path", List.of("/pricing"))));

        assertThat(pricing.of(Metric.UNIQUE_VISITORS).value()).isEqualTo(2L);
        assertThat(pricing.of(Metric.SESSIONS).value()).isEqualTo(2L);
        assertThat(pricing.of(Metric.PAGE_VIEWS).value()).isEqualTo(2L);
        // These sessions converted on another page, which counts because sessions are kept as a whole.
        assertThat(pricing.of(Metric.LANDING_CONVERSION_RATE).value()).isEqualTo(1.0);
        assertThat(pricing.of(Metric.FORM_COMPLETION_RATE).value()).isEqualTo(1.0);
        assertThat(pricing.of(Metric.RETURNING_VISITORS).value()).isEqualTo(0.0);
        assertThat(pricing.of(Metric.LEAD_CAPTURE_RATE).value()).isEqualTo(0.5);
        assertThat(Objects.requireNonNull(pricing.of(Metric.TIME_TO_CAPTURE).value())
                        .doubleValue())
                .isCloseTo(120 / 3600.0, within(1e-9));
        assertThat(pricing.trafficSourceMix()).containsEntry("email", 1.0).containsEntry("direct", 0.0);
        assertThat(pricing.ingest()).isNull();
        assertThat(pricing.reasons())
                .containsOnlyKeys("ingest", "trend.newLeads", "metrics.newLeads", "metrics.newMailableLeads");
        assertThat(pricing.trend()).hasSize(2);

        Summary nobody = summaries.of(window, DEFAULT, filter(List.of("is", "country", List.of("XX"))));
        assertThat(nobody.of(Metric.UNIQUE_VISITORS).value()).isEqualTo(0L);
        assertThat(nobody.of(Metric.BOUNCE_RATE).value()).isNull();
        assertThat(nobody.of(Metric.LEAD_CAPTURE_RATE).value()).isNull();
        assertThat(nobody.trafficSourceMix().values()).containsOnlyNulls();
    }

    @Test
    void a_filter_may_combine_a_missing_value_with_texts() {
        visits();
        Window window = new Window(site.day(2), site.day(1));

        assertThat(sessions(window, "is", Arrays.asList(null, "letter"))).isEqualTo(4L);
        assertThat(sessions(window, "is", Arrays.asList("other", null))).isEqualTo(2L);
        assertThat(sessions(window, "is_not", Arrays.asList("other", null))).isEqualTo(2L);
        assertThat(sessions(window, "is_not", Arrays.asList(null, "letter"))).isEqualTo(0L);
    }

    private Number sessions(Window window, String operator, List<@Nullable String> sources) {
        return Objects.requireNonNull(summaries
                .of(window, DEFAULT, filter(List.of(operator, "utm_source", sources)))
                .of(Metric.SESSIONS)
                .value());
    }

    @Test
    void visitors_who_come_every_day_count_once_in_each_row() {
        for (int ago = 5; ago >= 1; ago--) {
            site.does(
                    TestEvent.view("a", site.at(ago, "10:00:00"), "/"),
                    TestEvent.view("b", site.at(ago, "10:00:00"), "/"),
                    TestEvent.view("b", site.at(ago, "10:01:00"), "/only-" + ago));
        }
        Window week = new Window(site.day(6), site.day(1));

        Breakdown devices = breakdowns.of(named("device"), week, DEFAULT, Filter.none(), 50);
        Breakdown pages = breakdowns.of(named("path"), week, DEFAULT, Filter.none(), 2);

        assertThat(devices.rows()).containsExactly(new Breakdown.Value("desktop", new Breakdown.Sums(2L, 15, 10, 0)));
        assertThat(devices.total()).isEqualTo(new Breakdown.AdditiveSums(15L, 10L, 0L));
        assertThat(devices.other()).isEqualTo(new Breakdown.AdditiveSums(0L, 0L, 0L));
        assertThat(pages.rows().getFirst()).isEqualTo(new Breakdown.Value("/", new Breakdown.Sums(2L, 10, 10, 0)));
        assertThat(pages.rows()).hasSize(2);
        assertThat(pages.total()).isEqualTo(new Breakdown.AdditiveSums(15L, null, null));
        assertThat(pages.other()).isEqualTo(new Breakdown.AdditiveSums(4L, null, null));
        assertThat(breakdowns
                        .of(named("props.x"), new Window(site.today(), site.today()), DEFAULT, Filter.none(), 5)
                        .total())
                .isEqualTo(new Breakdown.AdditiveSums(0L, null, null));
    }

    private static Grouping named(String name) {
        return Objects.requireNonNull(Grouping.named(name));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 20})
    void a_session_matches_a_filter_by_an_event_after_the_end_of_the_window(int daysAgo) {
        site.does(
                TestEvent.view("lark", site.at(daysAgo, "05:00:00"), "/"),
                TestEvent.view("owl", site.at(daysAgo, "23:55:00"), "/"),
                TestEvent.view("owl", site.at(daysAgo - 1, "00:05:00"), "/late"));

        Summary kept = summaries.of(
                new Window(site.day(daysAgo), site.day(daysAgo)),
                DEFAULT,
                filter(List.of("is", "path", List.of("/late"))));

        assertThat(kept.of(Metric.SESSIONS).value()).isEqualTo(1L);
    }

    @Test
    void a_session_matches_a_filter_by_a_goal_reached_days_before_the_window() {
        Instant begin = site.at(4, "10:00:00");
        site.does(IntStream.rangeClosed(0, 191)
                .mapToObj(
                        i -> TestEvent.view("owl", begin.plus(Duration.ofMinutes(20L * i)), i == 0 ? "/goal" : "/two"))
                .toArray(TestEvent[]::new));
        Filter reached = new Filter.Reached(false, List.of(new Goal("g", new Goal.Page("/goal"))));

        Breakdown pages = breakdowns.of(named("path"), new Window(site.day(2), site.day(2)), DEFAULT, reached, 5);

        assertThat(pages.rows()).containsExactly(new Breakdown.Value("/two", new Breakdown.Sums(1L, 72, 0, 0)));
    }

    @Test
    void a_day_begins_at_midnight_in_the_propertys_time_zone() {
        ZoneId toronto = ZoneId.of("America/Toronto");
        Instant midnight = site.day(2).atStartOfDay(toronto).toInstant();
        site.does(
                TestEvent.view("before", midnight.minusSeconds(1), "/"),
                TestEvent.view("first", midnight, "/"),
                TestEvent.view("last", midnight.plus(Duration.ofHours(23)), "/"));
        LocalDate day = site.day(2);

        Summary summary = summaries.of(new Window(day, day), zones(toronto, "default"), Filter.none());

        assertThat(summary.of(Metric.UNIQUE_VISITORS).value()).isEqualTo(2L);
        assertThat(summary.trend().getFirst().sessions()).isEqualTo(2);
    }

    @Test
    void a_window_has_the_days_of_each_propertys_time_zone() {
        PropertyZones both = PropertyZones.of(List.of(
                new Property("default", Set.of(), Property.UTC, Shields.NONE, false),
                new Property("docs", Set.of(), ZoneId.of("Pacific/Auckland"), Shields.NONE, false)));
        Instant evening = Instant.parse("2026-01-31T20:00:00Z");

        assertThat(both.latestToday(evening)).isEqualTo(LocalDate.parse("2026-02-01"));
        assertThat(both.earliestToday(evening)).isEqualTo(LocalDate.parse("2026-01-31"));
        Window february = new Window(LocalDate.parse("2026-02-01"), LocalDate.parse("2026-02-01"));
        assertThat(both.windows(february))
                .containsExactlyInAnyOrder(
                        new ZoneWindow(
                                Property.UTC,
                                List.of("default"),
                                Instant.parse("2026-02-01T00:00:00Z"),
                                Instant.parse("2026-02-02T00:00:00Z")),
                        new ZoneWindow(
                                ZoneId.of("Pacific/Auckland"),
                                List.of("docs"),
                                Instant.parse("2026-01-31T11:00:00Z"),
                                Instant.parse("2026-02-01T11:00:00Z")));
        // 1 February has not begun in UTC, so the part of 31 January that it is compared with is empty.
        assertThat(both.windowsUntil(february.back(1), evening, 1))
                .extracting(ZoneWindow::end, ZoneWindow::isPart)
                .containsExactlyInAnyOrder(
                        tuple(Instant.parse("2026-01-31T00:00:00Z"), true),
                        tuple(Instant.parse("2026-01-30T20:00:00Z"), true));
        // 31 January is over in Auckland, so it is compared with all of 30 January.
        assertThat(both.windowsUntil(february.back(2), evening, 1))
                .extracting(ZoneWindow::end, ZoneWindow::isPart)
                .containsExactlyInAnyOrder(
                        tuple(Instant.parse("2026-01-30T20:00:00Z"), true),
                        tuple(Instant.parse("2026-01-30T11:00:00Z"), false));
        // A day is as long as it is in its time zone: Toronto's clocks go forward on 8 March.
        PropertyZones toronto = zones(ZoneId.of("America/Toronto"), "default");
        LocalDate short_ = LocalDate.parse("2026-03-08");
        ZoneWindow window = toronto.windows(new Window(short_, short_)).getFirst();
        assertThat(Duration.between(window.start(), window.end())).isEqualTo(Duration.ofHours(23));
    }
}
