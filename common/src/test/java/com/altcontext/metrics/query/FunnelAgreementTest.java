package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.goal.Goal;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/** For random visits, the steps of a funnel are those that a plain program finds in the rows. */
@Tag("slow")
class FunnelAgreementTest extends RandomTraffic {
    @Property(tries = 10, shrinking = ShrinkingMode.OFF)
    void a_funnel_counts_the_sessions_that_reached_each_step(@ForAll("acts") List<TestEvent> acts) {
        empty();
        store(acts);
        List<StoredVisits.Session> sessions = StoredVisits.read(DATABASE.sql());
        Goal home = new Goal("home", new Goal.Page("/"));
        Goal click = new Goal("click", new Goal.CustomEvent("cta_click", null));
        QueryEngine engine = new QueryEngine(DATABASE.sql(), InstantSource.system(), Duration.ofMinutes(1));
        for (List<ZoneWindow> windows : windows()) {
            for (List<Goal> steps : List.of(
                    List.of(home, SIGNED_UP), List.of(home, home), List.of(SIGNED_UP, CHOSE_PRO, click, home))) {
                for (Object filters : filters()) {
                    Filter filter = query(windows, filters, List.of()).filter();
                    List<StoredVisits.Session> kept = sessions.stream()
                            .filter(s -> StoredVisits.within(windows, s.property(), s.startedAt()))
                            .filter(s -> s.events().stream().anyMatch(e -> StoredVisits.holds(filter, s, e)))
                            .toList();
                    List<Long> expected = new ArrayList<>(List.of((long) kept.size()));
                    for (int step = 1; step <= steps.size(); step++) {
                        List<Goal> firstSteps = steps.subList(0, step);
                        expected.add(kept.stream()
                                .filter(s -> reachesInOrder(firstSteps, s))
                                .count());
                    }
                    assertThat(engine.answer(new Funnel(windows, steps, filter)))
                            .as("%s of %s", steps, filters)
                            .isEqualTo(expected);
                }
            }
        }
    }

    private static boolean reachesInOrder(List<Goal> steps, StoredVisits.Session session) {
        Instant after = Instant.MIN;
        for (Goal step : steps) {
            Instant last = after;
            Instant next = session.events().stream()
                    .filter(e -> e.at().isAfter(last) && StoredVisits.reaches(step, e))
                    .map(StoredVisits.Event::at)
                    .min(Instant::compareTo)
                    .orElse(null);
            if (next == null) {
                return false;
            }
            after = next;
        }
        return true;
    }
}
