package com.altcontext.metrics.query;

import com.altcontext.db.Sql;
import com.altcontext.metrics.goal.Goal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The stored rows, and what windows, filters and goals mean for them, in plain Java that follows docs/metrics.md word
 * by word.
 */
final class StoredVisits {
    private static final Set<Filter.Operator> NEGATIVE = Set.of(Filter.Operator.IS_NOT, Filter.Operator.CONTAINS_NOT);

    private StoredVisits() {}

    record Event(
            String visitor,
            String session,
            String property,
            Instant at,
            String type,
            String path,
            @Nullable String plan,
            List<String> propKeys,
            String device,
            boolean converts,
            @Nullable Double lcp,
            @Nullable Double fcp,
            long engagedMs,
            @Nullable Double scroll,
            Instant firstSeen) {
        /** This event, once for each key of its props. */
        private Stream<Event> eachPropKey() {
            return propKeys.stream()
                    .map(prop -> new Event(
                            visitor,
                            session,
                            property,
                            at,
                            type,
                            path,
                            plan,
                            List.of(prop),
                            device,
                            converts,
                            lcp,
                            fcp,
                            engagedMs,
                            scroll,
                            firstSeen));
        }
    }

    record Session(
            String id,
            String property,
            Instant startedAt,
            String device,
            String source,
            @Nullable String campaign,
            @Nullable String landing,
            List<Event> events) {
        /** The session's events, each once for every group that it is in. */
        List<Event> events(List<Grouping> by) {
            return by.stream().anyMatch(each -> each.key().equals("props"))
                    ? events.stream().flatMap(Event::eachPropKey).toList()
                    : events;
        }

        long engagedMs() {
            return events.stream().mapToLong(Event::engagedMs).sum();
        }

        boolean isViewed() {
            return events.stream().anyMatch(e -> e.type.equals("page_view"));
        }

        boolean beginsForm() {
            return events.stream().anyMatch(e -> e.type.equals("form_start"));
        }

        boolean completesForm() {
            return events.stream()
                    .filter(e -> e.type.equals("form_start"))
                    .anyMatch(start ->
                            events.stream().anyMatch(e -> e.type.equals("form_submit") && e.at.isAfter(start.at)));
        }

        boolean bounces() {
            long views = events.stream().filter(e -> e.type.equals("page_view")).count();
            return views == 1
                    && events.stream()
                            .allMatch(e -> Set.of("page_view", "engagement").contains(e.type));
        }
    }

    /** Reads the sessions of people, without those of bots. */
    static List<Session> read(Sql sql) {
        return sql.inTransaction(tx -> {
            Map<String, List<Event>> events = new HashMap<>();
            tx.each(
                    "SELECT visitor_id, session_id, e.property_id, occurred_at, event_type, path, props ->> 'plan',"
                            + " (SELECT string_agg(name, ',') FROM jsonb_object_keys(props) AS name), device, is_conversion, lcp_ms, fcp_ms,"
                            + " coalesce(engaged_time_ms, 0), scroll_depth_percent, first_seen_at FROM events AS e JOIN visitors USING (bucket, visitor_id) WHERE device <> 'bot' ORDER BY occurred_at, path COLLATE \"C\"",
                    row -> events.computeIfAbsent(row.text(2), _ -> new ArrayList<>())
                            .add(new Event(
                                    row.text(1),
                                    row.text(2),
                                    row.text(3),
                                    row.time(4),
                                    row.text(5),
                                    row.text(6),
                                    row.textOrNull(7),
                                    List.of(row.text(8).split(",")),
                                    row.text(9),
                                    row.flag(10),
                                    row.decimalOrNull(11),
                                    row.decimalOrNull(12),
                                    row.number(13),
                                    row.decimalOrNull(14),
                                    row.time(15))));
            return tx.query(
                    "SELECT id, property_id, started_at, device, traffic_source, utm_campaign FROM sessions WHERE device <> 'bot'",
                    row -> {
                        List<Event> own = events.getOrDefault(row.text(1), List.of());
                        return new Session(
                                row.text(1),
                                row.text(2),
                                row.time(3),
                                row.text(4),
                                row.text(5),
                                row.textOrNull(6),
                                own.stream()
                                        .filter(e -> e.type.equals("page_view"))
                                        .findFirst()
                                        .map(Event::path)
                                        .orElse(null),
                                own);
                    });
        });
    }

    /** Null if no window is about the property. */
    static @Nullable ZoneWindow windowOf(List<ZoneWindow> windows, String property) {
        return windows.stream()
                .filter(window -> window.properties().contains(property))
                .findFirst()
                .orElse(null);
    }

    static boolean within(List<ZoneWindow> windows, String property, Instant at) {
        ZoneWindow window = windowOf(windows, property);
        return window != null && !at.isBefore(window.start()) && at.isBefore(window.end());
    }

    static @Nullable String value(String name, Session session, Event event) {
        return switch (name) {
            case "traffic_source" -> session.source;
            case "device" -> session.device;
            case "utm_campaign" -> session.campaign;
            case "landing_path" -> session.landing;
            case "path" -> event.path;
            case "event_type" -> event.type;
            case "props.plan" -> event.plan;
            case "props" -> event.propKeys.getFirst();
            default -> throw new AssertionError(name);
        };
    }

    static boolean holds(Filter filter, Session session, Event event) {
        return switch (filter) {
            case Filter.And and -> and.all().stream().allMatch(each -> holds(each, session, event));
            case Filter.Or or -> or.any().stream().anyMatch(each -> holds(each, session, event));
            case Filter.Not not -> !holds(not.filter(), session, event);
            case Filter.Reached goal ->
                goal.isNegative()
                        != goal.goals().stream()
                                .anyMatch(each -> session.events.stream().anyMatch(own -> reaches(each, own)));
            case Filter.Leaf leaf -> {
                Function<Session, @Nullable String> value = of -> value(nameOf(leaf.field()), of, event);
                yield NEGATIVE.contains(leaf.operator())
                        != leaf.values().stream()
                                .anyMatch(sought -> fits(leaf.operator(), value.apply(session), sought));
            }
        };
    }

    private static String nameOf(Field field) {
        return switch (field) {
            case Field.Column column -> column.dimension().key();
            case Field.PropField prop -> "props." + prop.key();
            case Field.PropKeys _ -> throw new IllegalArgumentException("a filter names one prop");
        };
    }

    private static boolean fits(Filter.Operator operator, @Nullable String value, @Nullable String sought) {
        if (value == null || sought == null) {
            return value == null && sought == null;
        }
        return switch (operator) {
            case IS, IS_NOT -> value.equals(sought);
            case CONTAINS, CONTAINS_NOT -> value.contains(sought);
            case MATCHES -> matches(sought, value);
        };
    }

    private static boolean matches(String wildcards, String value) {
        return Pattern.compile(Arrays.stream(wildcards.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")))
                .matcher(value)
                .matches();
    }

    static boolean reaches(Goal goal, Event event) {
        return switch (goal.target()) {
            case Goal.Page page -> event.type.equals("page_view") && matches(page.pattern(), event.path);
            case Goal.CustomEvent happening ->
                event.type.equals(happening.type())
                        && (happening.prop() == null
                                || Objects.equals(event.plan, happening.prop().value()));
        };
    }
}
