package com.altcontext.metrics.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.DeviceType;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.check.RollupCheck;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.summary.Breakdowns;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rows that a rollup stores for the values of dimensions. */
class RollupDimensionsTest {
    private final Site site = new Site("docs");

    /** A session counts for the day on which it began, with all its events. A page view counts for its own day. */
    @Test
    void paths_and_event_types_are_counted_as_by_a_plain_statement() {
        site.does(
                TestEvent.view("a", site.at(2, "23:50:00"), "/in"),
                TestEvent.view("a", site.at(2, "23:51:00"), "/in").type("engagement"),
                TestEvent.view("a", site.at(1, "00:05:00"), "/out"),
                TestEvent.view("a", site.at(1, "00:06:00"), "/out").type("engagement"),
                TestEvent.view("a", site.at(1, "00:07:00"), "/out").type("form_submit"),
                TestEvent.view("a", site.at(1, "12:00:00"), "/"),
                TestEvent.view("a", site.at(1, "12:01:00"), "/").type("cta_click"),
                TestEvent.view("b", site.at(1, "23:40:00"), "/"),
                TestEvent.view("b", site.at(0, "00:01:00"), "/").type("engagement"),
                TestEvent.view("b", site.at(0, "00:02:00"), "/two").type("form_submit"),
                TestEvent.view("c", site.at(1, "10:00:00"), "/in"),
                TestEvent.view("c", site.at(1, "10:01:00"), "/in").type("engagement"),
                TestEvent.view("c", site.at(1, "10:02:00"), "/in").type("engagement"),
                TestEvent.view("d", site.at(1, "10:00:00"), "/").property("docs"),
                TestEvent.view("e", site.at(1, "10:00:00"), "/").device(DeviceType.BOT),
                TestEvent.view("f", site.at(1, "00:00:00"), "/").converting(),
                TestEvent.view("f", site.at(1, "00:01:00"), "/")
                        .type("engagement")
                        .converting(),
                TestEvent.view("f", site.at(0, "00:00:00"), "/out"),
                TestEvent.view("g", site.at(1, "23:50:00"), "/in"),
                TestEvent.view("g", site.at(0, "00:00:00"), "/out").type("form_submit"),
                TestEvent.view("h", site.at(2, "23:50:00"), "/in"),
                TestEvent.view("h", site.at(1, "00:05:00"), "/in"),
                TestEvent.view("h", site.at(0, "00:00:00"), "/out"),
                // The session begins with a click, and its only page view is on the next day.
                TestEvent.view("j", site.at(2, "23:55:00"), "/")
                        .type("cta_click")
                        .property("docs"),
                TestEvent.view("j", site.at(1, "00:05:00"), "/").property("docs"));
        // A visitor whose session lasts from one midnight to the next.
        site.does(IntStream.rangeClosed(0, 48)
                .mapToObj(half -> TestEvent.view(
                        "i", site.at(2, "00:00:00").plus(Duration.ofMinutes(30L * half)), half < 48 ? "/in" : "/out"))
                .toArray(TestEvent[]::new));
        var _ = site.rollup().addGoal("default", Goal.of("out", "/out", null, null));
        site.rollUp();

        for (int ago = 0; ago <= 2; ago++) {
            assertThat(new RollupCheck(site.database.sql(), site.clock).check(site.day(ago), null))
                    .isEmpty();
            assertThat(site.database.texts("""
                    SELECT concat_ws(' ', property_id, dimension, value, page_views, sessions, conversions)
                    FROM daily_dimension_rollups
                    WHERE dimension IN ('path', 'event_type') AND day = ? AND page_views + sessions + conversions > 0
                    """, site.day(ago)))
                    .containsExactlyInAnyOrderElementsOf(
                            site.database.texts("""
                            SELECT concat_ws(' ', property_id, dimension, value, page_views, sessions, conversions)
                            FROM (
                                SELECT e.property_id, d.dimension, d.value,
                                       count(*) FILTER (WHERE e.occurred_at >= day.start AND e.occurred_at < day.finish
                                           AND e.event_type = 'page_view') AS page_views,
                                       count(DISTINCT s.id) FILTER (WHERE s.started_at >= day.start
                                           AND s.started_at < day.finish) AS sessions,
                                       count(DISTINCT s.id) FILTER (WHERE s.started_at >= day.start
                                           AND s.started_at < day.finish AND e.is_conversion) AS conversions
                                FROM (SELECT ?, ?) AS day(start, finish), events AS e
                                JOIN sessions AS s ON s.bucket = e.bucket AND s.visitor_id = e.visitor_id AND s.id = e.session_id,
                                    LATERAL (VALUES ('path', e.path), ('event_type', e.event_type)) AS d(dimension, value)
                                WHERE e.device <> 'bot'
                                GROUP BY 1, 2, 3) AS counted
                            WHERE page_views + sessions + conversions > 0
                            """, site.at(ago, "00:00:00"), site.at(ago - 1, "00:00:00")));
        }
    }

    @Test
    void a_day_whose_events_were_deleted_is_rolled_up_as_zero() {
        site.database.run("INSERT INTO properties (id, name) VALUES ('gone', 'P')");
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/").property("gone"));
        site.rollUp();
        assertThat(site.stored("page_views", site.day(1))).isEqualTo(1);

        site.database.run("TRUNCATE events, sessions, visitors", "DELETE FROM properties WHERE id = 'gone'");
        site.rollUp();

        assertThat(site.database.texts(
                        "SELECT property_id || ' ' || page_views || ' ' || unique_visitors FROM daily_metric_rollups"
                                + " WHERE day = ? ORDER BY 1",
                        site.day(1)))
                .containsExactly("default 0 0", "docs 0 0", "gone 0 0");
        assertThat(site.database.count("SELECT count(*) FROM daily_dimension_rollups"))
                .isZero();
    }

    @Test
    void nothing_in_props_or_paths_breaks_a_rollup() {
        String longest = "/" + "\uD83D\uDE00".repeat(2047);
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), longest)
                        .props("{\"engagedTimeMs\":\"NaN\",\"day\":[1e308]}"),
                TestEvent.view("b", site.at(1, "10:00:00"), "/'; DROP TABLE events; --\\")
                        .props("{}"));
        site.rollUp();

        assertThat(site.database.texts(
                        "SELECT value FROM daily_dimension_rollups WHERE dimension = 'path' ORDER BY length(value)"))
                .containsExactly("/'; DROP TABLE events; --\\", longest);
    }

    /**
     * The view has rows only while JIT compilation is off. To compile the statement takes longer than to sum up a year
     * of a site.
     */
    @Test
    void the_values_of_a_window_are_summed_up_without_jit_compilation() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"));
        site.rollUp();
        site.database.run(
                "ALTER TABLE daily_dimension_rollups RENAME TO stored_rollups",
                "CREATE VIEW daily_dimension_rollups AS SELECT * FROM stored_rollups WHERE current_setting('jit') = 'off'");

        assertThat(new Breakdowns(site.database.sql())
                        .of(Dimension.PATH, new Window(site.day(1), site.day(1)), 5, "default")
                        .rows())
                .hasSize(1);
    }
}
