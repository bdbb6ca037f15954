package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
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
    static SqlFragment sessionsOf(List<ZoneWindow> windows, Filter filter, SessionDays days) {
        return new RawConditions(MetricsQuery.ungrouped(windows, List.of(), filter), days).keptSessions();
    }

    /** Those of some visitors that a filter keeps in the windows, each with the time when it was first seen. */
    static SqlFragment visitorsOf(List<ZoneWindow> windows, Filter filter, SessionDays days, UUID[] visitors) {
        MetricsQuery query = MetricsQuery.ungrouped(windows, List.of(), filter);
        RawConditions conditions = new RawConditions(query, days);
        boolean sessionsAlone = query.sessionsAlone();
        String table = sessionsAlone ? "s" : "e";
        List<SqlFragment> where = new ArrayList<>(
                sessionsAlone
                        ? List.of(
                                SqlFragment.of("s" + BOTS_OUT),
                                conditions.window("s", "started_at"),
                                filter.condition(conditions::reached))
                        : conditions.eventConditions());
        where.add(SqlFragment.of(table + ".visitor_id = ANY (?::uuid[])", (Object) visitors));
        return select(
                List.of(),
                List.of(SqlFragment.of("DISTINCT v.visitor_id, v.first_seen_at")),
                (sessionsAlone ? "sessions AS s" : conditions.fromEvents()) + JOIN_VISITORS.formatted(table),
                where,
                "");
    }

    private SqlFragment keptSessions() {
        List<SqlFragment> where = List.of(SqlFragment.of("s" + BOTS_OUT), window("s", "started_at"), kept());
        return select(List.of(), List.of(SqlFragment.of("s.bucket, s.visitor_id, s.id")), "sessions AS s", where, "");
    }

    /** That the filter keeps a session {@code s}: by itself, or for the sake of one of its events. */
    SqlFragment kept() {
        return query.filter().isOfEvents()
                ? SqlFragment.of(
                        "EXISTS (SELECT FROM events AS e WHERE " + OF_SESSION + " AND ?)",
                        SqlFragment.all(List.of(filter(), SqlFragment.of("e" + BOTS_OUT), partitions())))
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
    SqlFragment withGoals(String from) {
        ReachedGoals goals = goals();
        return goals == null ? SqlFragment.of(from) : goals.joinedWith(from);
    }

    @Nullable
    ReachedGoals goals() {
        List<Goal> goals = query.goals();
        return goals == null ? null : new ReachedGoals(goals, query.windows(), firstOfGoals(), days.last());
    }

    List<SqlFragment> eventConditions() {
        return List.of(
                filter(),
                SqlFragment.of("e" + BOTS_OUT),
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

    /** That a row is of a property of the windows, as far as {@link #time} does not say it. */
    SqlFragment property(String table) {
        return query.windows().size() == 1 ? query.windows().getFirst().isOf(table) : SqlFragment.TRUE;
    }

    /** That a row of {@link #property} is in the windows: for columns, where each comparison counts. */
    SqlFragment time(String table, String time) {
        return query.windows().size() == 1 ? query.windows().getFirst().holdsTime(table, time) : window(table, time);
    }

    SqlFragment window(String table, String time) {
        return SqlFragment.any(query.windows().stream()
                .map(window -> window.holds(table, time))
                .toList());
    }

    /** That an event may be one of a session that began in the windows. */
    SqlFragment partitions() {
        return partitions(days.last());
    }

    private SqlFragment partitions(LocalDate last) {
        return SqlFragment.of("e.day BETWEEN ? AND ?", firstPartition(query.windows()), last);
    }

    /** That the session {@code s} holds an event {@code g}. */
    SqlFragment reached(SqlFragment goal) {
        return SqlFragment.of(
                "EXISTS (SELECT FROM events AS g WHERE g.bucket = s.bucket AND g.visitor_id = s.visitor_id"
                        + " AND g.session_id = s.id AND g.device <> 'bot' AND g.day BETWEEN ? AND ? AND ?)",
                firstOfGoals(),
                days.last(),
                goal);
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
    SqlFragment filter() {
        return query.filter().condition(this::reached);
    }
}
