package com.altcontext.metrics.query;

import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.query.MetricsQuery.Order;
import com.altcontext.value.Fields;
import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.altcontext.value.Rejected;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a query, except its filters, from a body in the form of Plausible's Stats API v2 (plausible.io/docs/stats-api).
 * An invalid field is reported as an issue and then treated as absent.
 */
public final class QueryReader {
    private static final int MAX_GROUPINGS = 2;
    private static final String METRICS =
            Arrays.stream(QueryMetric.values()).map(QueryMetric::key).collect(Collectors.joining(" "));

    private static final String GROUPINGS = Stream.of(
                    Arrays.stream(Dimension.values()).map(Dimension::key),
                    Stream.of("props.<key>", Field.PropKeys.NAME, Breakdown.GOAL),
                    Arrays.stream(LeadDimension.values()).map(LeadDimension::key),
                    Arrays.stream(Grouping.Time.values()).map(Grouping::key))
            .flatMap(names -> names)
            .collect(Collectors.joining(" "));

    private final Fields fields;
    private final Issues issues;

    public QueryReader(Fields fields, Issues issues) {
        this.fields = fields;
        this.issues = issues;
    }

    /**
     * Reads the required field {@code dateRange}: two days, or a word. Words mean the day that has begun for all
     * properties. Ranges like {@code 7d} end before it, with the last day that is over.
     */
    public @Nullable Window dateRange(PropertyZones zones, Instant now) {
        LocalDate today = zones.earliestToday(now);
        Window window = null;
        try {
            window = switch (fields.value("dateRange")) {
                case List<?> days
                when days.size() == 2 ->
                    Window.between(day(days.getFirst()), day(days.getLast()), zones.latestToday(now));
                case String word ->
                    switch (word) {
                        case "today" -> new Window(today, today);
                        case "7d" -> Window.lastFull(7, today);
                        case "30d" -> Window.lastFull(30, today);
                        case "month" -> new Window(today.withDayOfMonth(1), today);
                        case "year" -> new Window(today.withDayOfYear(1), today);
                        default -> null;
                    };
                case null, default -> null;
            };
        } catch (DateTimeParseException unreadable) {
            // reported below
        } catch (Rejected rejected) {
            for (Issue issue : rejected.issues()) {
                fields.issue(issue.path().equals("to") ? "dateRange.1" : "dateRange.0", issue.message());
            }
            return null;
        }
        if (window == null) {
            fields.issue("dateRange", "must be two days like 2026-01-31, or one of today 7d 30d month year");
        }
        return window;
    }

    private static LocalDate day(@Nullable Object value) {
        return LocalDate.parse(value instanceof String text ? text : "");
    }

    /** Reads the metrics, of which at least one is required. */
    public List<QueryMetric> metrics() {
        List<QueryMetric> metrics = each("metrics", QueryMetric.values().length, QueryMetric::named, METRICS);
        if (!fields.has("metrics") || List.of().equals(fields.value("metrics"))) {
            fields.issue("metrics", "is required");
        }
        return metrics;
    }

    /**
     * @param goals the goals of the requested property; null for several properties together, which have no goals in
     *     common
     */
    public List<Grouping> groupings(@Nullable List<Goal> goals) {
        List<Grouping> groupings = each(
                "dimensions",
                MAX_GROUPINGS,
                name -> name.equals(Breakdown.GOAL) ? byGoal(goals) : Grouping.named(name),
                GROUPINGS);
        if (groupings.stream().anyMatch(Grouping.ByLead.class::isInstance)
                && !groupings.stream().allMatch(MetricsQuery::isOfLeads)) {
            fields.issue(
                    "dimensions", "can combine lead.… only with lead.…, time:…, " + LeadBreakdowns.KNOWN_DIMENSIONS);
        }
        return groupings;
    }

    /** The session whose dimensions leads have; by default the visitor's first. */
    public Touch touch() {
        return Touch.read(fields.value("touch"), issues);
    }

    private Grouping byGoal(@Nullable List<Goal> goals) {
        if (goals == null) {
            issues.add("propertyId", "is required, since goals belong to one property");
        }
        return new Grouping.ByGoal(goals == null ? List.of() : goals);
    }

    private <T> List<T> each(String name, int max, Function<String, @Nullable T> named, String all) {
        Object value = fields.value(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || list.size() > max) {
            fields.issue(name, "must be a list of at most " + max);
            return List.of();
        }
        List<T> read = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            T one = list.get(i) instanceof String text ? named.apply(text) : null;
            if (one == null) {
                fields.issue(name + '.' + i, "must be one of " + all);
            } else if (read.contains(one)) {
                fields.issue(name + '.' + i, "must not occur twice");
            } else {
                read.add(one);
            }
        }
        return read;
    }

    /**
     * Reads the order. All groupings are added at its end, so that the pages of an answer do not overlap. The default
     * order is by time; without a grouping by time, by the first metric, descending.
     */
    public List<Order> order(List<QueryMetric> metrics, List<Grouping> groupings) {
        List<String> columns =
                new ArrayList<>(groupings.stream().map(Grouping::key).toList());
        metrics.forEach(metric -> columns.add(metric.key()));
        List<Order> order = new ArrayList<>();
        if (fields.value("orderBy") instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                Order by = order(list.get(i), columns);
                if (by == null) {
                    fields.issue("orderBy." + i, "must be a metric or dimension of the query with asc or desc");
                } else {
                    order.add(by);
                }
            }
        } else if (fields.has("orderBy")) {
            fields.issue("orderBy", "must be a list like [[\"visitors\", \"desc\"]]");
        } else {
            times(groupings).forEach(column -> order.add(new Order(column, false)));
            if (order.isEmpty()) {
                order.add(new Order(groupings.size(), true));
            }
        }
        for (int column = 0; column < groupings.size(); column++) {
            int own = column;
            if (order.stream().noneMatch(by -> by.column() == own)) {
                order.add(new Order(column, false));
            }
        }
        return order;
    }

    private static IntStream times(List<Grouping> groupings) {
        return IntStream.range(0, groupings.size()).filter(column -> groupings.get(column) instanceof Grouping.Time);
    }

    private static @Nullable Order order(@Nullable Object value, List<String> columns) {
        if (!(value instanceof List<?> pair) || pair.size() != 2) {
            return null;
        }
        int column = columns.indexOf(pair.getFirst());
        boolean descending = "desc".equals(pair.getLast());
        return column < 0 || !(descending || "asc".equals(pair.getLast())) ? null : new Order(column, descending);
    }

    public int number(String name, int fallback, int min, int max) {
        Object value = fields.value(name);
        if (value == null) {
            return fallback;
        }
        if (value instanceof Long number && number >= min && number <= max) {
            return number.intValue();
        }
        issues.add(name, "must be a whole number from " + min + " to " + max);
        return fallback;
    }
}
