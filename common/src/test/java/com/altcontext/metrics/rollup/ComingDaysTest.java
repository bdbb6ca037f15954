package com.altcontext.metrics.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.RollupLock;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.summary.RollupSource;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.testing.TestEvent;
import org.junit.jupiter.api.Test;

/** At noon UTC, tomorrow has begun in Kiritimati. */
class ComingDaysTest {
    private final Site site = new Site("docs");
    private final Summaries summaries = new Summaries(site.database.sql(), RollupSource.TABLES, site.clock);
    private final Window untilTomorrow = new Window(site.today(), site.day(-1));

    private Summary ofAll() {
        return summaries.of(untilTomorrow, null, null, site.day(-1));
    }

    @Test
    void after_a_change_to_a_zone_further_west_nothing_is_counted_on_two_days() {
        site.database.run("UPDATE properties SET time_zone = 'Pacific/Kiritimati'");
        site.does(
                TestEvent.view("a", site.at(0, "11:00:00"), "/"),
                TestEvent.view("b", site.at(0, "11:00:00"), "/").property("docs"));
        site.rollUp();
        assertThat(ofAll().of(Metric.PAGE_VIEWS).value()).isEqualTo(2L);

        site.database.run("UPDATE properties SET time_zone = 'UTC' WHERE id = 'default'");
        var _ = site.database.sql().inTransaction(tx -> {
            RollupLock.take(tx);
            ComingDays.removeFigures(tx, "default", site.now);
            return true;
        });
        var _ = site.rollup().run(site.today(), "default");

        assertThat(ofAll().of(Metric.PAGE_VIEWS).value()).isEqualTo(2L);
        assertThat(summaries
                        .of(new Window(site.today(), site.today()), null, "default", site.today())
                        .freshness()
                        .rolledUpThrough())
                .isEqualTo(site.today());
    }
}
