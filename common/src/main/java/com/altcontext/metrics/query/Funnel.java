package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.goal.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Counts the sessions that reach each step, in the order of the steps. Other events may happen in between. A step is
 * reached at its first event after the step before it was reached.
 *
 * @param windows the windows in which the counted sessions began
 * @param steps 2 to 8; the names of these goals are not used
 */
public record Funnel(List<ZoneWindow> windows, List<Goal> steps, Filter filter) {
    public static final int MIN_STEPS = 2;
    public static final int MAX_STEPS = 8;

    /**
     * The statement whose one row has the number of sessions, and then the number of sessions that reached each step.
     * It reads the events of all steps once, and drops events before the first step early. A session that did not reach
     * a step has no time for it, nor for any later step.
     */
    SqlFragment statement(SessionDays days) {
        SqlFragment sessions = RawConditions.sessionsOf(windows, filter, days);
        return SqlFragment.of(
                "SELECT total.*, reached.*\nFROM (SELECT count(*) FROM (?) AS sessions) AS total\nCROSS JOIN (?) AS reached",
                sessions,
                counts(events(sessions, days)));
    }

    /**
     * The events of these sessions that match a step. The columns {@code is0}, {@code is1} and so on say which steps
     * they match.
     */
    private SqlFragment events(SqlFragment sessions, SessionDays days) {
        List<SqlFragment> columns =
                new ArrayList<>(List.of(SqlFragment.of("s.bucket, s.visitor_id, s.id, g.occurred_at AS at")));
        for (int step = 0; step < steps.size(); step++) {
            columns.add(SqlFragment.of("? AS is" + step, steps.get(step).reached()));
        }
        return SqlFragment.of(
                "SELECT *\nFROM (SELECT ?\nFROM (?) AS s JOIN events AS g ON " + RawConditions.ofSession("g", "s")
                        + "\nWHERE g" + RawConditions.NOT_BOT + " AND g.day BETWEEN ? AND ?) AS events\nWHERE "
                        + joined(steps.size(), "is%d", " OR "),
                SqlFragment.joined(", ", columns),
                sessions,
                RawConditions.firstPartition(windows),
                days.last());
    }

    /**
     * Counts how many sessions reached each step, from their events. The times of the steps are computed one after the
     * other, over rows that are sorted once.
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
