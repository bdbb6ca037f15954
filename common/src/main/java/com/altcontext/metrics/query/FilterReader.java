package com.altcontext.metrics.query;

import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.query.Filter.Operator;
import com.altcontext.value.Issues;
import com.altcontext.value.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads filters, in the form of Plausible's Stats API v2 (plausible.io/docs/stats-api): {@code ["is", "path", ["/"]]}
 * combined by {@code and}, {@code or} and {@code not}. Violations are reported as issues.
 */
public final class FilterReader {
    private static final int MAX_VALUES = 100;
    private static final int MAX_VALUE = 2048;
    private static final int MAX_DEPTH = 8;

    private final Issues issues;
    private final Function<String, @Nullable Goal> goals;
    private int leaves;

    /** @param goals finds a goal of the requested property by its name */
    public FilterReader(Issues issues, Function<String, @Nullable Goal> goals) {
        this.issues = issues;
        this.goals = goals;
    }

    /** @param value a list of filters, all of which must match; null for none */
    public Filter filters(@Nullable Object value) {
        if (value == null) {
            return Filter.none();
        }
        if (!(value instanceof List<?> list)) {
            issues.add("filters", "must be a list of filters");
            return Filter.none();
        }
        Filter filter = new Filter.And(each(list, "filters", 0));
        if (leaves > Filter.MAX_LEAVES) {
            issues.add("filters", "must have at most " + Filter.MAX_LEAVES + " comparisons");
        }
        return filter;
    }

    private List<Filter> each(List<?> list, String path, int depth) {
        List<Filter> filters = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            Filter filter = filter(list.get(i), path + '.' + i, depth);
            if (filter != null) {
                filters.add(filter);
            }
        }
        return filters;
    }

    private @Nullable Filter filter(@Nullable Object value, String path, int depth) {
        if (leaves > Filter.MAX_LEAVES) {
            return null; // One issue says it for the whole filter.
        }
        if (depth > MAX_DEPTH) {
            return issue(path, "is nested too deeply");
        }
        String word = value instanceof List<?> list && !list.isEmpty() && list.getFirst() instanceof String first
                ? first
                : null;
        if (word == null || !(value instanceof List<?> list)) {
            return issue(path, "must be a list like [\"is\", \"path\", [\"/\"]]");
        }
        return switch (word) {
            case "and", "or" -> {
                if (list.size() != 2 || !(list.getLast() instanceof List<?> inner) || inner.isEmpty()) {
                    yield issue(path, "must have one list of filters after " + word);
                }
                List<Filter> filters = each(inner, path + ".1", depth + 1);
                yield word.equals("and") ? new Filter.And(filters) : new Filter.Or(filters);
            }
            case "not" -> {
                if (list.size() != 2) {
                    yield issue(path, "must have one filter after not");
                }
                Filter inner = filter(list.getLast(), path + ".1", depth + 1);
                yield inner == null ? null : new Filter.Not(inner);
            }
            default -> leaf(word, list, path);
        };
    }

    private @Nullable Filter leaf(String word, List<?> list, String path) {
        leaves++;
        Operator operator = operator(word);
        if (operator == null) {
            return issue(path, "must begin with is, is_not, contains, contains_not, matches, and, or, not");
        }
        if (list.size() != 3 || !(list.get(1) instanceof String name) || !(list.get(2) instanceof List<?> sent)) {
            return issue(path, "must have a dimension and a list of values");
        }
        List<@Nullable String> values = values(sent, path + ".2");
        if (values == null) {
            return null;
        }
        if (name.equals("goal")) {
            return reached(operator, values, path);
        }
        Field field = Field.named(name);
        return field == null ? issue(path + ".1", "is not a dimension") : new Filter.Leaf(operator, field, values);
    }

    private @Nullable Filter reached(Operator operator, List<@Nullable String> names, String path) {
        if (operator != Operator.IS && operator != Operator.IS_NOT) {
            return issue(path, "must be is or is_not for a goal");
        }
        List<Goal> found = new ArrayList<>();
        for (String name : names) {
            Goal goal = name == null ? null : goals.apply(name);
            if (goal == null) {
                return issue(path + ".2", "is not a goal of the property (all properties together have no goals)");
            }
            found.add(goal);
        }
        return new Filter.Reached(operator.isNegative(), found);
    }

    private static @Nullable Operator operator(String word) {
        for (Operator operator : Operator.values()) {
            if (operator.name().toLowerCase(Locale.ROOT).equals(word)) {
                return operator;
            }
        }
        return null;
    }

    private @Nullable List<@Nullable String> values(List<?> sent, String path) {
        List<@Nullable String> values = new ArrayList<>();
        for (Object value : sent) {
            if (value instanceof Map || value instanceof List) {
                issues.add(path, "must be strings, numbers, booleans or null");
                return null;
            }
            String text = value == null ? null : Field.PropField.text(value);
            if (text != null && (Text.lengthFault(text, 0, MAX_VALUE) != null || !Text.isStorable(text))) {
                issues.add(
                        path,
                        "must have at most " + MAX_VALUE + " characters each, without NUL and unpaired surrogates");
                return null;
            }
            values.add(text);
        }
        if (values.isEmpty() || values.size() > MAX_VALUES) {
            issues.add(path, "must have 1 to " + MAX_VALUES + " values");
            return null;
        }
        return values;
    }

    private @Nullable Filter issue(String path, String message) {
        issues.add(path, message);
        return null;
    }
}
