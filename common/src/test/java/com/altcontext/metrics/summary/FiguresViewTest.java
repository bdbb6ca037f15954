package com.altcontext.metrics.summary;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Window;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Summaries that are read from the materialized view. */
class FiguresViewTest {
    private final Site site = new Site("docs");
    private final Summaries tables = new Summaries(site.database.sql(), RollupSource.TABLES, site.clock);

    private static long pageViews(Summary summary) {
        return Objects.requireNonNull(summary.of(Metric.PAGE_VIEWS).value()).longValue();
    }

    @Test
    void the_view_has_the_figures_as_of_its_last_refresh() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/").lcp(1_000));
        site.rollUp();
        FiguresView view = new FiguresView(site.database.sql());
        assertThat(view.refresh()).isTrue();
        Summaries stored = new Summaries(site.database.sql(), RollupSource.VIEW, site.clock);
        Window day = new Window(site.day(1), site.day(1));
        assertThat(stored.of(day, null, "default", site.today()))
                .isEqualTo(tables.of(day, null, "default", site.today()));

        site.does(TestEvent.view("b", site.at(1, "10:00:00"), "/"));
        site.rollUp();
        assertThat(pageViews(stored.of(day, null, null, site.today()))).isEqualTo(1);

        assertThat(view.refresh()).isFalse();
        assertThat(pageViews(stored.of(day, null, null, site.today()))).isEqualTo(2);
    }

    @Test
    void the_view_says_how_old_its_own_figures_are() {
        site.rollUp();
        Instant viewed = site.now;
        var _ = new FiguresView(site.database.sql()).refresh();
        site.now = site.now.plus(Duration.ofHours(1));
        site.rollUp();

        for (String property : Arrays.asList("default", null)) {
            // A new instance each time, which has nothing cached.
            Summaries stored = new Summaries(site.database.sql(), RollupSource.VIEW, site.clock);
            assertThat(stored.of(new Window(site.day(1), site.day(1)), null, property, site.today())
                            .freshness())
                    .isEqualTo(new Summary.Freshness(site.today(), viewed, 0, List.of(), site.now));
        }
    }

    @Test
    void the_tables_are_read_until_the_view_is_created() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"));
        site.rollUp();
        Summaries stored = new Summaries(site.database.sql(), RollupSource.VIEW, site.clock);
        Window day = new Window(site.day(1), site.day(1));
        assertThat(stored.of(day, null, null, site.today())).isEqualTo(tables.of(day, null, null, site.today()));

        var _ = new FiguresView(site.database.sql()).refresh();
        site.does(TestEvent.view("b", site.at(1, "10:00:00"), "/"));
        site.rollUp();

        assertThat(pageViews(stored.of(day, null, null, site.today()))).isEqualTo(1);
    }

    @Test
    void a_view_of_an_earlier_release_is_recreated() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"));
        site.rollUp();
        site.database.run("CREATE MATERIALIZED VIEW daily_figures AS SELECT * FROM daily_metric_rollups");
        Summaries stored = new Summaries(site.database.sql(), RollupSource.VIEW, site.clock);
        Window day = new Window(site.day(1), site.day(1));
        assertThat(pageViews(stored.of(day, null, null, site.today()))).isEqualTo(1);

        assertThat(new FiguresView(site.database.sql()).refresh()).isTrue();
        assertThat(pageViews(stored.of(day, null, null, site.today()))).isEqualTo(1);
    }
}
