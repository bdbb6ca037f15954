package com.altcontext.metrics.query;

import static com.altcontext.metrics.query.RawFiguresTest.DEFAULT;
import static com.altcontext.metrics.query.RawFiguresTest.zones;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.property.Property;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How far back raw rows can be asked. */
class RawRowsTest {
    private final Site site = new Site("docs");
    private final QueryEngine engine = new QueryEngine(site.database.sql(), Duration.ofMinutes(1));
    private final RawSummaries summaries = new RawSummaries(engine, site.clock);

    @Test
    void raw_rows_begin_behind_the_days_that_another_system_counted() {
        RawFiguresTest.visits(site);
        site.database.run("INSERT INTO properties (id, name) VALUES ('other', 'O')");
        site.database.run("INSERT INTO daily_metric_rollups (property_id, day, imported) VALUES ('default', '"
                + site.day(4) + "', 1), ('other', '" + site.day(1) + "', 1)");

        assertThatThrownBy(() -> summaries.of(new Window(site.day(4), site.day(1)), DEFAULT, Filter.none()))
                .isInstanceOfSatisfying(
                        RawRowsGone.class, gone -> assertThat(gone.firstDay()).isEqualTo(site.day(3)));
        assertThat(summaries
                        .of(new Window(site.day(3), site.day(1)), DEFAULT, Filter.none())
                        .reasons())
                .doesNotContainKey("window");
    }

    @Test
    void raw_rows_begin_on_the_local_day_behind_those_that_another_system_counted() {
        ZoneId sydney = ZoneId.of("Australia/Sydney");
        site.does(TestEvent.view("a", site.day(2).atStartOfDay(sydney).toInstant(), "/"));
        site.database.run("INSERT INTO daily_metric_rollups (property_id, day, imported) VALUES ('default', '"
                + site.day(3) + "', 1)");
        Window own = new Window(site.day(2), site.day(1));
        Window early = new Window(site.day(3), site.day(1));

        assertThat(summaries
                        .of(own, zones(sydney, "default"), Filter.none())
                        .of(Metric.SESSIONS)
                        .value())
                .isEqualTo(1L);
        for (ZoneId zone : List.of(sydney, Property.UTC, ZoneId.of("America/Toronto"))) {
            assertThatThrownBy(() -> summaries.of(early, zones(zone, "default", "docs"), Filter.none()))
                    .isInstanceOfSatisfying(
                            RawRowsGone.class,
                            gone -> assertThat(gone.firstDay()).isEqualTo(site.day(2)));
        }
    }

    @Test
    void what_happens_now_is_counted_also_on_a_day_that_another_system_counted() {
        site.does(TestEvent.view("a", site.now.minusSeconds(60), "/"));
        site.database.run("INSERT INTO daily_metric_rollups (property_id, day, imported) VALUES ('default', '"
                + site.day(0) + "', 1), ('docs', '" + site.day(-100) + "', 1)");

        assertThat(Realtime.read(engine, DEFAULT, site.now).visitors()).isEqualTo(1);
        assertThat(Realtime.read(engine, zones(ZoneId.of("Australia/Sydney"), "default", "docs"), site.now)
                        .visitors())
                .isEqualTo(1);
    }

    @Test
    void a_window_that_reaches_beyond_the_raw_rows_is_refused_with_the_first_day_that_can_be_asked() {
        RawFiguresTest.visits(site);
        site.database.run(
                "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions,"
                        + " visitors, rollups, rejections, days_left) VALUES (now(), '" + site.day(2) + "', '"
                        + site.day(300) + "', 0, 0, 0, 0, 0, 0, 0, 0)");
        Window early = new Window(site.day(3), site.day(1));

        assertThatThrownBy(() -> summaries.of(early, DEFAULT, Filter.none()))
                .isInstanceOfSatisfying(
                        RawRowsGone.class, gone -> assertThat(gone.firstDay()).isEqualTo(site.day(2)));
        // Its day begins before the first one that is kept.
        assertThatThrownBy(() -> summaries.of(
                        new Window(site.day(2), site.day(1)), zones(ZoneId.of("Asia/Tokyo"), "default"), Filter.none()))
                .isInstanceOfSatisfying(
                        RawRowsGone.class, gone -> assertThat(gone.firstDay()).isEqualTo(site.day(1)));
        // A day that all of them can be asked about.
        PropertyZones both =
                new PropertyZones(Map.of(Property.UTC, List.of("default"), ZoneId.of("Asia/Tokyo"), List.of("docs")));
        assertThatThrownBy(() -> summaries.of(early, both, Filter.none()))
                .isInstanceOfSatisfying(
                        RawRowsGone.class, gone -> assertThat(gone.firstDay()).isEqualTo(site.day(1)));
        assertThat(summaries
                        .of(new Window(site.day(2), site.day(1)), DEFAULT, Filter.none())
                        .of(Metric.SESSIONS)
                        .value())
                .isEqualTo(4L);
    }
}
