package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.ShownValue;
import com.altcontext.metrics.goal.Goal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the rows of an answer are grouped by. */
public sealed interface Grouping {
    /** @param name the name in requests */
    record By(String name, Field field) implements Grouping {}

    /** By where leads came from. Only leads are known for it. */
    record ByLead(LeadDimension dimension) implements Grouping {}

    /** By reached goal. A session is in no group, one group or several groups. */
    record ByGoal(List<Goal> goals) implements Grouping {
        public ByGoal {
            goals = List.copyOf(goals);
        }
    }

    /** By local time of the property: the time when an event happened, or when a session began. */
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
            case ByLead by -> by.dimension.key();
            case ByGoal _ -> Breakdown.GOAL;
            case Time time -> "time:" + time.name().toLowerCase(Locale.ROOT);
        };
    }

    /** Whether the groups can reveal something about a visitor. Times and the keys of {@code props} cannot. */
    default boolean isByValue() {
        return !(this instanceof Time || (this instanceof By by && by.field instanceof Field.PropKeys));
    }

    /** Whether a value is a text of any length, which the answer shortens. */
    default boolean hasLongTexts() {
        return this instanceof By || this instanceof ByLead;
    }

    default boolean isOfEvents() {
        return this instanceof By by && by.field.isOfEvents();
    }

    default boolean isOfSessions() {
        return this instanceof ByGoal || (this instanceof By by && !by.field.isOfEvents());
    }

    /**
     * The SQL expression of the text of a value. It is evaluated once for each row of the answer, not for each event.
     *
     * @param column the column with the value
     * @param values how many values are in memory at a time
     */
    default String text(String column, int values) {
        return switch (this) {
            case Time time -> "to_char(" + column + ", '" + time.format + "')";
            case By _, ByLead _ -> ShownValue.sql(column, values);
            case ByGoal _ -> column;
        };
    }

    /**
     * The SQL expression of the value.
     *
     * @param localTime the local time of the event, or of the beginning of the session
     */
    default SqlFragment value(SqlFragment localTime) {
        return switch (this) {
            case By by -> by.field.value();
            case ByLead by -> by.dimension.value();
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
        LeadDimension ofLeads = LeadDimension.named(name);
        if (ofLeads != null) {
            return new ByLead(ofLeads);
        }
        Field field = name.equals(Field.PropKeys.NAME) ? new Field.PropKeys() : Field.named(name);
        return field == null ? null : new By(name, field);
    }
}
