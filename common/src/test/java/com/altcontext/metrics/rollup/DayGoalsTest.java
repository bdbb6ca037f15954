package com.altcontext.metrics.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.altcontext.attribution.DeviceType;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.check.RollupCheck;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.goal.GoalStore;
import com.altcontext.metrics.goal.GoalStore.Addition;
import com.altcontext.metrics.summary.Breakdowns;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which sessions reach a goal, and for which day they count. */
class DayGoalsTest {
    private static final Goal THANKS = Goal.of("thanks", "/thanks*", null, null);
    private static final Goal PLAN = Goal.of("plan", null, "plan_chosen", null);
    private static final Goal PRO = Goal.of("pro", null, "plan_chosen", "plan=pro");

    private final Site site = new Site("docs");

    private Addition add(String property, Goal goal) {
        return site.rollup().addGoal(property, goal);
    }

    private List<String> counts(String goal) {
        return site.database.texts(
                "SELECT day || ' ' || sessions FROM daily_goal_rollups WHERE goal = ? AND sessions > 0 ORDER BY day",
                goal);
    }

    @Test
    void a_session_that_reached_a_goal_counts_once_on_the_day_it_began() {
        add("default", THANKS);
        site.does(
                TestEvent.view("a", site.at(2, "23:50:00"), "/"),
                TestEvent.view("a", site.at(1, "00:05:00"), "/thanks/much"),
                TestEvent.view("a", site.at(1, "00:06:00"), "/thanks"),
                TestEvent.view("a", site.at(1, "12:00:00"), "/thanks"),
                TestEvent.view("b", site.at(1, "12:00:00"), "/no-thanks"),
                TestEvent.view("c", site.at(1, "12:00:00"), "/thanks").type("cta_click"),
                TestEvent.view("bot", site.at(1, "12:00:00"), "/thanks").device(DeviceType.BOT),
                TestEvent.view("d", site.at(1, "12:00:00"), "/thanks").property("docs"));
        site.rollUp();

        assertThat(counts("thanks")).containsExactly(site.day(2) + " 1", site.day(1) + " 1");

        boolean isRemoved = site.database.sql().inTransaction(tx -> GoalStore.remove(tx, "default", "thanks"));
        assertThat(isRemoved).isTrue();
        add("default", THANKS);
        assertThat(counts("thanks"))
                .as("counted when it was added")
                .containsExactly(site.day(2) + " 1", site.day(1) + " 1");
    }

    @Test
    void an_event_reaches_a_goal_by_its_type_and_its_props() {
        site.does(
                TestEvent.view("a", site.at(1, "10:00:00"), "/")
                        .type("plan_chosen")
                        .props("{\"plan\":\"pro\"}"),
                TestEvent.view("b", site.at(1, "10:00:00"), "/")
                        .type("plan_chosen")
                        .props("{\"plan\":\"free\"}"),
                TestEvent.view("c", site.at(1, "10:00:00"), "/").type("plan_chosen"),
                TestEvent.view("d", site.at(1, "10:00:00"), "/").props("{\"plan\":\"pro\"}"));
        add("default", PLAN);
        add("default", PRO);

        assertThat(counts("plan")).containsExactly(site.day(1) + " 3");
        assertThat(counts("pro")).containsExactly(site.day(1) + " 1");
    }

    /** How often a rollup of yesterday scanned a partition of events in the transaction that writes the rollup. */
    private long partitionScans() {
        return site.database.sql().inTransaction(tx -> {
            DayBounds yesterday = DayBounds.of(site.day(1), ZoneOffset.UTC);
            var _ = new DayRollup(site.database.sql(), tx, yesterday, List.of("default", "docs"))
                    .replace(Rollup.nextVersion(tx), site.at(0, "00:00:00"));
            return tx.query(
                            "SELECT sum(seq_scan + idx_scan) FROM pg_stat_xact_user_tables WHERE relname LIKE 'events_2%'",
                            row -> row.number(1))
                    .getFirst();
        });
    }

    @Test
    void a_day_is_read_once_for_the_goals_of_all_small_properties() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/thanks"));
        add("docs", THANKS);
        long before = partitionScans();

        for (String property : List.of("default", "docs")) {
            add(property, PLAN);
            add(property, PRO);
            add(property, Goal.of("start", "/thanks", null, null));
        }

        assertThat(partitionScans()).isEqualTo(before);
        assertThat(counts("start")).containsExactly(site.day(1) + " 1");
    }

    private Breakdown breakdown(int firstAgo) {
        return new Breakdowns(site.database.sql()).ofGoals(new Window(site.day(firstAgo), site.today()), "docs", 2);
    }

    @Test
    void a_goal_that_was_not_counted_on_a_day_with_sessions_has_unknown_conversions() {
        for (int ago : List.of(3, 1)) {
            site.does(TestEvent.view("a", site.at(ago, "10:00:00"), "/thanks").property("docs"));
        }
        var _ = add("docs", THANKS);
        site.rollUp();
        var _ = add("docs", PRO);
        var _ = add("docs", Goal.of("rare", "/rare", null, null));
        assertThat(breakdown(3).reasons()).doesNotContainKey("rows.conversions");

        site.database.run("DELETE FROM daily_goal_rollups WHERE goal = 'pro' AND day IN ('" + site.day(3) + "', '"
                + site.day(2) + "')");

        assertThat(breakdown(2).reasons()).doesNotContainKey("rows.conversions");
        assertThat(breakdown(3).reasons()).containsKey("rows.conversions");
        assertThat(breakdown(3).rows())
                .extracting(Breakdown.Value::value, Breakdown.Value::hasConversions)
                .containsExactly(tuple("thanks", true), tuple("rare", true), tuple("pro", false));
        site.database.run(
                "UPDATE daily_metric_rollups SET imported = 1 WHERE sessions > 0 AND day = '" + site.day(1) + "'");
        assertThat(breakdown(2).reasons()).containsKey("rows.conversions");
    }

    @Test
    void a_new_goal_is_counted_for_the_earlier_days_whose_raw_events_are_kept() {
        site.does(
                TestEvent.view("a", site.at(7, "10:00:00"), "/thanks"),
                TestEvent.view("a", site.at(5, "10:00:00"), "/thanks"));
        site.rollUp();
        var _ = site.database.texts("SELECT drop_event_partition(?)", site.day(7));
        site.purged(site.day(6));
        // A late event creates the partition again.
        var _ = site.database.texts("SELECT ensure_event_partition(?)", site.day(7));
        site.now = site.now.plus(Duration.ofDays(3));

        assertThat(add("default", THANKS)).isInstanceOf(Addition.Added.class);

        assertThat(counts("thanks")).containsExactly(site.day(8) + " 1");
        assertThat(new RollupCheck(site.database.sql(), site.clock).check(site.day(8), null))
                .isEmpty();
        assertThat(site.database.count("SELECT count(*) FROM daily_goal_rollups WHERE day = ?", site.day(10)))
                .isZero();
    }

    @Test
    void goals_are_counted_by_days_in_the_time_zone_of_the_property() {
        site.database.run("UPDATE properties SET time_zone = 'America/Toronto' WHERE id = 'docs'");
        site.does(TestEvent.view("a", site.at(1, "03:00:00"), "/thanks").property("docs"));

        add("docs", THANKS);

        assertThat(counts("thanks")).containsExactly(site.day(2) + " 1");
    }
}
