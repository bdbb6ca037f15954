package com.altcontext.api.metrics;

import com.altcontext.db.Sql;
import com.altcontext.metrics.Goal;
import com.altcontext.metrics.GoalStore;
import com.altcontext.value.Text;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The goals of a property by their names, read only if a question names one. */
@Singleton
final class GoalNames {
    private final Sql sql;

    GoalNames(Sql sql) {
        this.sql = sql;
    }

    /** A goal by its name; null if there is none. */
    interface Lookup extends Function<String, @Nullable Goal> {
        List<Goal> list();
    }

    /** Finds a goal of every name, and notes that one was named. */
    static final class Names implements Lookup {
        private boolean asked;

        @Override
        public Goal apply(String name) {
            asked = true;
            return new Goal(name, new Goal.Page("/"));
        }

        @Override
        public List<Goal> list() {
            asked = true;
            return List.of();
        }

        boolean wereAsked() {
            return asked;
        }
    }

    /** Reads the goals. All properties together have none. Waits for the database. */
    List<Goal> list(@Nullable String property) {
        return property == null || !Text.isStorable(property)
                ? List.of()
                : sql.inTransaction(tx -> GoalStore.of(tx, property));
    }

    /**
     * Waits for the database.
     *
     * @param property null for all together, which share no goals
     */
    Lookup of(@Nullable String property) {
        List<Goal> goals = list(property);
        return new Lookup() {
            @Override
            public @Nullable Goal apply(String name) {
                return goals.stream()
                        .filter(goal -> goal.name().equals(name))
                        .findFirst()
                        .orElse(null);
            }

            @Override
            public List<Goal> list() {
                return goals;
            }
        };
    }
}
