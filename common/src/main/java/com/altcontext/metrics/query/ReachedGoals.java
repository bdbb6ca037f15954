package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Goal;
import java.time.LocalDate;
import java.util.List;

/**
 * The goals that sessions reached: one reading of the events, whatever the number of goals.
 *
 * @param first the first partition that is read
 * @param until the last one
 */
record ReachedGoals(List<Goal> goals, List<ZoneWindow> windows, LocalDate first, LocalDate until) {
    /** The name of a goal, where these are joined. */
    static final String NAME = "goal.name";

    /**
     * Keeps the sessions that reached a goal, once for each.
     *
     * @param from {@code events AS e} or {@code sessions AS s}, and what is joined with it
     */
    SqlFragment joinedWith(String from) {
        List<SqlFragment> names = goals.stream()
                .map(goal -> SqlFragment.of("CASE WHEN bool_or(?) THEN ?::text END", goal.reached(), goal.name()))
                .toList();
        // A session is joined by its id alone, and the names are unfolded, so that the planner does not expect a single
        // row: with
        // equations and a search among the names it looked for the events of each session apart.
        boolean ofEvents = from.startsWith("events AS e");
        return SqlFragment.of(
                from + """
                         JOIN (SELECT g.bucket, g.visitor_id, g.session_id, array_remove(ARRAY[?]::text[], NULL) AS names
                        FROM events AS g
                        WHERE g.device <> 'bot' AND g.property_id = ANY (?::text[]) AND g.day BETWEEN ? AND ? AND ?
                        GROUP BY g.bucket, g.visitor_id, g.session_id) AS reached
                        ON reached.bucket = %s.bucket AND reached.session_id = %s
                        CROSS JOIN LATERAL unnest(reached.names) AS goal(name)""".formatted(ofEvents ? "e" : "s", ofEvents ? "e.session_id" : "s.id"),
                SqlFragment.joined(", ", names),
                windows.stream().flatMap(window -> window.properties().stream()).toArray(String[]::new),
                first,
                until,
                Goal.reachedBy(goals));
    }

    /**
     * The same counts for each goal.
     *
     * @param counts without goals; their columns are those of the result behind the name
     */
    SqlFragment each(String columns, SqlFragment counts) {
        return SqlFragment.of(
                "SELECT " + columns + " FROM (\n?) AS counted CROSS JOIN unnest(?::text[]) AS goal(name)",
                counts,
                names());
    }

    private String[] names() {
        return goals.stream().map(Goal::name).toArray(String[]::new);
    }
}
