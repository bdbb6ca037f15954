package com.altcontext.metrics.query;

import static com.altcontext.metrics.query.RawFiguresTest.DEFAULT;
import static com.altcontext.metrics.query.RawFiguresTest.filter;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.testing.TestEvent;
import com.altcontext.testing.TestForm;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Figures of a part of an earlier window, with which an unfinished window is compared. */
class PartialWindowsTest {
    private final Site site = new Site("docs");
    private final QueryEngine engine = new QueryEngine(site.database.sql(), site.clock, Duration.ofMinutes(1));
    private final RawSummaries summaries = new RawSummaries(engine);

    @Test
    void a_part_of_an_earlier_window_ends_at_the_same_time_of_day() {
        site.does(TestEvent.view("a", site.at(1, "11:59:00"), "/"), TestEvent.view("b", site.at(1, "12:01:00"), "/"));
        Window yesterday = new Window(site.day(1), site.day(1));

        Map<Metric, @Nullable Number> part =
                summaries.metrics(DEFAULT.windowsUntil(yesterday, site.now, 1), Filter.none());

        assertThat(site.now).isEqualTo(site.at(0, "12:00:00"));
        assertThat(part.get(Metric.UNIQUE_VISITORS)).isEqualTo(1L);
        assertThat(part.get(Metric.SESSIONS)).isEqualTo(1L);
    }

    @Test
    void a_session_that_began_on_an_earlier_day_is_counted_from_its_start() {
        Instant evening = site.at(2, "22:00:00");
        site.does(IntStream.rangeClosed(0, 33)
                .mapToObj(
                        i -> TestEvent.view("owl", evening.plus(Duration.ofMinutes(26L * i)), i == 0 ? "/in" : "/page"))
                .toArray(TestEvent[]::new));
        site.does(
                TestEvent.view("lark", site.at(1, "11:55:00"), "/page"),
                TestEvent.view("lark", site.at(1, "12:05:00"), "/page"));
        List<ZoneWindow> part = DEFAULT.windowsUntil(new Window(site.day(2), site.day(1)), site.now, 1);

        assertThat(summaries
                        .metrics(part, filter(List.of("is", "landing_path", List.of("/in"))))
                        .get(Metric.PAGE_VIEWS))
                .as("page views until noon")
                .isEqualTo(33L);
    }

    @Test
    void events_after_the_end_of_the_part_do_not_count() {
        site.does(
                TestEvent.view("a", site.at(1, "11:55:00"), "/").engaged(1_000),
                TestEvent.view("a", site.at(1, "12:01:00"), "/two").engaged(2_000),
                TestEvent.view("a", site.at(1, "12:02:00"), "/two").type("form_start"),
                TestEvent.view("a", site.at(1, "12:03:00"), "/two").type("form_submit"),
                TestEvent.view("b", site.at(1, "09:00:00"), "/"),
                TestEvent.view("b", site.at(1, "09:01:00"), "/two").type("form_submit"));
        List<ZoneWindow> part = DEFAULT.windowsUntil(new Window(site.day(1), site.day(1)), site.now, 1);
        // The same address is sent again later, from another browser.
        site.captures(TestForm.by("jo@example.ca", site.at(1, "09:01:00")).visitor("visitor-b"));
        site.captures(TestForm.by("jo@example.ca", site.at(1, "12:03:00")).visitor("visitor-a"));

        for (Filter filter : List.of(Filter.none(), filter(List.of("is", "traffic_source", List.of("direct"))))) {
            Map<Metric, @Nullable Number> figures = summaries.metrics(part, filter);
            assertThat(figures.get(Metric.PAGE_VIEWS)).isEqualTo(2L);
            assertThat(figures.get(Metric.SESSIONS)).isEqualTo(2L);
            assertThat(figures.get(Metric.BOUNCE_RATE)).isEqualTo(0.5);
            assertThat(figures.get(Metric.LANDING_CONVERSION_RATE)).isEqualTo(0.5);
            assertThat(figures.get(Metric.ENGAGED_TIME)).isEqualTo(500.0);
            assertThat(figures.get(Metric.FORM_COMPLETION_RATE)).isNull();
            assertThat(figures.get(Metric.LEAD_CAPTURE_RATE)).isEqualTo(0.5);
        }
        assertThat(summaries
                        .metrics(part, filter(List.of("is", "exit_path", List.of("/"))))
                        .get(Metric.SESSIONS))
                .isEqualTo(2L);
        assertThat(summaries
                        .metrics(part, filter(List.of("is", "path", List.of("/two"))))
                        .get(Metric.SESSIONS))
                .isEqualTo(1L);
        // On a whole day, all events of a session count.
        assertThat(summaries
                        .metrics(DEFAULT.windows(new Window(site.day(1), site.day(1))), Filter.none())
                        .get(Metric.LANDING_CONVERSION_RATE))
                .isEqualTo(1.0);
    }
}
