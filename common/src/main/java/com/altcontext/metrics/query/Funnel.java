package com.altcontext.metrics.query;

import com.altcontext.metrics.Condition;
import com.altcontext.metrics.Goal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How many sessions came to each of some steps, in their order, with other events between allowed. The first time of each step is
 * that after the step before.
 *
 * @param windows the sessions that began in them
 * @param steps 2 to 8 of {@link Goal}'s targets; their names do not matter
 */
public record Funnel(List<ZoneWindow> windows, List<Goal> steps, Filter filter) {
    public static final int MIN_STEPS = 2;
    public static final int MAX_STEPS = 8;

    /**
     * A row with the count of all sessions and of those of each step. Sessions that did not come to the first step are left out
     * early; those that did not come to a later one have no time for it, and for none after.
     */
    Condition statement(SessionDays days) {
        Condition sessions = RawConditions.sessionsOf(windows, filter, days);
        String inner = sessions.sql();
        List<@Nullable Object> innerValues = sessions.values();
        LocalDate first = RawConditions.firstPartition(windows);
        for (int step = 0; step < steps.size(); step++) {
            String known = times(step);
            Condition reached = steps.get(step).reached();
            String after = step == 0 ? "" : " AND p.t" + (step - 1) + " < g.occurred_at";
            inner = "SELECT p.bucket, p.visitor_id, p.id" + known + ", min(g.occurred_at) AS t" + step + "\nFROM ("
                    + inner + ") AS p\n" + (step == 0 ? "" : "LEFT ")
                    + "JOIN events AS g ON g.bucket = p.bucket AND g.visitor_id = p.visitor_id"
                    + " AND g.session_id = p.id AND g.device <> 'bot' AND g.day BETWEEN ? AND ? AND " + reached.sql()
                    + after
                    + "\nGROUP BY p.bucket, p.visitor_id, p.id" + known;
            List<@Nullable Object> all = new ArrayList<>(innerValues);
            all.add(first);
            all.add(days.last());
            all.addAll(reached.values());
            innerValues = all;
        }
        List<@Nullable Object> values = new ArrayList<>(sessions.values());
        values.addAll(innerValues);
        String counts = IntStream.range(0, steps.size())
                .mapToObj(step -> "count(t" + step + ") AS t" + step)
                .collect(Collectors.joining(", "));
        return new Condition(
                "SELECT kept.*, came.*\nFROM (SELECT count(*) FROM (" + sessions.sql()
                        + ") AS sessions) AS kept\nCROSS JOIN (SELECT " + counts + " FROM (" + inner
                        + ") AS sessions) AS came",
                values);
    }

    private static String times(int steps) {
        return IntStream.range(0, steps).mapToObj(step -> ", p.t" + step).collect(Collectors.joining());
    }
}
