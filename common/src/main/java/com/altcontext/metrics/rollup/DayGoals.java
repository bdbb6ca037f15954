package com.altcontext.metrics.rollup;

import com.altcontext.db.Columns;
import com.altcontext.db.Tx;
import com.altcontext.metrics.goal.GoalStore.StoredGoal;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Counts how many sessions that began on a day reached each goal, and stores the counts. */
final class DayGoals {
    private static final String SAVE = """
            INSERT INTO daily_goal_rollups (property_id, goal, day, sessions)
            SELECT property_id, goal, ?, sessions
            FROM unnest(?::text[], ?::text[], ?::int8[]) AS counted(property_id, goal, sessions)
            """;

    private final Tx tx;
    private final LocalDate day;
    private final Map<String, @Nullable Object> parameters;

    /** @param parameters the parameters of {@code rollup.sql} for the day */
    DayGoals(Tx tx, LocalDate day, Map<String, @Nullable Object> parameters) {
        this.tx = tx;
        this.day = day;
        this.parameters = new HashMap<>(parameters);
    }

    /** Counts one goal with a scan of the day, or with the page index if the goal's pattern allows it. */
    void save(StoredGoal goal) {
        parameters.put("property", goal.property());
        parameters.put("reached", goal.goal().reached());
        long sessions = tx.queryOne(DayRollup.statement("goal", parameters), row -> row.number(1));
        store(new Columns<>(List.of(goal)), new long[] {sessions});
    }

    /** Counts many goals in one scan of the day. Each event is compared with all goals of its property. */
    void saveTogether(List<StoredGoal> goals) {
        if (goals.isEmpty()) {
            return;
        }
        Columns<StoredGoal> columns = new Columns<>(goals);
        parameters.put("numbers", LongStream.range(0, goals.size()).toArray());
        parameters.put("owners", columns.texts(StoredGoal::property));
        parameters.put("types", columns.texts(goal -> goal.goal().eventType()));
        parameters.put("patterns", columns.texts(goal -> goal.goal().pathPattern()));
        parameters.put("keys", columns.texts(goal -> goal.goal().propKey()));
        parameters.put("wanted", columns.texts(goal -> goal.goal().propValue()));
        long[] sessions = new long[goals.size()];
        tx.each(DayRollup.statement("goals", parameters), row -> sessions[(int) row.number(1)] = row.number(2));
        store(columns, sessions);
    }

    private void store(Columns<StoredGoal> goals, long[] sessions) {
        tx.update(
                SAVE,
                day,
                goals.texts(StoredGoal::property),
                goals.texts(goal -> goal.goal().name()),
                sessions);
    }
}
