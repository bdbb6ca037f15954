package com.altcontext.metrics.query;

import static com.altcontext.metrics.query.RawFiguresTest.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The figures of a part of an earlier window, which one under way is compared with. */
class PartialWindowsTest {
    private final Site site = new Site("docs");
    private final QueryEngine engine = new QueryEngine(site.database.sql(), Duration.ofMinutes(1));
    private final RawSummaries summaries = new RawSummaries(engine, site.clock);

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
}
