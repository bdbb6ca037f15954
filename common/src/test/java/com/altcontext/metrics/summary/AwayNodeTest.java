package com.altcontext.metrics.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.SqlFailure;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Window;
import com.altcontext.testing.AwayNode;
import com.altcontext.testing.TestEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** On a Citus cluster, figures that only need the coordinator are returned while a node is away. */
@EnabledIfEnvironmentVariable(named = "TEST_CITUS_NODES", matches = ".+")
class AwayNodeTest {
    private final Site site = new Site();
    private final Window yesterday = new Window(site.day(1), site.day(1));

    @Test
    void figures_from_rollups_are_returned_while_a_node_is_away() {
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/"),
                TestEvent.view("b", site.at(1, "10:00:00"), "/"),
                TestEvent.view("c", site.at(1, "10:00:00"), "/pricing"));
        site.rollUp();
        Summary before = summaries().of(yesterday, null, "default", site.today());
        Breakdown pages = breakdown();

        try (AwayNode _ = new AwayNode(site.database.sql())) {
            assertThatThrownBy(() -> site.database.count("SELECT count(*) FROM events"))
                    .isInstanceOfSatisfying(
                            SqlFailure.class,
                            failed -> assertThat(failed.isOfNode()).isTrue());
            Summaries asked = summaries();
            Summary summary = asked.of(yesterday, null, "default", site.today());
            assertThat(summary.metrics()).isEqualTo(before.metrics());
            assertThat(summary.trend()).isEqualTo(before.trend());
            assertThat(summary.freshness().rolledUpThrough()).isEqualTo(site.today());
            assertThat(summary.freshness().gaps())
                    .as("unknown, because the node may hold a day that was not rolled up")
                    .isNull();
            assertThat(breakdown()).isEqualTo(pages);
            assertThat(summaries().freshness(yesterday, null, site.today()).gaps())
                    .isNull();
        }
        assertThat(summaries().freshness(yesterday, null, site.today()).gaps()).isEqualTo(List.of());
    }

    /** A new instance, which has not read anything yet. */
    private Summaries summaries() {
        return new Summaries(site.database.sql(), RollupSource.TABLES, site.clock);
    }

    private Breakdown breakdown() {
        return new Breakdowns(site.database.sql()).of(Dimension.PATH, yesterday, 10, "default");
    }
}
