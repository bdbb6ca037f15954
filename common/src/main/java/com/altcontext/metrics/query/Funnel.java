package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
    SqlFragment statement(SessionDays days) {
        SqlFragment sessions = RawConditions.sessionsOf(windows, filter, days);
        return SqlFragment.of(
                "SELECT kept.*, came.*\nFROM (SELECT count(*) FROM (?) AS sessions) AS kept\nCROSS JOIN (?) AS came",
                sessions,
                counts(events(sessions, days)));
    }

    /** The events of these sessions that belong to a step. The columns {@code is0}, {@code is1} and so on say to which step. */
    private SqlFragment events(SqlFragment sessions, SessionDays days) {
        List<SqlFragment> columns =
                new ArrayList<>(List.of(SqlFragment.of("s.bucket, s.visitor_id, s.id, g.occurred_at AS at")));
        for (int step = 0; step < steps.size(); step++) {
            columns.add(SqlFragment.of("? AS is" + step, steps.get(step).reached()));
        }
        return SqlFragment.of(
                "SELECT *\nFROM (SELECT ?\nFROM (?) AS s JOIN events AS g ON " + RawConditions.ofSession("g", "s")
                        + "\nWHERE g" + RawConditions.BOTS_OUT + " AND g.day BETWEEN ? AND ?) AS events\nWHERE "
                        + joined(steps.size(), "is%d", " OR "),
                SqlFragment.joined(", ", columns),
                sessions,
                RawConditions.firstPartition(windows),
                days.last());
    }

    /**
     * How many of the sessions of these events reached each step. The times of the steps are found one after the other, over rows
     * that are sorted once.
     */
    private SqlFragment counts(SqlFragment events) {
        int last = steps.size() - 1;
        SqlFragment timed = events;
        for (int step = 0; step < last; step++) {
            timed = SqlFragment.of(
                    "SELECT *, " + firstTime(step) + " OVER session AS t" + step + "\nFROM (?) AS events"
                            + (step == 1 ? "\nWHERE at >= t0" : "")
                            + "\nWINDOW session AS (PARTITION BY visitor_id, bucket, id)",
                    timed);
        }
        return SqlFragment.of(
                "SELECT " + joined(steps.size(), "count(t%d) AS t%<d", ", ") + "\nFROM (SELECT "
                        + joined(last, "min(t%d) AS t%<d", ", ") + ", " + firstTime(last) + " AS t" + last
                        + "\nFROM (?) AS events\nGROUP BY visitor_id, bucket, id) AS sessions",
                timed);
    }

    private static String firstTime(int step) {
        String after = step == 0 ? "" : " AND at > t" + (step - 1);
        return "min(at) FILTER (WHERE is" + step + after + ")";
    }

    private static String joined(int steps, String text, String between) {
        return IntStream.range(0, steps).mapToObj(text::formatted).collect(Collectors.joining(between));
    }
}
