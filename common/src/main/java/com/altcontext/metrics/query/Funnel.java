package com.altcontext.metrics.query;

import com.altcontext.metrics.Condition;
import com.altcontext.metrics.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Counts the sessions that reach each of some steps, in their order; other events may come between. A step is reached
 * at its first event after the step before.
 *
 * @param windows when the counted sessions began
 * @param steps 2 to 8 of {@link Goal}'s targets; their names do not matter
 */
public record Funnel(List<ZoneWindow> windows, List<Goal> steps, Filter filter) {
    public static final int MIN_STEPS = 2;
    public static final int MAX_STEPS = 8;

    /**
     * A row with the count of all sessions and of those of each step. The events of all steps are read once. Events before the first
     * step are left out early; a session that did not reach a step has no time for it, nor for any step after it.
     */
    Condition statement(SessionDays days) {
        Condition sessions = RawConditions.sessionsOf(windows, filter, days);
        Condition counts = counts(events(sessions, days));
        List<@Nullable Object> values = new ArrayList<>(sessions.values());
        values.addAll(counts.values());
        return new Condition(
                "SELECT kept.*, came.*\nFROM (SELECT count(*) FROM (" + sessions.sql()
                        + ") AS sessions) AS kept\nCROSS JOIN (" + counts.sql() + ") AS came",
                values);
    }

    /** The events of these sessions that belong to a step. The columns {@code is0}, {@code is1} and so on say to which step. */
    private Condition events(Condition sessions, SessionDays days) {
        List<@Nullable Object> values = new ArrayList<>();
        StringBuilder columns = new StringBuilder("s.bucket, s.visitor_id, s.id, g.occurred_at AS at");
        for (int step = 0; step < steps.size(); step++) {
            Condition isStep = steps.get(step).reached();
            columns.append(", ").append(isStep.sql()).append(" AS is").append(step);
            values.addAll(isStep.values());
        }
        values.addAll(sessions.values());
        values.add(RawConditions.firstPartition(windows));
        values.add(days.last());
        return new Condition(
                "SELECT *\nFROM (SELECT " + columns + "\nFROM (" + sessions.sql()
                        + ") AS s JOIN events AS g ON " + RawConditions.ofSession("g", "s")
                        + "\nWHERE g" + RawConditions.BOTS_OUT + " AND g.day BETWEEN ? AND ?) AS events\nWHERE "
                        + joined(steps.size(), "is%d", " OR "),
                values);
    }

    /**
     * How many of the sessions of these events reached each step. The times of the steps are found one after the other, over rows
     * that are sorted once.
     */
    private Condition counts(Condition events) {
        int last = steps.size() - 1;
        Condition timed = events;
        for (int step = 0; step < last; step++) {
            timed = timed.within("SELECT *, " + firstTime(step) + " OVER session AS t" + step + "\nFROM (%s) AS events"
                    + (step == 1 ? "\nWHERE at >= t0" : "")
                    + "\nWINDOW session AS (PARTITION BY visitor_id, bucket, id)");
        }
        return timed.within("SELECT " + joined(steps.size(), "count(t%d) AS t%<d", ", ") + "\nFROM (SELECT "
                + joined(last, "min(t%d) AS t%<d", ", ") + ", " + firstTime(last) + " AS t" + last
                + "\nFROM (%s) AS events\nGROUP BY visitor_id, bucket, id) AS sessions");
    }

    private static String firstTime(int step) {
        String after = step == 0 ? "" : " AND at > t" + (step - 1);
        return "min(at) FILTER (WHERE is" + step + after + ")";
    }

    private static String joined(int steps, String text, String between) {
        return IntStream.range(0, steps).mapToObj(text::formatted).collect(Collectors.joining(between));
    }
}
