package com.altcontext.metrics.query;

import com.altcontext.metrics.Condition;
import com.altcontext.metrics.Goal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a question says about rows: the events {@code e} and the sessions {@code s} of its windows that its filter keeps, and the
 * values that they are grouped by.
 *
 * @param days which events of sessions are looked for on
 */
record RawConditions(MetricsQuery query, SessionDays days) {
    static final String BOTS_OUT = ".device <> 'bot'";

    /** That the event {@code e} belongs to the session {@code s}. */
    static final String OF_SESSION = ofSession("e", "s");

    static final String JOIN_VISITORS =
            " JOIN visitors AS v ON v.bucket = %1$s.bucket AND v.visitor_id = %1$s.visitor_id";

    /**
     * That the event of one alias belongs to the session of the other. The session implies its visitor. With both as
     * equations the planner takes them for independent, expects a single row, and sorts a million. Bounds say the same,
     * and let it look events up by the visitor where there are few sessions.
     */
    static String ofSession(String event, String session) {
        return "%1$s.bucket = %2$s.bucket AND %1$s.session_id = %2$s.id AND %1$s.visitor_id BETWEEN %2$s.visitor_id AND %2$s.visitor_id"
                .formatted(event, session);
    }

    /** The sessions that began in the windows and that the filter keeps: bucket, visitor and id. */
    static Condition sessionsOf(List<ZoneWindow> windows, Filter filter, SessionDays days) {
        return new RawConditions(MetricsQuery.ungrouped(windows, List.of(), filter), days).keptSessions();
    }

    /** Those of some visitors that a filter keeps in the windows, each with the time when it was first seen. */
    static Condition visitorsOf(List<ZoneWindow> windows, Filter filter, SessionDays days, UUID[] visitors) {
        MetricsQuery query = MetricsQuery.ungrouped(windows, List.of(), filter);
        RawConditions conditions = new RawConditions(query, days);
        boolean sessionsAlone = query.sessionsAlone();
        String table = sessionsAlone ? "s" : "e";
        List<Condition> where = new ArrayList<>(
                sessionsAlone
                        ? List.of(
                                Condition.of("s" + BOTS_OUT),
                                conditions.window("s", "started_at"),
                                filter.condition(conditions::reached))
                        : conditions.eventConditions());
        where.add(Condition.of(table + ".visitor_id = ANY (?::uuid[])", (Object) visitors));
        return select(
                List.of(),
                List.of(Condition.of("DISTINCT v.visitor_id, v.first_seen_at")),
                (sessionsAlone ? "sessions AS s" : conditions.fromEvents()) + JOIN_VISITORS.formatted(table),
                where,
                "");
    }

    private Condition keptSessions() {
        List<Condition> where = List.of(Condition.of("s" + BOTS_OUT), window("s", "started_at"), kept());
        return select(List.of(), List.of(Condition.of("s.bucket, s.visitor_id, s.id")), "sessions AS s", where, "");
    }

    /** That the filter keeps a session {@code s}: by itself, or for the sake of one of its events. */
    Condition kept() {
        return query.filter().isOfEvents()
                ? Condition.all(List.of(filter(), Condition.of("e" + BOTS_OUT), partitions()))
                        .within("EXISTS (SELECT FROM events AS e WHERE " + OF_SESSION + " AND %s)")
                : filter();
    }

    static LocalDate firstPartition(List<ZoneWindow> windows) {
        return windows.stream()
                .map(ZoneWindow::firstPartition)
                .min(LocalDate::compareTo)
                .orElseThrow();
    }

    static LocalDate lastPartition(List<ZoneWindow> windows) {
        return windows.stream()
                .map(ZoneWindow::lastPartition)
                .max(LocalDate::compareTo)
                .orElseThrow();
    }

    String fromEvents() {
        boolean withSessions =
                query.filter().isOfSessions() || query.groupings().stream().anyMatch(Grouping::isOfSessions);
        return withSessions ? "events AS e JOIN sessions AS s ON " + OF_SESSION : "events AS e";
    }

    /** With the goals that sessions reached, if these are grouped by. */
    Condition withGoals(String from) {
        ReachedGoals goals = goals();
        return goals == null ? Condition.of(from) : goals.joinedWith(from);
    }

