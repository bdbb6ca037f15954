package com.altcontext.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A piece of SQL and the values of its question marks. The text comes only from this package; what a client sent is
 * always a bound value.
 */
public record Condition(String sql, List<@Nullable Object> values) {
    public static final Condition TRUE = of("true");

    public Condition {
        // Null is allowed as a value here.
        List<@Nullable Object> copy = new ArrayList<>(values);
        values = Collections.<@Nullable Object>unmodifiableList(copy);
    }

    public static Condition of(String sql, @Nullable Object... values) {
        return new Condition(sql, Arrays.asList(values));
    }

    public static Condition all(List<Condition> conditions) {
        return joined(conditions, " AND ", TRUE);
    }

    public static Condition any(List<Condition> conditions) {
        return joined(conditions, " OR ", of("false"));
    }

    private static Condition joined(List<Condition> conditions, String by, Condition ifNone) {
        if (conditions.isEmpty()) {
            return ifNone;
        }
        return new Condition(
                conditions.stream().map(Condition::sql).collect(Collectors.joining(by, "(", ")")), values(conditions));
    }

    private static List<@Nullable Object> values(List<Condition> conditions) {
        List<@Nullable Object> all = new ArrayList<>();
        for (Condition each : conditions) {
            all.addAll(each.values);
        }
        return all;
    }

    /** The negation, which is also true where this condition is unknown, as for a missing value. */
    public Condition negated() {
        return new Condition("(" + sql + ") IS NOT TRUE", values);
    }

    /** This condition within other text, in place of {@code %s}. */
    public Condition within(String text, @Nullable Object... before) {
        List<@Nullable Object> all = new ArrayList<>();
        Collections.addAll(all, before);
        all.addAll(values);
        return new Condition(text.formatted(sql), all);
    }
}
