package com.altcontext.metrics.goal;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toUnmodifiableList;

import com.altcontext.db.Sql;
import com.altcontext.metrics.goal.GoalStore.StoredGoal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The goals of all properties, kept in memory so that queries need no lookup. {@link #refresh} is called before the
 * service is ready, every few seconds after that, and when this process has added a goal.
 */
public final class Goals {
    private final Sql sql;
    private volatile Map<String, List<Goal>> byProperty = Map.of();

    public Goals(Sql sql) {
        this.sql = sql;
    }

    /** Reads the goals again. */
    public void refresh() {
        byProperty = sql.inTransaction(tx -> GoalStore.list(tx, null)).stream()
                .collect(groupingBy(StoredGoal::property, mapping(StoredGoal::goal, toUnmodifiableList())));
    }

    /** @param property null for all properties together, which have no goals in common */
    public List<Goal> of(@Nullable String property) {
        return property == null ? List.of() : byProperty.getOrDefault(property, List.of());
    }

    /** The goal of a property with this name; null if there is none. */
    public @Nullable Goal named(@Nullable String property, String name) {
        return of(property).stream()
                .filter(goal -> goal.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}
