package com.altcontext.metrics.query;

import com.altcontext.db.LikePattern;
import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.goal.PageIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Selects the events of a query, and the sessions that have such an event. */
public sealed interface Filter {
    /** The maximum number of leaves of a filter. */
    int MAX_LEAVES = 20;

    /** How a value is compared with the values of the filter. Matching one of them is enough. */
    enum Operator {
        IS,
        IS_NOT,
        CONTAINS,
        CONTAINS_NOT,
        /** The values of the filter are patterns, in which {@code *} stands for any characters. */
        MATCHES;

        boolean isNegative() {
            return this == IS_NOT || this == CONTAINS_NOT;
        }
    }

    /** @param values null stands for a missing value */
    record Leaf(Operator operator, Field field, List<@Nullable String> values) implements Filter {}

    /** Selects sessions that reached one of the goals, or none of them. */
    record Reached(boolean isNegative, List<Goal> goals) implements Filter {}

    record And(List<Filter> all) implements Filter {}

    record Or(List<Filter> any) implements Filter {}

    record Not(Filter filter) implements Filter {}

    /** The filter that matches everything. */
    static Filter none() {
        return new And(List.of());
    }

    /** Whether any leaf is about events. */
    default boolean isOfEvents() {
        return anyLeaf(Filter::isLeafOfEvents);
    }

    /** Whether any leaf is about sessions. */
    default boolean isOfSessions() {
        return anyLeaf(leaf -> !isLeafOfEvents(leaf));
    }

    private static boolean isLeafOfEvents(Filter filter) {
        return filter instanceof Leaf leaf && leaf.field.isOfEvents();
    }

    /** Whether the condition is true for any {@link Leaf} or {@link Reached}. */
    default boolean anyLeaf(Predicate<Filter> condition) {
        return switch (this) {
            case Leaf _, Reached _ -> condition.test(this);
            case And and -> and.all.stream().anyMatch(each -> each.anyLeaf(condition));
            case Or or -> or.any.stream().anyMatch(each -> each.anyLeaf(condition));
            case Not not -> not.filter.anyLeaf(condition);
        };
    }

    /** Whether it has no conditions, and so matches everything. */
    default boolean isEmpty() {
        return this instanceof And and && and.all.stream().allMatch(Filter::isEmpty);
    }

    /**
     * The SQL condition on an event {@code e} and its session {@code s}. If no leaf is about events, it is about the
     * session only.
     *
     * @param reached turns the condition on an event {@code g} into the condition that the session has such an event
     */
    default SqlFragment condition(UnaryOperator<SqlFragment> reached) {
        return switch (this) {
            case Leaf leaf -> condition(leaf);
            case Reached goal -> {
                SqlFragment is = reached.apply(Goal.reachedBy(goal.goals));
                yield goal.isNegative ? is.negated() : is;
            }
            case And and ->
                SqlFragment.all(
                        and.all.stream().map(each -> each.condition(reached)).toList());
            case Or or ->
                SqlFragment.any(
                        or.any.stream().map(each -> each.condition(reached)).toList());
            case Not not -> not.filter.condition(reached).negated();
        };
    }

    private static SqlFragment condition(Leaf leaf) {
        SqlFragment value = leaf.field.value();
        List<String> texts = new ArrayList<>();
        for (String text : leaf.values) {
            if (text != null) {
                texts.add(text);
            }
        }
        List<SqlFragment> any = new ArrayList<>();
        if (texts.size() < leaf.values.size()) {
            any.add(SqlFragment.of("? IS NULL", value));
        }
        if (!texts.isEmpty()) {
            any.add(
                    switch (leaf.operator) {
                        case IS, IS_NOT -> isAnyOf(leaf.field, texts);
                        case CONTAINS, CONTAINS_NOT ->
                            compared(
                                    value,
                                    " LIKE ANY (?::text[])",
                                    texts.stream().map(LikePattern::containing).toList());
                        case MATCHES ->
                            compared(
                                    value,
                                    " LIKE ANY (?::text[])",
                                    texts.stream().map(LikePattern::ofWildcards).toList());
                    });
        }
        SqlFragment matches = SqlFragment.any(any);
        return leaf.operator.isNegative() ? matches.negated() : matches;
    }

    private static SqlFragment isAnyOf(Field field, List<String> texts) {
        return field instanceof Field.Column(Dimension dimension) && dimension == Dimension.PATH
                ? PageIndex.isAnyOf("e", texts)
                : compared(field.value(), " = ANY (?::text[])", texts);
    }

    private static SqlFragment compared(SqlFragment value, String how, List<String> texts) {
        return SqlFragment.of("?" + how, value, texts.toArray(String[]::new));
    }
}
