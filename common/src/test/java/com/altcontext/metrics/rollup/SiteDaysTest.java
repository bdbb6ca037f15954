package com.altcontext.metrics.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.metrics.Site;
import com.altcontext.metrics.check.RollupCheck;
import com.altcontext.testing.TestEvent;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A property's day begins and ends at midnight in the property's time zone. */
class SiteDaysTest {
    private final Site site = new Site("docs");

    /** Toronto changes its clocks on 8 March and 1 November 2026; Kathmandu is 5:45 ahead of UTC all year. */
    @ParameterizedTest
    @CsvSource({
        "America/Toronto, 2026-03-08, 2026-03-08T05:00:00Z, 2026-03-09T04:00:00Z, 23",
        "America/Toronto, 2026-03-09, 2026-03-09T04:00:00Z, 2026-03-10T04:00:00Z, 24",
        "America/Toronto, 2026-11-01, 2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z, 25",
        "Asia/Kathmandu, 2026-03-08, 2026-03-07T18:15:00Z, 2026-03-08T18:15:00Z, 24",
        "UTC, 2026-03-08, 2026-03-08T00:00:00Z, 2026-03-09T00:00:00Z, 24",
        "Pacific/Kiritimati, 2026-03-08, 2026-03-07T10:00:00Z, 2026-03-08T10:00:00Z, 24",
    })
    void a_day_is_counted_from_its_first_moment_to_its_last(
            String zone, LocalDate day, Instant start, Instant end, int hours) {
        zone("default", zone);
        site.now = end.plusSeconds(2 * 86_400);
        int hour = 0;
        for (Instant at = start; at.isBefore(end); at = at.plusSeconds(3_600)) {
            site.does(TestEvent.view("hourly", at, "/" + hour++));
        }
        site.does(
                TestEvent.view("before", start.minusMillis(1), "/before"),
                TestEvent.view("last", end.minusMillis(1), "/last"),
                TestEvent.view("after", end, "/after"));
        site.rollUp();

        assertThat(site.stored("page_views", day)).isEqualTo(hours + 1);
        assertThat(site.stored("unique_visitors", day)).isEqualTo(2);
        assertThat(site.stored("page_views", day.minusDays(1))).isEqualTo(1);
        assertThat(site.stored("page_views", day.plusDays(1))).isEqualTo(1);
        RollupCheck check = new RollupCheck(site.database.sql(), site.clock);
        for (int offset = -1; offset <= 1; offset++) {
            assertThat(check.check(day.plusDays(offset), null)).isEmpty();
        }
    }

    @Test
    void each_property_has_its_own_day() {
        zone("docs", "America/Toronto");
        for (String property : List.of("default", "docs")) {
            site.does(TestEvent.view("a", site.at(2, "02:00:00"), "/").property(property));
        }
        site.rollUp();

        assertThat(site.database.texts("SELECT property_id || ' ' || day || ' ' || time_zone FROM daily_metric_rollups"
                        + " WHERE page_views > 0 ORDER BY 1"))
                .containsExactly("default " + site.day(2) + " UTC", "docs " + site.day(3) + " America/Toronto");
    }

    @Test
    void each_property_has_its_own_yesterday_and_today() {
        zone("docs", "Pacific/Kiritimati");

        assertThat(site.rollup().refreshRecent())
                .extracting(RollupReceipt::day)
                .containsExactly(site.day(1), site.today(), site.day(-1));
        assertThat(site.database.texts("SELECT property_id FROM daily_metric_rollups WHERE day = ?", site.day(-1)))
                .as("a day that has begun only in the time zone of docs")
                .containsExactly("docs");
        assertThat(site.rollupDays().lastFullDays(null)).hasSize(8).endsWith(site.day(1));
        assertThat(site.rollupDays().status().lagDays()).isZero();
        assertThatThrownBy(() -> site.rollup().run(site.day(-1), "default"))
                .isInstanceOf(RollupRefused.class)
                .hasMessageContaining("still to come");
    }

