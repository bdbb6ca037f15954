package com.altcontext.metrics.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.rollup.ImportedDays;
import com.altcontext.testing.TestEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeptRollupsTest {
    private final Site site = new Site("docs");
    private final Summaries summaries = new Summaries(site.database.sql(), RollupSource.TABLES, site.clock);

    private Summary days(int firstAgo, int lastAgo) {
        Window window = new Window(site.day(firstAgo), site.day(lastAgo));
        return summaries.of(window, window.back(window.days()), "default", site.today());
    }

    private void purgedBefore(int daysAgo) {
        site.database.run(
                "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions,"
                        + " visitors, rollups, rejections, days_left) VALUES (now(), '" + site.day(daysAgo) + "', '"
                        + site.day(daysAgo) + "', 0, 0, 0, 0, 0, 0, 0, 0)",
                "DELETE FROM daily_metric_rollups WHERE day < '" + site.day(daysAgo) + "'");
    }

    @Test
    void a_window_that_begins_before_the_first_kept_rollup_is_refused() {
        for (int ago = 6; ago >= 1; ago--) {
            site.does(TestEvent.view("a", site.at(ago, "10:00:00"), "/"));
        }
        site.rollUp();
        Breakdowns breakdowns = new Breakdowns(site.database.sql());
        assertThat(days(6, 1).of(Metric.SESSIONS).value()).isEqualTo(6L);

        purgedBefore(4);

        for (String property : Arrays.asList("default", null)) {
            Window gone = new Window(site.day(5), site.day(1));
            assertThatThrownBy(() -> summaries.of(gone, null, property, site.today()))
                    .isInstanceOfSatisfying(
                            RollupsGone.class,
                            refused -> assertThat(refused.firstDay()).isEqualTo(site.day(4)));
            assertThatThrownBy(() -> breakdowns.of(Dimension.PATH, gone, 10, property))
                    .isInstanceOf(RollupsGone.class);
        }
        assertThat(days(4, 1).of(Metric.SESSIONS).value()).isEqualTo(4L);
        assertThat(breakdowns
                        .of(Dimension.PATH, new Window(site.day(4), site.day(1)), 10, "default")
                        .rows())
                .hasSize(1);
    }

    @Test
    void a_window_is_not_compared_with_a_window_that_begins_before_the_first_kept_rollup() {
        for (int ago = 4; ago >= 1; ago--) {
            site.does(TestEvent.view("a", site.at(ago, "10:00:00"), "/"));
        }
        site.rollUp();
        assertThat(days(2, 1).of(Metric.SESSIONS).delta()).isZero();

        purgedBefore(3);

        Summary summary = days(2, 1);
        assertThat(summary.of(Metric.SESSIONS)).isEqualTo(new Summary.Measure(2L, null));
        assertThat(summary.compareTo()).isEqualTo(new Window(site.day(4), site.day(3)));
        assertThat(summary.reasons()).containsEntry("compareTo", "figures are kept from " + site.day(3) + " on");
    }

    private void imported(int daysAgo) {
        site.database.sql().inTransaction(tx -> {
            ImportedDays.save(
                    tx,
                    "default",
                    List.of(new ImportedDays.Day(site.day(daysAgo), 1, 3, 2, 1, Map.of(), Map.of())),
                    _ -> {});
            return 0;
        });
    }

    @Test
    void days_after_the_last_imported_day_may_have_been_purged() {
        site.database.run("UPDATE properties SET created_at = created_at - interval '1 year'");
        purgedBefore(10);
        imported(15);

        assertThatThrownBy(() -> days(15, 9))
                .isInstanceOfSatisfying(
                        RollupsGone.class,
                        refused -> assertThat(refused.firstDay()).isEqualTo(site.day(10)));

        imported(11);
        assertThat(days(15, 9).of(Metric.SESSIONS).value()).isEqualTo(4L);
    }

    @Test
    void days_imported_after_a_purge_are_kept_until_the_next_purge() {
        site.database.run("UPDATE properties SET created_at = '" + site.at(10, "10:00:00") + "'");
        purgedBefore(10);
        imported(15);

        assertThat(days(15, 9).of(Metric.SESSIONS).value()).isEqualTo(2L);
        assertThatThrownBy(() -> days(16, 9))
                .isInstanceOfSatisfying(
                        RollupsGone.class,
                        refused -> assertThat(refused.firstDay()).isEqualTo(site.day(15)));

        purgedBefore(9);

        assertThatThrownBy(() -> days(15, 9))
                .isInstanceOfSatisfying(
                        RollupsGone.class,
                        refused -> assertThat(refused.firstDay()).isEqualTo(site.day(9)));
    }
}
