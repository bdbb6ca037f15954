package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Figures by goal from raw rows. Of twenty visitors with a session each, five see two pages and so reach the goal. */
class GoalFiguresTest {
    private static final Goal THANKS = new Goal("thanks", new Goal.Page("/thanks"));
    private static final Breakdown.Value REACHED = new Breakdown.Value("thanks", new Breakdown.Sums(5L, 10, 20, 5));

    private final Site site = new Site("docs");
    private final Window week = new Window(site.day(7), site.day(1));
    private final RawBreakdowns breakdowns =
            new RawBreakdowns(new QueryEngine(site.database.sql(), InstantSource.system(), Duration.ofMinutes(1)));

    @BeforeEach
    void visits() {
        site.does(IntStream.range(0, 20)
                .mapToObj(i -> TestEvent.view("visitor" + i, site.at(2, "10:00:00"), "/"))
                .toArray(TestEvent[]::new));
        site.does(IntStream.range(0, 5)
                .mapToObj(i -> TestEvent.view("visitor" + i, site.at(2, "10:01:00"), "/thanks"))
                .toArray(TestEvent[]::new));
    }

    @Test
    void a_breakdown_counts_the_sessions_that_reached_a_goal() {
        assertThat(breakdowns
                        .ofGoals(List.of(THANKS), week, RawFiguresTest.DEFAULT, Filter.none())
                        .rows())
                .containsExactly(REACHED);
    }

    @Test
    void a_query_counts_the_sessions_that_reached_a_goal() {
        Grouping byGoal = new Grouping.ByGoal(List.of(THANKS));

        assertThat(breakdowns
                        .of(byGoal, week, RawFiguresTest.DEFAULT, Filter.none(), 5)
                        .rows())
                .containsExactly(REACHED);
    }
}