    @Test
    void days_with_raw_events_are_recomputed_after_a_change_of_time_zone() {
        site.does(TestEvent.view("a", site.at(5, "02:00:00"), "/"));
        site.rollUp();
        site.now = site.now.plusSeconds(20 * 86_400);
        site.rollUp();
        assertThat(site.rollupDays().plan(null)).doesNotContain(site.day(25));

        zone("default", "America/Toronto");

        assertThat(site.rollupDays().plan(null)).contains(site.day(25), site.day(26));
        assertThat(site.rollupDays().status().unsettled()).contains(site.day(25));
        site.rollUp();
        assertThat(site.stored("page_views", site.day(25))).isZero();
        assertThat(site.stored("page_views", site.day(26))).isEqualTo(1);
        assertThat(site.rollupDays().plan(null)).doesNotContain(site.day(25));

        zone("docs", "Asia/Kathmandu");
        assertThat(site.rollupDays().plan("docs")).contains(site.day(25));
        assertThat(site.rollupDays().plan("default")).doesNotContain(site.day(25));
    }

    @Test
    void a_day_is_settled_once_its_events_can_no_longer_arrive_in_any_zone() {
        site.now = site.at(0, "11:59:59");
        assertThat(site.rollupDays().status().unsettled()).isEmpty();

        site.rollUp();
        assertThat(site.rollupDays().status().unsettled()).contains(site.day(8));

        site.now = site.now.plusSeconds(1);
        site.rollUp();
        assertThat(site.rollupDays().status().unsettled())
                .doesNotContain(site.day(8))
                .contains(site.day(7));
    }

    @Test
    void a_day_is_recomputed_only_for_properties_that_have_the_raw_events_of_all_its_hours() {
        zone("docs", "Asia/Kathmandu");
        site.does(
                TestEvent.view("a", site.at(6, "20:00:00"), "/").property("docs"),
                TestEvent.view("a", site.at(5, "01:00:00"), "/").property("docs"));
        site.rollUp();
        assertThat(site.stored("page_views", site.day(5))).isEqualTo(2);
        site.now = site.now.plusSeconds(20 * 86_400);
        var _ = site.database.texts("SELECT drop_event_partition(?)", site.day(26));

        var _ = site.rollup().run(site.day(25), null);

        assertThat(site.stored("page_views", site.day(25))).isEqualTo(2);
        List<LocalDate> planned = new ArrayList<>();
        zone("default", "Asia/Kathmandu");
        planned.addAll(site.rollupDays().plan(null));
        assertThat(planned).doesNotContain(site.day(25)).contains(site.day(24));
    }

    @Test
    void a_day_whose_first_hours_were_purged_is_not_planned() {
        zone("default", "Asia/Kathmandu");
        assertThat(site.rollupDays().plan("default")).contains(site.day(8));

        site.purged(site.day(8));

        assertThat(site.rollupDays().plan("default"))
                .doesNotContain(site.day(8))
                .contains(site.day(7));
    }

    @Test
    void a_purged_day_is_not_recomputed_when_its_partition_is_created_again() {
        site.does(TestEvent.view("a", site.at(5, "10:00:00"), "/"));
        site.rollUp();
        var _ = site.database.texts("SELECT drop_event_partition(?)", site.day(5));
        site.purged(site.day(4));
        var _ = site.database.texts("SELECT ensure_event_partition(?)", site.day(5));

        assertThatThrownBy(() -> site.rollup().run(site.day(5), null)).isInstanceOf(RollupRefused.class);
        assertThat(site.stored("page_views", site.day(5))).isEqualTo(1);
        assertThat(site.rollup().run(site.day(4), null).events())
                .as("the first day that is kept")
                .isZero();
    }

    private void zone(String property, String zone) {
        site.database.run("UPDATE properties SET time_zone = '" + zone + "' WHERE id = '" + property + "'");
    }
}
