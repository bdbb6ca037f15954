package com.altcontext.metrics.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.altcontext.attribution.DeviceType;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.TrendPoint;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.rollup.ImportedDays.Day;
import com.altcontext.metrics.rollup.ImportedDays.Sum;
import com.altcontext.metrics.summary.Breakdowns;
import com.altcontext.metrics.summary.RollupSource;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.testing.TestEvent;
import com.altcontext.value.Rejected;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImportedDaysTest {
    private final Site site = new Site();
    private final Summaries summaries = new Summaries(site.database.sql(), RollupSource.TABLES, site.clock);

    @BeforeEach
    void countedAndImportedVisits() {
        site.does(TestEvent.view("a", site.at(3, "10:00:00"), "/"));
        site.rollUp();
        save(
                new Day(
                        site.day(9),
                        10,
                        30,
                        12,
                        3,
                        Map.of("email", 9L),
                        Map.of(Dimension.PATH, Map.of("/", new Sum(12, 30)))),
                new Day(site.day(8), 6, 9, 8, 8, Map.of("direct", 8L), Map.of()));
    }

    private void save(Day... days) {
        save("default", days);
    }

    private void save(String property, Day... days) {
        site.database.sql().inTransaction(tx -> {
            ImportedDays.save(tx, property, List.of(days), _ -> {});
            return days.length;
        });
    }

    private Summary days(int firstAgo, int lastAgo) {
        return summaries.of(new Window(site.day(firstAgo), site.day(lastAgo)), null, "default", site.today());
    }

    @Test
    void sums_add_up_and_figures_that_need_more_than_sums_are_null_with_a_reason() {
        Summary both = days(9, 3);

        assertThat(both.of(Metric.PAGE_VIEWS).value()).isEqualTo(40L);
        assertThat(both.of(Metric.SESSIONS).value()).isEqualTo(21L);
        assertThat(both.of(Metric.BOUNCE_RATE).value()).isEqualTo(12 / 21.0);
        assertThat(both.reasons().get("window"))
                .isEqualTo("another system counted 2 of the window's days, and gave only sums");
        for (Metric unknown : List.of(
                Metric.UNIQUE_VISITORS,
                Metric.RETURNING_VISITORS,
                Metric.ENGAGED_TIME,
                Metric.LEAD_CAPTURE_RATE,
                Metric.FORM_COMPLETION_RATE,
                Metric.LANDING_CONVERSION_RATE)) {
            assertThat(both.of(unknown).value()).as(unknown.key()).isNull();
            assertThat(both.reasons()).as(unknown.key()).containsKey("metrics." + unknown.key());
        }
        assertThat(days(7, 3).reasons()).isEmpty();
        assertThat(days(7, 3).of(Metric.UNIQUE_VISITORS).value()).isEqualTo(1L);
    }

    @Test
    void removed_days_are_no_longer_in_the_figures_of_all_properties() {
        site.database.run("INSERT INTO properties (id, name) VALUES ('late', 'P')");
        save("late", new Day(site.day(9), 1, 100, 1, 0, Map.of(), Map.of()));
        Window window = new Window(site.day(9), site.day(3));
        assertThat(summaries
                        .of(window, null, null, site.today())
                        .of(Metric.PAGE_VIEWS)
                        .value())
                .isEqualTo(140L);

        site.database.sql().inTransaction(tx -> {
            ImportedDays.remove(tx, "late");
            return 0;
        });

        assertThat(summaries
                        .of(window, null, null, site.today())
                        .of(Metric.PAGE_VIEWS)
                        .value())
                .isEqualTo(40L);
    }

    @Test
    void removed_days_are_no_longer_in_the_figures_of_their_property() {
        assertThat(days(9, 3).of(Metric.PAGE_VIEWS).value()).isEqualTo(40L);

        int removed = site.database.sql().inTransaction(tx -> ImportedDays.remove(tx, "default"));

        assertThat(removed).isEqualTo(2);
        assertThat(days(9, 3).of(Metric.PAGE_VIEWS).value()).isEqualTo(1L);
        assertThat(days(9, 3).of(Metric.UNIQUE_VISITORS).value()).isEqualTo(1L);
        assertThat(new Breakdowns(site.database.sql())
                        .of(Dimension.PATH, new Window(site.day(9), site.day(3)), 10, "default")
                        .rows())
                .extracting(row -> row.sums().pageViews())
                .containsExactly(1L);
    }

    @Test
    void unique_visitors_are_known_for_a_single_day() {
        Summary one = days(9, 9);

        assertThat(one.of(Metric.UNIQUE_VISITORS).value()).isEqualTo(10L);
        assertThat(days(9, 8).of(Metric.UNIQUE_VISITORS).value()).isNull();
        assertThat(days(9, 8).trend()).extracting(TrendPoint::uniqueVisitors).containsExactly(10L, 6L);
    }

    @Test
    void sessions_without_a_source_count_as_unknown() {
        Map<String, Object> mix = new HashMap<>(days(9, 9).trafficSourceMix());

        assertThat(mix)
                .containsEntry("email", 0.75)
                .containsEntry("unknown", 0.25)
                .containsEntry("direct", 0.0);

        save(new Day(site.day(9), 10, 30, 12, 3, Map.of("email", 6L, "unknown", 3L), Map.of()));
        assertThat(days(9, 9).trafficSourceMix()).containsEntry("email", 0.5).containsEntry("unknown", 0.5);
    }

    @Test
    void a_breakdown_adds_up_imported_and_counted_days() {
        Breakdown pages = new Breakdowns(site.database.sql())
                .of(Dimension.PATH, new Window(site.day(9), site.day(3)), 10, "default");

        assertThat(pages.rows().getFirst()).satisfies(row -> {
            assertThat(row.value()).isEqualTo("/");
            assertThat(row.sums().pageViews()).isEqualTo(31);
            assertThat(row.sums().sessions()).isEqualTo(13);
        });
    }

    private Breakdown breakdown(Dimension dimension, int firstAgo, int lastAgo) {
        return new Breakdowns(site.database.sql())
                .of(dimension, new Window(site.day(firstAgo), site.day(lastAgo)), 10, "default");
    }

    @Test
    void a_breakdown_includes_sessions_and_page_views_without_a_value() {
        save(new Day(
                site.day(9),
                10,
                30,
                12,
                3,
                Map.of("email", 9L),
                Map.of(
                        Dimension.TRAFFIC_SOURCE,
                        Map.of("email", new Sum(9, 20)),
                        Dimension.UTM_CAMPAIGN,
                        Map.of("autumn", new Sum(4, 10)),
                        Dimension.COUNTRY,
                        Map.of("CA", new Sum(12, 20)),
                        // A session with two pages counts for both.
                        Dimension.PATH,
                        Map.of("/", new Sum(12, 15), "/a", new Sum(5, 15)))));

        for (Dimension dimension : Dimension.values()) {
            Breakdown day = breakdown(dimension, 9, 9);
            assertThat(day.total().pageViews()).as(dimension.key()).isEqualTo(30L);
            assertThat(day.total().sessions())
                    .as(dimension.key())
                    .isEqualTo(dimension.isOfEvents() ? null : (Long) 12L);
        }
        assertThat(breakdown(Dimension.PATH, 9, 9).rows())
                .extracting(Breakdown.Value::value)
                .containsExactly("/", "/a");
        assertThat(breakdown(Dimension.UTM_CAMPAIGN, 9, 9).rows())
                .extracting(Breakdown.Value::value)
                .containsExactly(null, "autumn");
        assertThat(breakdown(Dimension.TRAFFIC_SOURCE, 9, 9).rows())
                .extracting(Breakdown.Value::value)
                .containsExactly("email", "unknown");
    }

    @Test
    void sessions_without_a_value_have_no_page_views_if_the_values_have_more_than_the_day() {
        save(new Day(site.day(8), 6, 9, 8, 8, Map.of(), Map.of(Dimension.DEVICE, Map.of("mobile", new Sum(3, 11)))));

        assertThat(breakdown(Dimension.DEVICE, 8, 8).rows())
                .extracting(
                        Breakdown.Value::value,
                        row -> row.sums().sessions(),
                        row -> row.sums().pageViews())
                .containsExactly(tuple("unknown", 5L, 0L), tuple("mobile", 3L, 11L));
    }

    @Test
    void conversions_of_a_breakdown_are_null_with_the_reason() {
        Breakdown entrances = breakdown(Dimension.LANDING_PATH, 9, 3);

        assertThat(entrances.reasons())
                .containsEntry("window", "another system counted 2 of the window's days, and gave only sums")
                .containsKeys("rows.conversions", "other.conversions", "total.conversions");
        assertThat(entrances.rows()).isNotEmpty().noneMatch(Breakdown.Value::hasConversions);
        assertThat(entrances.total().conversions()).isNull();
        assertThat(entrances.other().conversions()).isNull();
        assertThat(breakdown(Dimension.PATH, 9, 3).reasons())
                .containsKey("rows.conversions")
                .doesNotContainKey("total.conversions");
        assertThat(breakdown(Dimension.LANDING_PATH, 7, 3).reasons()).containsOnlyKeys("rows.visitors");
        assertThat(breakdown(Dimension.LANDING_PATH, 7, 3).total().conversions())
                .isZero();
    }

    @Test
    void an_imported_day_is_never_recomputed() {
        // A late event on an imported day.
        site.does(TestEvent.view("b", site.at(8, "10:00:00"), "/"));
        assertThatThrownBy(() -> site.rollup().run(site.day(8), "default")).isInstanceOf(RollupRefused.class);
        assertThat(site.rollupDays().plan("default")).contains(site.day(7)).doesNotContain(site.day(8));
        site.rollUp();

        assertThat(days(8, 8).of(Metric.SESSIONS).value()).isEqualTo(8L);
    }

    @Test
    void an_imported_day_is_not_recomputed_when_the_time_zone_of_the_property_changes() {
        var _ = site.database.texts("SELECT ensure_event_partition(?)", site.day(9));
        site.now = site.now.plusSeconds(20 * 86_400);
        site.rollUp();
        assertThat(site.rollupDays().plan(null)).doesNotContain(site.day(29), site.day(23));

        site.database.run("UPDATE properties SET time_zone = 'America/Toronto'");

        assertThat(site.rollupDays().plan(null)).contains(site.day(23)).doesNotContain(site.day(29));
        assertThat(site.rollupDays().status().unsettled())
                .contains(site.day(23))
                .doesNotContain(site.day(29));
    }

    @Test
    void days_between_the_last_imported_day_and_the_first_counted_day_are_not_gaps() {
        var _ = site.database.texts("SELECT ensure_event_partition(?)", site.day(20));
        site.rollUp();
        site.database.run("INSERT INTO properties (id, name) VALUES ('late', 'P')");
        save("late", new Day(site.day(40), 1, 1, 1, 1, Map.of(), Map.of()));
        site.rollUp();
        Window window = new Window(site.day(25), site.today());

        assertThat(summaries.of(window, null, "late", site.today()).freshness().gaps())
                .isEmpty();
        site.database.run(
                "DELETE FROM daily_metric_rollups WHERE property_id = 'late' AND day = '" + site.day(4) + "'");
        Summaries anew = new Summaries(site.database.sql(), RollupSource.TABLES, site.clock);
        assertThat(anew.freshness(window, "late", site.today()).gaps()).containsExactly(site.day(4));
    }

    @Test
    void importing_a_day_that_has_events_is_refused() {
        assertThatThrownBy(() -> save(new Day(site.day(3), 1, 1, 1, 1, Map.of(), Map.of())))
                .isInstanceOf(Rejected.class);
        assertThat(days(3, 3).of(Metric.SESSIONS).value()).isEqualTo(1L);

        site.does(TestEvent.view("early", site.at(6, "10:00:00"), "/"));
        assertThatThrownBy(() -> save(new Day(site.day(6), 1, 1, 1, 1, Map.of(), Map.of())))
                .as("a day with events that are not rolled up yet")
                .isInstanceOf(Rejected.class);

        site.database.run("UPDATE properties SET time_zone = 'America/Toronto'");
        site.does(TestEvent.view("earlier", site.at(6, "02:00:00"), "/"));
        assertThatThrownBy(() -> save(new Day(site.day(7), 1, 1, 1, 1, Map.of(), Map.of())))
                .as("a day with an event late in its evening in Toronto")
                .isInstanceOf(Rejected.class);
    }

    /** Otherwise a crawler, or a test of a new service, would keep out the days until the site uses the service. */
    @Test
    void a_day_on_which_only_bots_came_is_not_one_that_the_property_counted_itself() {
        site.does(TestEvent.view("crawler", site.at(9, "10:00:00"), "/").device(DeviceType.BOT));
        site.rollUp();

        save(new Day(site.day(9), 1, 5, 1, 1, Map.of(), Map.of()));

        assertThat(days(9, 3).of(Metric.PAGE_VIEWS).value()).isEqualTo(15L);
    }

    @Test
    void values_beyond_the_top_ones_are_stored_as_one_sum() {
        Map<String, Sum> pages = new HashMap<>();
        for (int i = 0; i < Rollup.MAX_VALUES + 3; i++) {
            pages.put("/" + i, new Sum(1, 2));
        }
        save(new Day(site.day(9), 1, 1, 1, 1, Map.of(), Map.of(Dimension.PATH, pages)));

        assertThat(site.database.count(
                        "SELECT page_views FROM daily_dimension_rollups WHERE dimension = 'path' AND rank = 0"))
                .isEqualTo(6);
        assertThat(site.database.count(
                        "SELECT count(*) FROM daily_dimension_rollups WHERE dimension = 'path' AND day = ?",
                        site.day(9)))
                .isEqualTo(Rollup.MAX_VALUES + 1);

        pages.keySet().removeAll(Set.of("/0", "/1", "/2"));
        save(new Day(site.day(9), 1, 1, 1, 1, Map.of(), Map.of(Dimension.PATH, pages)));
        assertThat(site.database.count("SELECT count(*) FROM daily_dimension_rollups WHERE rank = 0"))
                .as("no row for other values if there are none")
                .isZero();
    }

    @Test
    void the_values_of_a_day_are_saved_by_one_statement() {
        // cmin is the number of the command in its transaction. All rows inserted by one statement share it.
        assertThat(site.database.count(
                        "SELECT count(DISTINCT cmin::text) FROM daily_dimension_rollups WHERE day = ?", site.day(9)))
                .isEqualTo(1);
        assertThat(site.database.count("SELECT count(*) FROM daily_dimension_rollups WHERE day = ?", site.day(9)))
                .isGreaterThan(5);
    }
}
