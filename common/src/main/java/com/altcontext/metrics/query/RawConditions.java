package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.goal.Goal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The SQL conditions of a query on events {@code e} and sessions {@code s}, for its windows and its filter, and the
 * values that they are grouped by.
 *
 * @param days the days on which the events of sessions are read
 */
record RawConditions(MetricsQuery query, SessionDays days) {
    static final String NOT_BOT = ".device <> 'bot'";

    /** The condition that the event {@code e} belongs to the session {@code s}. */
    static final String OF_SESSION = ofSession("e", "s");

    static final String JOIN_VISITORS =
            " JOIN visitors AS v ON v.bucket = %1$s.bucket AND v.visitor_id = %1$s.visitor_id";

    /**
     * The condition that an event belongs to a session, for any aliases. The session implies the visitor. If both were
     * compared with {@code =}, the planner would take the conditions for independent, expect a single row, and sort a
     * million. {@code BETWEEN} means the same and still lets the planner look up events by visitor if there are few
     * sessions.
     */
    static String ofSession(String event, String session) {
        return "%1$s.bucket = %2$s.bucket AND %1$s.session_id = %2$s.id AND %1$s.visitor_id BETWEEN %2$s.visitor_id AND %2$s.visitor_id"
                .formatted(event, session);
    }

    /** Selects bucket, visitor and id of the sessions that began in the windows and match the filter. */
    static SqlFragment sessionsOf(List<ZoneWindow> windows, Filter filter, SessionDays days) {
        return new RawConditions(MetricsQuery.ungrouped(windows, List.of(), filter), days).matchingSessions();
    }

    /** Selects which of the given visitors match the filter in the windows, and when each was first seen. */
    static SqlFragment visitorsOf(List<ZoneWindow> windows, Filter filter, SessionDays days, UUID[] visitors) {
        MetricsQuery query = MetricsQuery.ungrouped(windows, List.of(), filter);
        RawConditions conditions = new RawConditions(query, days);
        boolean sessionsOnly = query.sessionsOnly();
        String table = sessionsOnly ? "s" : "e";
        List<SqlFragment> where = new ArrayList<>(
                sessionsOnly
                        ? List.of(
                                SqlFragment.of("s" + NOT_BOT),
                                conditions.window("s", "started_at"),
                                filter.condition(conditions::reached))
                        : conditions.eventConditions());
        where.add(SqlFragment.of(table + ".visitor_id = ANY (?::uuid[])", (Object) visitors));
        return select(
                List.of(),
                List.of(SqlFragment.of("DISTINCT v.visitor_id, v.first_seen_at")),
                (sessionsOnly ? "sessions AS s" : conditions.fromEvents()) + JOIN_VISITORS.formatted(table),
                where,
                "");
    }

    private SqlFragment matchingSessions() {
        List<SqlFragment> where = List.of(SqlFragment.of("s" + NOT_BOT), window("s", "started_at"), sessionFilter());
        return select(List.of(), List.of(SqlFragment.of("s.bucket, s.visitor_id, s.id")), "sessions AS s", where, "");
    }

    /** The condition that a session {@code s} matches the filter, by itself or by one of its events. */
    SqlFragment sessionFilter() {
        return query.filter().isOfEvents()
                ? SqlFragment.of(
                        "EXISTS (SELECT FROM events AS e WHERE " + OF_SESSION + " AND ?)",
                        SqlFragment.all(List.of(filter(), SqlFragment.of("e" + NOT_BOT), partitions())))
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

    /** Joins the goals that sessions reached, if the query groups by goals. */
    SqlFragment withGoals(String from) {
        ReachedGoals goals = goals();
        return goals == null ? SqlFragment.of(from) : goals.joinedWith(from);
    }

    @Nullable
    ReachedGoals goals() {
        List<Goal> goals = query.goals();
        return goals == null ? null : new ReachedGoals(goals, query.windows(), firstGoalDay(), days.last());
    }

    List<SqlFragment> eventConditions() {
        return List.of(
                filter(),
                SqlFragment.of("e" + NOT_BOT),
                window("e", "occurred_at"),
                partitions(lastPartition(query.windows())));
    }

    static SqlFragment select(
            List<SqlFragment> groups, List<SqlFragment> columns, String from, List<SqlFragment> where, String end) {
        return select(groups, columns, SqlFragment.of(from), where, end);
    }

    static SqlFragment select(
            List<SqlFragment> groups,
            List<SqlFragment> columns,
            SqlFragment from,
            List<SqlFragment> where,
            String end) {
        List<SqlFragment> selected = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            selected.add(SqlFragment.of("? AS g" + i, groups.get(i)));
        }
        selected.addAll(columns);
        return SqlFragment.of(
                "SELECT ?\nFROM ?\nWHERE ?" + end, SqlFragment.joined(", ", selected), from, SqlFragment.all(where));
    }

    List<SqlFragment> groups(String time) {
        SqlFragment local = localTime(time);
        return query.groupings().stream().map(by -> by.value(local)).toList();
    }

    private SqlFragment localTime(String time) {
        if (query.windows().size() == 1) {
            return query.windows().getFirst().localTime(time);
        }
        String table = time.substring(0, time.indexOf('.'));
        return SqlFragment.of(
                "CASE ? END",
                SqlFragment.joined(
                        " ",
                        query.windows().stream()
                                .map(window ->
                                        SqlFragment.of("WHEN ? THEN ?", window.isOf(table), window.localTime(time)))
                                .toList()));
    }

    /** The condition that a row belongs to a property of the windows, unless {@link #time} already contains it. */
    SqlFragment property(String table) {
        return query.windows().size() == 1 ? query.windows().getFirst().isOf(table) : SqlFragment.TRUE;
    }

    /**
     * The condition that a row that meets {@link #property} is in the windows. It is as short as possible, since it is
     * evaluated several times for each row.
     */
    SqlFragment time(String table, String time) {
        return query.windows().size() == 1 ? query.windows().getFirst().holdsTime(table, time) : window(table, time);
    }

    SqlFragment window(String table, String time) {
        return SqlFragment.any(query.windows().stream()
                .map(window -> window.holds(table, time))
                .toList());
    }

    /** Limits events to the days on which sessions of the windows can have events. */
    SqlFragment partitions() {
        return partitions(days.last());
    }

    private SqlFragment partitions(LocalDate last) {
        return SqlFragment.of("e.day BETWEEN ? AND ?", firstPartition(query.windows()), last);
    }

    /**
     * The condition that the session {@code s} has an event {@code g} that reaches a goal.
     *
     * @param goal the condition on {@code g}
     */
    SqlFragment reached(SqlFragment goal) {
        return SqlFragment.of(
                "EXISTS (SELECT FROM events AS g WHERE g.bucket = s.bucket AND g.visitor_id = s.visitor_id"
                        + " AND g.session_id = s.id AND g.device <> 'bot' AND g.day BETWEEN ? AND ? AND ?)",
                firstGoalDay(),
                days.last(),
                goal);
    }

    /**
     * The first day on which an event can reach a goal. If events are counted, their sessions may have begun before the
     * windows.
     */
    private LocalDate firstGoalDay() {
        boolean ofEvents = !query.sessionsOnly()
                || query.metrics().stream()
                        .flatMap(metric -> metric.counts(true).stream())
                        .anyMatch(count -> count.source != BaseCount.Source.SESSIONS);
        return ofEvents ? days.first() : firstPartition(query.windows());
    }

    /** The condition of the filter on an event and its session, or on the session only if no leaf is about events. */
    SqlFragment filter() {
        return query.filter().condition(this::reached);
    }
}
