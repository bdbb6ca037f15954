package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.goal.Goal;
import java.time.LocalDate;
import java.util.List;

/**
 * Joins the goals that sessions reached. The events are read once, regardless of the number of goals.
 *
 * @param first the first partition that is read
 * @param until the last one
 */
record ReachedGoals(List<Goal> goals, List<ZoneWindow> windows, LocalDate first, LocalDate until) {
    /** The column with the name of a joined goal. */
    static final String NAME = "goal.name";

    /**
     * Joins each session, or event of a session, with each goal that the session reached.
     *
     * @param from {@code events AS e} or {@code sessions AS s}, and its other joins
     */
    SqlFragment joinedWith(String from) {
        List<SqlFragment> names = goals.stream()
                .map(goal -> SqlFragment.of("CASE WHEN bool_or(?) THEN ?::text END", goal.reached(), goal.name()))
                .toList();
        // The join is by the id of the session only, and the names are unnested, so that the planner does not expect a
        // single row. With more equations and a search in the names, it looked up the events of each session
        // separately.
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
     * Repeats counts for each goal.
     *
     * @param columns the selected columns, of the counts and {@link #NAME}
     * @param counts a statement without goals
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
