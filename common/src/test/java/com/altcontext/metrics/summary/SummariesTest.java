package com.altcontext.metrics.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.event.WebVitals;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.TrendPoint;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.check.RollupCheck;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SummariesTest {
    private static final Utm ADS = new Utm("ads", "cpc", "spring", null, null);

    private final Site site = new Site("docs");
    private final Summaries summaries = new Summaries(site.database.sql(), RollupSource.TABLES, site.clock);

    private Summary days(int firstAgo, int lastAgo) {
        Window window = new Window(site.day(firstAgo), site.day(lastAgo));
        return summaries.of(window, window.back(window.days()), "default", site.today());
    }

    private static double value(Summary summary, Metric metric) {
        Number value = summary.of(metric).value();
        assertThat(value).as(metric.key()).isNotNull();
        return value == null ? Double.NaN : value.doubleValue();
    }

    private List<Breakdown.Value> rows(Dimension dimension) {
        return new Breakdowns(site.database.sql())
                .of(dimension, new Window(site.day(6), site.today()), 50, "default")
                .rows();
    }

    @Test
    void unique_visitors_of_a_week_are_not_the_sum_of_its_days() {
        for (int ago = 3; ago >= 1; ago--) {
            site.does(
                    TestEvent.view("a", site.at(ago, "10:00:00"), "/"),
                    TestEvent.view("b", site.at(ago, "11:00:00"), "/"));
        }
        site.rollUp();

        Summary week = days(3, 1);

        assertThat(value(week, Metric.UNIQUE_VISITORS)).isEqualTo(2);
        assertThat(week.trend()).extracting(TrendPoint::uniqueVisitors).containsExactly(2L, 2L, 2L);
        assertThat(value(week, Metric.RETURNING_VISITORS)).isZero();
        assertThat(value(days(2, 1), Metric.RETURNING_VISITORS)).isEqualTo(1);
    }

    @Test
    void a_percentile_of_two_days_is_computed_from_all_their_values() {
        site.does(TestEvent.view("slow", site.at(2, "10:00:00"), "/")
                .vitals(new WebVitals(null, 10_000.0, 0.0, null, null)));
        for (int i = 0; i < 9; i++) {
            site.does(TestEvent.view("v" + i, site.at(1, "10:00:00"), "/").lcp(1_000));
        }
        site.rollUp();

        Summary.Percentiles lcp = days(2, 1).of(Vital.LCP);

        assertThat(lcp.p75()).isCloseTo(1_000, within(10.0));
        assertThat(lcp.p95()).isCloseTo(10_000, within(100.0));
        assertThat(days(2, 1).of(Vital.INP).p75()).isZero();
        assertThat(days(2, 1).of(Vital.CLS).p75()).isNull();
    }

    @Test
    void only_the_first_page_view_of_a_session_is_its_entrance_whatever_the_sender_claims() {
        site.claimsEntrance(
                TestEvent.view("a", site.at(1, "10:00:00"), "/first"),
                TestEvent.view("a", site.at(1, "10:01:00"), "/second"),
                TestEvent.view("a", site.at(1, "10:02:00"), "/last"));
        site.rollUp();

        assertThat(rows(Dimension.LANDING_PATH))
                .containsExactly(new Breakdown.Value("/first", new Breakdown.Sums(null, 3, 1, 0)));
        assertThat(rows(Dimension.EXIT_PATH))
                .containsExactly(new Breakdown.Value("/last", new Breakdown.Sums(null, 3, 1, 0)));
        assertThat(rows(Dimension.PATH)).hasSize(3);
    }

    @Test
    void a_conversion_anywhere_in_a_session_counts_for_its_landing_page() {
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/landing"),
                TestEvent.view("a", site.at(1, "10:01:00"), "/form"),
                TestEvent.view("a", site.at(1, "10:02:00"), "/form").type("form_submit"),
                TestEvent.view("b", site.at(1, "10:00:00"), "/landing"));
        site.rollUp();

        assertThat(value(days(1, 1), Metric.LANDING_CONVERSION_RATE)).isEqualTo(0.5);
        assertThat(rows(Dimension.LANDING_PATH))
                .containsExactly(new Breakdown.Value("/landing", new Breakdown.Sums(null, 3, 2, 1)));
    }

    @Test
    void a_second_page_without_utm_belongs_to_the_same_campaign_session() {
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/").source(TrafficSource.PAID_SEARCH, ADS, null),
                TestEvent.view("a", site.at(1, "10:01:00"), "/two")
                        .source(TrafficSource.INTERNAL, Utm.NONE, "example.com"));
        site.rollUp();

        Summary day = days(1, 1);
        assertThat(value(day, Metric.SESSIONS)).isEqualTo(1);
        assertThat(value(day, Metric.BOUNCE_RATE)).isZero();
        assertThat(day.trafficSourceMix())
                .hasSize(9)
                .containsEntry("paid_search", 1.0)
                .containsEntry("internal", 0.0);
        assertThat(rows(Dimension.UTM_SOURCE))
                .containsExactly(new Breakdown.Value("ads", new Breakdown.Sums(null, 2, 1, 0)));
    }

    @Test
    void bots_are_counted_only_as_bot_events() {
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/").vitals(new WebVitals(null, null, null, 100.0, 0.1)),
                TestEvent.view("bot", site.at(1, "10:00:00"), "/")
                        .device(DeviceType.BOT)
                        .vitals(new WebVitals(null, null, null, 9_000.0, 9.0)));
        site.database.run("INSERT INTO ingest_rejections SELECT '" + site.day(1)
                + "', 'default', route, reason, count FROM (VALUES"
                + " ('events', 'invalid_request', 2), ('events/batch', 'honeypot', 5),"
                + " ('leads/capture', 'invalid_request', 70)) AS counts(route, reason, count)");
        site.rollUp();

        Summary day = days(1, 1);
        assertThat(value(day, Metric.UNIQUE_VISITORS)).isEqualTo(1);
        assertThat(value(day, Metric.PAGE_VIEWS)).isEqualTo(1);
        assertThat(day.of(Vital.CLS).p95()).isCloseTo(0.1, within(0.001));
        assertThat(Objects.requireNonNull(day.ingest()).accepted()).isEqualTo(1);
        assertThat(Objects.requireNonNull(day.ingest()).botEvents()).isEqualTo(1);
        assertThat(Objects.requireNonNull(day.ingest()).rejected()).isEqualTo(7);
        assertThat(Objects.requireNonNull(day.ingest()).rejectedByReason())
                .containsOnlyKeys("honeypot", "invalid_request");
        assertThat(Objects.requireNonNull(day.ingest()).successPct()).isCloseTo(1 / 3.0, within(1e-9));
        assertThat(Objects.requireNonNull(day.ingest()).p95TtfbMs()).isCloseTo(100, within(1.0));
    }

    @Test
    void a_summary_says_how_old_its_figures_are() {
        assertThat(days(1, 1).freshness()).isEqualTo(new Summary.Freshness(null, null, null, List.of(), site.now));
        site.rollUp();
        assertThat(days(1, 1).freshness())
                .isEqualTo(new Summary.Freshness(site.today(), site.now, 0, List.of(), site.now));
        assertThat(summaries
                        .freshness(new Window(site.day(1), site.day(1)), null, site.day(1))
                        .lagDays())
                .as("while a later day has begun in another time zone")
                .isZero();

        LocalDate rolled = site.today();
        Instant at = site.now;
        site.now = site.now.plus(Duration.ofDays(3));

        assertThat(days(1, 1).freshness()).isEqualTo(new Summary.Freshness(rolled, at, 3, List.of(), site.now));
    }

    @Test
    void days_that_were_not_rolled_up_are_listed_as_gaps() {
        var _ = site.rollup().run(site.day(5), null);
        var _ = site.rollup().run(site.day(4), "docs");
        var _ = site.rollup().run(site.day(2), null);
        Window week = new Window(site.day(6), site.today());

        assertThat(summaries.of(week, null, null, site.today()).freshness().gaps())
                .containsExactly(site.day(4), site.day(3));
        assertThat(summaries.of(week, null, "docs", site.today()).freshness().gaps())
                .containsExactly(site.day(3));
        assertThat(days(2, 0).freshness().gaps()).as("gaps of the window only").isEmpty();

        site.rollUp();
        assertThat(summaries.of(week, null, null, site.today()).freshness().gaps())
                .isEmpty();
    }

    @Test
    void a_ratio_over_zero_and_a_change_from_zero_are_null() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"), TestEvent.view("b", site.at(1, "10:00:00"), "/"));
        site.does(TestEvent.view("a", site.at(2, "10:00:00"), "/"));
        site.rollUp();

        Summary.Measure views = days(1, 1).of(Metric.PAGE_VIEWS);
        assertThat(views).isEqualTo(new Summary.Measure(2L, 1.0));
        assertThat(days(1, 1).compareTo()).isEqualTo(new Window(site.day(2), site.day(2)));
        assertThat(days(2, 2).of(Metric.PAGE_VIEWS)).isEqualTo(new Summary.Measure(1L, null));
        assertThat(days(3, 3).of(Metric.BOUNCE_RATE)).isEqualTo(new Summary.Measure(null, null));
        assertThat(days(3, 3).trafficSourceMix()).hasSize(9).containsEntry("direct", null);
        assertThat(days(3, 3).trend()).containsExactly(new TrendPoint(site.day(3), 0, 0, 0, 0L));
    }

    @Test
    void another_machines_rollup_is_seen_at_once() {
        site.rollUp();
        assertThat(value(days(1, 0), Metric.PAGE_VIEWS)).isZero();
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"), TestEvent.view("a", site.at(0, "10:00:00"), "/"));

        var _ = new Rollup(site.database.anotherMachine(), site.clock).run(site.day(1), null);
        assertThat(value(days(1, 0), Metric.PAGE_VIEWS)).isEqualTo(1);
        var _ = new Rollup(site.database.anotherMachine(), site.clock).run(site.today(), null);

        assertThat(value(days(1, 0), Metric.PAGE_VIEWS)).isEqualTo(2);
        assertThat(value(days(1, 0), Metric.UNIQUE_VISITORS)).isEqualTo(1);
    }

    @Test
    void the_figures_of_all_properties_are_sums_including_visitors() {
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/").lcp(1_000),
                TestEvent.view("a", site.at(1, "10:00:00"), "/")
                        .property("docs")
                        .lcp(3_000),
                TestEvent.view("a", site.at(2, "10:00:00"), "/").property("docs"));
        site.rollUp();

        Summary all = summaries.of(new Window(site.day(2), site.day(1)), null, null, site.today());

        assertThat(value(all, Metric.UNIQUE_VISITORS)).isEqualTo(2);
        assertThat(value(all, Metric.PAGE_VIEWS)).isEqualTo(3);
        assertThat(all.of(Vital.LCP).p95()).isCloseTo(3_000, within(30.0));
    }

    @Test
    void a_check_reports_each_difference_and_nothing_else() {
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/").lcp(1_000).engaged(5_000),
                TestEvent.view("b", site.at(1, "10:00:00"), "/").property("docs"));
        site.rollUp();
        RollupCheck check = new RollupCheck(site.database.sql(), site.clock);
        assertThat(check.check(site.day(1), null)).isEmpty();

        site.does(TestEvent.view("a", site.at(1, "10:01:00"), "/two"));
        site.database.run("UPDATE daily_metric_rollups SET visitor_sketch = '', unique_visitors = 9,"
                + " version = nextval('rollup_version') WHERE property_id = 'docs'");

        assertThat(check.check(site.day(1), null))
                .extracting(difference -> difference.property() + " " + difference.figure())
                .contains(
                        "default totalPageViews",
                        "default bounceRate",
                        "default path.values",
                        "default exit_path.1.sessions",
                        "docs uniqueVisitors")
                .doesNotContain("default sessions", "docs totalPageViews");
        assertThat(check.check(site.day(1), "docs"))
                .contains(new RollupCheck.Mismatch(site.day(1), "docs", "uniqueVisitors", 1.0, 9.0));
    }

    @Test
    void a_breakdown_of_all_properties_has_the_rollups_of_one_that_was_removed() {
        site.database.run("INSERT INTO properties (id, name) VALUES ('gone', 'P')");
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/a").property("gone"),
                TestEvent.view("b", site.at(1, "10:00:00"), "/b"));
        site.rollUp();
        site.database.run("DELETE FROM properties WHERE id = 'gone'");

        Breakdown pages =
                new Breakdowns(site.database.sql()).of(Dimension.PATH, new Window(site.day(1), site.day(1)), 10, null);

        assertThat(pages.rows()).extracting(Breakdown.Value::value).containsExactly("/a", "/b");
        assertThat(pages.total()).isEqualTo(new Breakdown.AdditiveSums(2L, null, null));
    }

    @Test
    void values_beyond_the_rows_of_a_breakdown_are_summed_up_as_other() {
        for (int ago = 2; ago >= 1; ago--) {
            for (String path : List.of("/a", "/b", "/c" + ago)) {
                site.does(TestEvent.view(path + ago, site.at(ago, "10:00:00"), path));
            }
            site.does(TestEvent.view("x" + ago, site.at(ago, "10:00:00"), "/a"));
        }
        site.rollUp();

        Breakdown pages = new Breakdowns(site.database.sql())
                .of(Dimension.PATH, new Window(site.day(2), site.day(1)), 2, "default");
        Breakdown entrances = new Breakdowns(site.database.sql())
                .of(Dimension.LANDING_PATH, new Window(site.day(2), site.day(1)), 2, "default");

        assertThat(pages.rows()).extracting(Breakdown.Value::value).containsExactly("/a", "/b");
        assertThat(pages.total()).isEqualTo(new Breakdown.AdditiveSums(8L, null, null));
        assertThat(pages.other()).isEqualTo(new Breakdown.AdditiveSums(2L, null, null));
        assertThat(entrances.total()).isEqualTo(new Breakdown.AdditiveSums(8L, 8L, 0L));
        assertThat(entrances.other()).isEqualTo(new Breakdown.AdditiveSums(2L, 2L, 0L));
        assertThat(pages.rows()).extracting(row -> row.sums().visitors()).containsOnlyNulls();
        assertThat(pages.reasons()).containsOnlyKeys("rows.visitors");
    }
}
