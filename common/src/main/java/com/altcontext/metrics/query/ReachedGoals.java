package com.altcontext.metrics.query;

import com.altcontext.metrics.Condition;
import com.altcontext.metrics.Goal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The goals that sessions reached: one reading of the events, whatever the number of goals.
 *
 * @param first the first partition that is read
 * @param until the last one
 */
record ReachedGoals(List<Goal> goals, List<ZoneWindow> windows, LocalDate first, LocalDate until) {
    /** The name of a goal, where these are joined. */
    static final Condition NAME = Condition.of("goal.name");

    /**
     * Keeps the sessions that reached a goal, once for each.
     *
     * @param from {@code events AS e} or {@code sessions AS s}, and what is joined with it
     */
    Condition joinedWith(String from) {
        List<@Nullable Object> values = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Goal goal : goals) {
            names.add("CASE WHEN bool_or(" + goal.reached().sql() + ") THEN ?::text END");
            values.addAll(goal.reached().values());
            values.add(goal.name());
        }
        Condition any = Goal.reachedBy(goals);
        values.add(
                windows.stream().flatMap(window -> window.properties().stream()).toArray(String[]::new));
        values.add(first);
        values.add(until);
        values.addAll(any.values());
        // A session is joined by its id alone, and the names are unfolded, so that the planner does not expect a single
        // row: with
        // equations and a search among the names it looked for the events of each session apart.
        boolean ofEvents = from.startsWith("events AS e");
        return new Condition(
                """
                %s JOIN (SELECT g.bucket, g.visitor_id, g.session_id, array_remove(ARRAY[%s]::text[], NULL) AS names
                FROM events AS g
                WHERE g.device <> 'bot' AND g.property_id = ANY (?::text[]) AND g.day BETWEEN ? AND ? AND %s
                GROUP BY g.bucket, g.visitor_id, g.session_id) AS reached
                ON reached.bucket = %4$s.bucket AND reached.session_id = %5$s
                CROSS JOIN LATERAL unnest(reached.names) AS goal(name)""".formatted(
                                from,
                                String.join(", ", names),
                                any.sql(),
                                ofEvents ? "e" : "s",
                                ofEvents ? "e.session_id" : "s.id"),
                values);
    }

    /**
     * The same counts for each goal.
     *
     * @param counts without goals; their columns are those of the result behind the name
     */
    Condition each(String columns, Condition counts) {
        List<@Nullable Object> values = new ArrayList<>(counts.values());
        values.add(names());
        return new Condition(
                "SELECT " + columns + " FROM (\n" + counts.sql()
                        + ") AS counted CROSS JOIN unnest(?::text[]) AS goal(name)",
                values);
    }

    private String[] names() {
        return goals.stream().map(Goal::name).toArray(String[]::new);
    }
}
