package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Goal;
import com.altcontext.metrics.ShownValue;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the rows of an answer are grouped by. */
public sealed interface Grouping {
    /** @param name as the request calls it */
    record By(String name, Field field) implements Grouping {}

    /** Each goal that the session reached: none, one or several groups. */
    record ByGoal(List<Goal> goals) implements Grouping {
        public ByGoal {
            goals = List.copyOf(goals);
        }
    }

    /** Time of the property's zone, of events when they happened and of sessions when they began. */
    enum Time implements Grouping {
        HOUR("YYYY-MM-DD\"T\"HH24:00"),
        DAY("YYYY-MM-DD"),
        /** A week, named by its Monday. */
        WEEK("YYYY-MM-DD"),
        /** A month, named by its first day. */
        MONTH("YYYY-MM-DD");

        private final String format;

        Time(String format) {
            this.format = format;
        }

        /** @param time a local time */
        private SqlFragment of(SqlFragment time) {
            return SqlFragment.of("date_trunc('" + name().toLowerCase(Locale.ROOT) + "', ?)", time);
        }
    }

    /** The name in requests and answers. */
    default String key() {
        return switch (this) {
            case By by -> by.name;
            case ByGoal _ -> Breakdown.GOAL;
            case Time time -> "time:" + time.name().toLowerCase(Locale.ROOT);
        };
    }

    /** Whether its values reveal something about visitors; times and the keys of {@code props} do not. */
    default boolean isByValue() {
        return !(this instanceof Time || (this instanceof By by && by.field instanceof Field.PropKeys));
    }

    default boolean isOfEvents() {
        return this instanceof By by && by.field.isOfEvents();
    }

    default boolean isOfSessions() {
        return this instanceof ByGoal || (this instanceof By by && !by.field.isOfEvents());
    }

    /**
     * The text of a value, of its column: made once for a row of the answer and not once for an event.
     *
     * @param values so many are in memory at a time
     */
    default String text(String column, int values) {
        return switch (this) {
            case Time time -> "to_char(" + column + ", '" + time.format + "')";
            case By _ -> ShownValue.sql(column, values);
            case ByGoal _ -> column;
        };
    }

    /** The value; {@code localTime} is that of the event or of the session's begin. */
    default SqlFragment value(SqlFragment localTime) {
        return switch (this) {
            case By by -> by.field.value();
            case ByGoal _ -> SqlFragment.of(ReachedGoals.NAME);
            case Time time -> time.of(localTime);
        };
    }

    static @Nullable Grouping named(String name) {
        if (name.startsWith("time:")) {
            for (Time time : Time.values()) {
                if (time.key().equals(name)) {
                    return time;
                }
            }
            return null;
        }
        Field field = name.equals(Field.PropKeys.NAME) ? new Field.PropKeys() : Field.named(name);
        return field == null ? null : new By(name, field);
    }
}
