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

/** How far back raw rows can be queried. */
class RawRowsTest {
    private final Site site = new Site("docs");
    private final QueryEngine engine = new QueryEngine(site.database.sql(), site.clock, Duration.ofMinutes(1));
    private final RawSummaries summaries = new RawSummaries(engine);

    @Test
    void raw_rows_begin_after_the_imported_days() {
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
    void raw_rows_begin_on_the_local_day_after_the_imported_days() {
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
    void realtime_figures_are_also_counted_on_an_imported_day() {
        site.does(TestEvent.view("a", site.now.minusSeconds(60), "/"));
        site.database.run("INSERT INTO daily_metric_rollups (property_id, day, imported) VALUES ('default', '"
                + site.day(0) + "', 1), ('docs', '" + site.day(-100) + "', 1)");

        assertThat(Realtime.read(engine, DEFAULT, site.now).visitors()).isEqualTo(1);
        assertThat(Realtime.read(engine, zones(ZoneId.of("Australia/Sydney"), "default", "docs"), site.now)
                        .visitors())
                .isEqualTo(1);
    }

    @Test
    void a_window_that_begins_before_the_raw_rows_is_refused_with_the_first_day_that_has_them() {
        RawFiguresTest.visits(site);
        site.purged(site.day(2));
        Window early = new Window(site.day(3), site.day(1));

        assertThatThrownBy(() -> summaries.of(early, DEFAULT, Filter.none()))
                .isInstanceOfSatisfying(
                        RawRowsGone.class, gone -> assertThat(gone.firstDay()).isEqualTo(site.day(2)));
        // In Tokyo, this day begins before the first kept day, which is a day of UTC.
        assertThatThrownBy(() -> summaries.of(
                        new Window(site.day(2), site.day(1)), zones(ZoneId.of("Asia/Tokyo"), "default"), Filter.none()))
                .isInstanceOfSatisfying(
                        RawRowsGone.class, gone -> assertThat(gone.firstDay()).isEqualTo(site.day(1)));
        // The first day for which both properties have raw rows.
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

    /**
     * Without statistics, as after a restore, the planner expects nearly empty tables. It must not join them by nested
     * loops.
     */
    @Test
    void a_filter_on_events_and_sessions_needs_no_statistics() {
        site.database.run("""
                CREATE TEMPORARY TABLE made AS
                SELECT md5('v' || n)::uuid AS visitor_id, md5('s' || n)::uuid AS session_id, n,
                       '%s'::timestamptz + n %% 7 * interval '1 day' AS at
                FROM generate_series(1, 20000) AS n""".formatted(site.at(7, "10:00:00")), """
                INSERT INTO visitors (visitor_id, property_id, anon_id, first_seen_at)
                SELECT visitor_id, 'default', 'visitor-' || n, at FROM made""", """
                INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, traffic_source, device, events, page_views)
                SELECT visitor_id, session_id, 'default', at, at, 'direct', 'mobile', 3, 3 FROM made""", """
                INSERT INTO events (visitor_id, id, day, session_id, property_id, occurred_at, received_at, event_type, path,
                                    traffic_source, device, is_conversion)
                SELECT visitor_id, md5('e' || n || '-' || e)::uuid, (at AT TIME ZONE 'UTC')::date, session_id, 'default', at, at,
                       'page_view', '/', 'direct', 'mobile', false
                FROM made, generate_series(1, 3) AS e""");
        RawSummaries limited =
                new RawSummaries(new QueryEngine(site.database.sql(), site.clock, Duration.ofMinutes(1)));

        assertThat(limited.of(
                                new Window(site.day(7), site.day(1)),
                                DEFAULT,
                                RawFiguresTest.filter(
                                        List.of("is", "event_type", List.of("page_view")),
                                        List.of("is", "device", List.of("mobile"))))
                        .of(Metric.SESSIONS)
                        .value())
                .isEqualTo(20_000L);
    }
}
