package com.altcontext.metrics;

import com.altcontext.db.Columns;
import com.altcontext.db.Tx;
import com.altcontext.metrics.GoalStore.StoredGoal;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Counts the sessions that began on a day and reached goals, and stores the counts. */
final class DayGoals {
    private static final String SAVE = """
            INSERT INTO daily_goal_rollups (property_id, goal, day, sessions)
            SELECT property_id, goal, ?, sessions
            FROM unnest(?::text[], ?::text[], ?::int8[]) AS counted(property_id, goal, sessions)
            """;

    private final Tx tx;
    private final LocalDate day;
    private final Map<String, @Nullable Object> asked;

    /** @param asked what {@code rollup.sql} knows of the day */
    DayGoals(Tx tx, LocalDate day, Map<String, @Nullable Object> asked) {
        this.tx = tx;
        this.day = day;
        this.asked = new HashMap<>(asked);
    }

    /** Counts one goal, by the index of pages where it helps. The day is read for it. */
    void save(StoredGoal goal) {
        asked.put("property", goal.property());
        asked.put("reached", goal.goal().reached());
        long sessions = tx.queryOne(DayRollup.statement("goal", asked), row -> row.number(1));
        store(new Columns<>(List.of(goal)), new long[] {sessions});
    }

    /** Counts many goals, for which the day is read once. Each event is compared with all goals of its property. */
    void saveTogether(List<StoredGoal> goals) {
        if (goals.isEmpty()) {
            return;
        }
        Columns<StoredGoal> columns = new Columns<>(goals);
        asked.put("numbers", LongStream.range(0, goals.size()).toArray());
        asked.put("owners", columns.texts(StoredGoal::property));
        asked.put("types", columns.texts(goal -> goal.goal().eventType()));
        asked.put("patterns", columns.texts(goal -> goal.goal().pathPattern()));
        asked.put("keys", columns.texts(goal -> goal.goal().propKey()));
        asked.put("wanted", columns.texts(goal -> goal.goal().propValue()));
        long[] sessions = new long[goals.size()];
        tx.each(DayRollup.statement("goals", asked), row -> sessions[(int) row.number(1)] = row.number(2));
        store(columns, sessions);
    }

    private void store(Columns<StoredGoal> goals, long[] sessions) {
        var _ = tx.update(
                SAVE,
                day,
                goals.texts(StoredGoal::property),
                goals.texts(goal -> goal.goal().name()),
                sessions);
    }
}