    @Nullable
    ReachedGoals goals() {
        List<Goal> goals = query.goals();
        return goals == null ? null : new ReachedGoals(goals, query.windows(), firstOfGoals(), days.last());
    }

    List<Condition> eventConditions() {
        return List.of(
                filter(),
                Condition.of("e" + BOTS_OUT),
                window("e", "occurred_at"),
                partitions(lastPartition(query.windows())));
    }

    static Condition select(
            List<Condition> groups, List<Condition> columns, String from, List<Condition> where, String end) {
        return select(groups, columns, Condition.of(from), where, end);
    }

    static Condition select(
            List<Condition> groups, List<Condition> columns, Condition from, List<Condition> where, String end) {
        Condition condition = Condition.all(where);
        List<@Nullable Object> values = new ArrayList<>();
        StringBuilder selected = new StringBuilder();
        for (int i = 0; i < groups.size(); i++) {
            selected.append(groups.get(i).sql()).append(" AS g").append(i).append(", ");
            values.addAll(groups.get(i).values());
        }
        for (Condition column : columns) {
            selected.append(column.sql()).append(", ");
            values.addAll(column.values());
        }
        values.addAll(from.values());
        values.addAll(condition.values());
        return new Condition(
                "SELECT " + selected.substring(0, selected.length() - 2) + "\nFROM " + from.sql() + "\nWHERE "
                        + condition.sql() + end,
                values);
    }

    List<Condition> groups(String time) {
        Condition local = localTime(time);
        return query.groupings().stream().map(by -> by.value(local)).toList();
    }

    private Condition localTime(String time) {
        if (query.windows().size() == 1) {
            return query.windows().getFirst().localTime(time);
        }
        String table = time.substring(0, time.indexOf('.'));
        List<@Nullable Object> values = new ArrayList<>();
        StringBuilder zones = new StringBuilder();
        for (ZoneWindow window : query.windows()) {
            Condition isOf = window.isOf(table);
            Condition local = window.localTime(time);
            zones.append(" WHEN ").append(isOf.sql()).append(" THEN ").append(local.sql());
            values.addAll(isOf.values());
            values.addAll(local.values());
        }
        return new Condition("CASE" + zones + " END", values);
    }

    /** That a row is of a property of the windows, as far as {@link #time} does not say it. */
    Condition property(String table) {
        return query.windows().size() == 1 ? query.windows().getFirst().isOf(table) : Condition.TRUE;
    }

    /** That a row of {@link #property} is in the windows: for columns, where each comparison counts. */
    Condition time(String table, String time) {
        return query.windows().size() == 1 ? query.windows().getFirst().holdsTime(table, time) : window(table, time);
    }

    Condition window(String table, String time) {
        return Condition.any(query.windows().stream()
                .map(window -> window.holds(table, time))
                .toList());
    }

    /** That an event may be one of a session that began in the windows. */
    Condition partitions() {
        return partitions(days.last());
    }

    private Condition partitions(LocalDate last) {
        return Condition.of("e.day BETWEEN ? AND ?", firstPartition(query.windows()), last);
    }

    /** That the session {@code s} holds an event {@code g}. */
    Condition reached(Condition goal) {
        return goal.within(
                "EXISTS (SELECT FROM events AS g WHERE g.bucket = s.bucket AND g.visitor_id = s.visitor_id"
                        + " AND g.session_id = s.id AND g.device <> 'bot' AND g.day BETWEEN ? AND ? AND %s)",
                firstOfGoals(), days.last());
    }

    /** A session may have begun before the windows, where events are counted. */
    private LocalDate firstOfGoals() {
        boolean ofEvents = !query.sessionsAlone()
                || query.metrics().stream()
                        .flatMap(metric -> metric.counts(true).stream())
                        .anyMatch(count -> count.source != BaseCount.Source.SESSIONS);
        return ofEvents ? days.first() : firstPartition(query.windows());
    }

    /** Of an event and its session, or of a session alone if no leaf is about events. */
    Condition filter() {
        return query.filter().condition(this::reached);
    }
}
