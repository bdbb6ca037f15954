package com.altcontext.metrics.goal;

import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.metrics.RollupLock;
import com.altcontext.metrics.goal.Goal.CustomEvent;
import com.altcontext.metrics.goal.Goal.Page;
import com.altcontext.metrics.goal.Goal.Prop;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stores the goals of properties. A rollup uses the goals that exist when it begins. A running service learns of a
 * change within seconds, see {@link Goals}.
 */
public final class GoalStore {
    /** The maximum number of goals per property. It is limited because each goal makes a rollup slower. */
    public static final int MAX_GOALS = 50;

    private static final String LIST = """
            SELECT property_id, name, path_pattern, event_type, prop_key, prop_value, created_at
            FROM goals
            WHERE ?::text IS NULL OR property_id = ?
            ORDER BY property_id, name COLLATE "C"
            """;

    private static final String ADD = """
            INSERT INTO goals (property_id, name, path_pattern, event_type, prop_key, prop_value)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """;

    private static final String REMOVE_COUNTS = "DELETE FROM daily_goal_rollups WHERE property_id = ? AND goal = ?";

    private GoalStore() {}

    /** A goal and its property. */
    public record StoredGoal(String property, Goal goal, Instant createdAt) {
        private static StoredGoal read(Row row) throws SQLException {
            String pattern = row.textOrNull(3);
            String key = row.textOrNull(5);
            Goal.Target target = pattern != null
                    ? new Page(pattern)
                    : new CustomEvent(row.text(4), key == null ? null : new Prop(key, row.text(6)));
            return new StoredGoal(row.text(1), new Goal(row.text(2), target), row.time(7));
        }
    }

    /** The result of adding a goal. */
    public sealed interface Addition {
        /** @param days the number of days with raw events on which the goal was counted */
        record Added(int days) implements Addition {}

        /** Nothing was added. */
        sealed interface Refused extends Addition {}

        record NameTaken() implements Refused {}

        record UnknownProperty() implements Refused {}

        record TooMany() implements Refused {}
    }

    /** The goals of a property, sorted by name. */
    public static List<Goal> of(Tx tx, String property) {
        return list(tx, property).stream().map(StoredGoal::goal).toList();
    }

    /** @param property null for the goals of all properties */
    public static List<StoredGoal> list(Tx tx, @Nullable String property) {
        return tx.query(LIST, StoredGoal::read, property, property);
    }

    /**
     * Adds a goal without counting it, as a part of {@code Rollup.addGoal}. The caller holds the {@link RollupLock}.
     *
     * @return why the goal was not added; empty if it was added
     */
    public static Optional<Addition.Refused> add(Tx tx, String property, Goal goal) {
        if (tx.query("SELECT 1 FROM properties WHERE id = ? FOR UPDATE", row -> row.number(1), property)
                .isEmpty()) {
            return Optional.of(new Addition.UnknownProperty());
        }
        if (of(tx, property).size() >= MAX_GOALS) {
            return Optional.of(new Addition.TooMany());
        }
        Page page = goal.target() instanceof Page ofPath ? ofPath : null;
        long added = tx.update(
                ADD,
                property,
                goal.name(),
                page == null ? null : page.pattern(),
                page == null ? goal.eventType() : null,
                goal.propKey(),
                goal.propValue());
        if (added == 0) {
            return Optional.of(new Addition.NameTaken());
        }
        // A removed property with the same slug may have left counts of a goal of the same name.
        tx.update(REMOVE_COUNTS, property, goal.name());
        return Optional.empty();
    }

    /**
     * Removes a goal with its counts. Waits for a running rollup, which would otherwise store a count of the goal
     * again.
     *
     * @return false if there is no such goal
     */
    public static boolean remove(Tx tx, String property, String name) {
        RollupLock.take(tx);
        tx.update(REMOVE_COUNTS, property, name);
        return tx.update("DELETE FROM goals WHERE property_id = ? AND name = ?", property, name) > 0;
    }
}
