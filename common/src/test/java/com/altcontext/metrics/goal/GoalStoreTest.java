package com.altcontext.metrics.goal;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.RollupLock;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.goal.GoalStore.Addition;
import com.altcontext.metrics.goal.GoalStore.StoredGoal;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class GoalStoreTest {
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

    private boolean remove() {
        return site.database.sql().inTransaction(tx -> GoalStore.remove(tx, "default", "thanks"));
    }

    private List<Goal> goalsOf(String property) {
        return site.database.sql().inTransaction(tx -> GoalStore.of(tx, property));
    }

    @Test
    void the_goals_of_a_property_are_listed_by_name() {
        add("docs", THANKS);
        add("docs", PRO);
        add("docs", PLAN);
        add("default", PLAN);

        List<StoredGoal> all = site.database.sql().inTransaction(tx -> GoalStore.list(tx, null));
        assertThat(goalsOf("docs")).containsExactly(PLAN, PRO, THANKS);
        assertThat(all).extracting(StoredGoal::property).containsExactly("default", "docs", "docs", "docs");
    }

    @Test
    void the_name_of_a_goal_is_unique_in_its_property() {
        assertThat(add("docs", PLAN)).isInstanceOf(Addition.Added.class);
        assertThat(add("docs", Goal.of("plan", "/", null, null))).isEqualTo(new Addition.NameTaken());
        assertThat(add("default", PLAN)).isInstanceOf(Addition.Added.class);
        assertThat(add("unknown", PLAN)).isEqualTo(new Addition.UnknownProperty());
        assertThat(goalsOf("docs")).containsExactly(PLAN);
    }

    @Test
    void a_property_has_a_limited_number_of_goals() {
        site.database.run(
                "INSERT INTO goals (property_id, name, event_type) SELECT 'docs', n, 'x' FROM generate_series(1, "
                        + GoalStore.MAX_GOALS + ") AS n");

        assertThat(add("docs", PLAN)).isEqualTo(new Addition.TooMany());
    }

    @Test
    void a_new_goal_does_not_inherit_counts_left_by_a_removed_property() {
        site.database.run(
                "INSERT INTO daily_goal_rollups (property_id, goal, day, sessions) VALUES ('docs', 'thanks', '2020-01-01', 9)");

        add("docs", THANKS);

        assertThat(counts("thanks")).isEmpty();
    }

    @Test
    void removing_a_goal_removes_its_counts() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/thanks"));
        add("default", THANKS);

        assertThat(remove()).isTrue();

        assertThat(goalsOf("default")).isEmpty();
        assertThat(site.database.count("SELECT count(*) FROM daily_goal_rollups"))
                .isZero();
        assertThat(remove()).isFalse();
    }

    /** A running rollup has already read the goals. It would store counts of a removed goal, and none of a new goal. */
    @Test
    void changes_of_goals_wait_for_a_running_rollup() throws Exception {
        add("default", THANKS);
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            for (Callable<?> change : List.<Callable<?>>of(() -> add("docs", PLAN), this::remove)) {
                Future<?> changed = site.database.sql().inTransaction(tx -> {
                    RollupLock.take(tx);
                    Future<?> waiting = pool.submit(change);
                    Awaitility.await()
                            .atMost(Duration.ofMinutes(1))
                            .pollInterval(Duration.ofMillis(5))
                            .until(() -> waiting.isDone()
                                    || site.database.count("SELECT count(*) FROM pg_stat_activity"
                                                    + " WHERE wait_event = 'advisory' AND datname = current_database()")
                                            == 1);
                    assertThat(waiting.isDone()).isFalse();
                    return waiting;
                });
                var _ = changed.get();
            }
        }
        assertThat(goalsOf("default")).isEmpty();
        assertThat(goalsOf("docs")).containsExactly(PLAN);
    }
}
