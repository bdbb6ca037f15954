package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Makes the single statement of a query. Sessions, events, leads and measurements are counted in separate parts, each
 * by the groupings, and the counts are combined. Counts of visitors are grouped by bucket and visitor in an inner query
 * and added up outside, which a cluster can do on its nodes.
 */
final class QueryStatement {
    private static final Set<BaseCount> SCAN_COUNTS = EnumSet.of(BaseCount.SESSIONS, BaseCount.CONVERTING_SESSIONS);

    private final MetricsQuery query;
    private final RawConditions raw;
    private final Instant now;
    private final boolean sessionsOnly;

    /** The names of the group columns, each with a comma after it: {@code g0, g1, }. */
    private final String groups;

    /** The {@code GROUP BY} clause for these columns; empty if there are none. */
    private final String groupBy;

    /** @param now the time at which a lead's consent counts */
    QueryStatement(MetricsQuery query, SessionDays days, Instant now) {
        this.query = query;
        this.raw = new RawConditions(query, days);
        this.now = now;
        this.sessionsOnly = query.sessionsOnly();
        List<String> names = IntStream.range(0, query.groupings().size())
                .mapToObj(i -> "g" + i)
                .toList();
        this.groups = names.stream().map(name -> name + ", ").collect(Collectors.joining());
        this.groupBy = names.isEmpty() ? "" : "\nGROUP BY " + String.join(", ", names);
    }

    /** @param rowsAtOnce how many rows of the answer are in memory at a time */
    static SqlFragment of(MetricsQuery query, SessionDays days, Instant now, int rowsAtOnce) {
        return new QueryStatement(query, days, now).whole(rowsAtOnce);
    }

    private SqlFragment whole(int rowsAtOnce) {
        Map<BaseCount.Source, Set<BaseCount>> counts = counts();
        if (raw.goals() != null) {
            // Each goal has a row, even if no session reached it.
            counts.put(BaseCount.Source.ALL_SESSIONS, EnumSet.of(BaseCount.SESSIONS));
        }
        if (counts.isEmpty()) {
            // If no metric is known, the answer still has the groups.
            BaseCount count = query.isByLead() ? BaseCount.NEW_LEADS : BaseCount.SESSIONS;
            counts.put(count.source, EnumSet.of(count));
        }
        List<BaseCount> all = counts.values().stream().flatMap(Set::stream).toList();
        List<SqlFragment> parts = new ArrayList<>();
        if (isSingleScan(counts)) {
            parts.add(singleScan(all));
        } else {
            counts.forEach((source, own) -> parts.add(part(source, own, all)));
        }
        String totals = query.metrics().stream()
                .filter(metric -> query.withTotals() && metric.isCount())
                .map(metric -> ", sum(" + metric.expression(sessionsOnly) + ") OVER ()")
                .collect(Collectors.joining());
        String order = query.order().stream()
                .map(by -> (by.column() + 1) + (by.descending() ? " DESC NULLS LAST" : ""))
                .collect(Collectors.joining(", "));
        return SqlFragment.of(
                "SELECT " + texts(rowsAtOnce) + metrics() + totals + "\nFROM (\n?) AS counted" + groupBy + "\n"
                        + having()
                        + (order.isEmpty() ? "" : "ORDER BY " + order + "\n") + "LIMIT ? OFFSET ?",
                SqlFragment.joined("\nUNION ALL\n", parts),
                query.limit(),
                query.offset());
    }

    /** The {@code HAVING} clause; empty if groups with few visitors are not left out. */
    private String having() {
        return query.minVisitors() == 0
                ? ""
                : "HAVING " + query.minMetric().expression(sessionsOnly) + " >= " + query.minVisitors() + "\n";
    }

    /** The counts that the known metrics are computed from. */
    Map<BaseCount.Source, Set<BaseCount>> counts() {
        Map<BaseCount.Source, Set<BaseCount>> counts = new EnumMap<>(BaseCount.Source.class);
        for (QueryMetric metric : query.counted()) {
            for (BaseCount count : metric.counts(sessionsOnly)) {
                counts.computeIfAbsent(source(count), _ -> EnumSet.noneOf(BaseCount.class))
                        .add(count);
            }
        }
        return counts;
    }

    /** The SQL expressions of the metrics, over the counts of a group. */
    String metrics() {
        return query.metrics().stream()
                .map(metric -> query.knows(metric) ? metric.expression(sessionsOnly) : QueryMetric.UNKNOWN)
                .collect(Collectors.joining(", "));
    }

    private BaseCount.Source source(BaseCount count) {
        return count == BaseCount.SESSIONS && raw.goals() != null ? BaseCount.Source.ALL_SESSIONS : count.source;
    }

    /** Whether the query groups by values of events, and all its counts can be computed from one scan of the events. */
    private boolean isSingleScan(Map<BaseCount.Source, Set<BaseCount>> counts) {
        Set<BaseCount> ofSessions = counts.get(BaseCount.Source.SESSIONS);
        Set<BaseCount> ofEvents = counts.get(BaseCount.Source.EVENTS);
        return counts.size() == 2
                && ofSessions != null
                && ofEvents != null
                && SCAN_COUNTS.containsAll(ofSessions)
                && !needsFirstSeen(ofEvents)
                && query.groupings().stream().anyMatch(Grouping::isOfEvents)
                && query.groupings().stream().allMatch(by -> by instanceof Grouping.By);
    }

    /**
     * Counts events and sessions by values of events, in one scan of the events. An event counts if it happened in the
     * window, and a session if it began in the window. Rows are grouped by visitor first, since ids are sorted faster
     * than texts.
     */
    private SqlFragment singleScan(List<BaseCount> all) {
        SqlFragment within = raw.time("e", "occurred_at");
        SqlFragment begun = raw.time("s", "started_at");
        SqlFragment visitors = RawConditions.select(
                raw.groups("e.occurred_at"),
                List.of(
                        SqlFragment.of("count(*) FILTER (WHERE ?) AS events", within),
                        SqlFragment.of(
                                "count(*) FILTER (WHERE e.event_type = 'page_view' AND (?)) AS page_views", within),
                        SqlFragment.of("sum(e.scroll_depth_percent::float8) FILTER (WHERE ?) AS scroll_sum", within),
                        SqlFragment.of("count(e.scroll_depth_percent) FILTER (WHERE ?) AS scrolls", within),
                        SqlFragment.of("count(DISTINCT e.session_id) FILTER (WHERE ?) AS sessions", begun),
                        SqlFragment.of(
                                "count(DISTINCT e.session_id) FILTER (WHERE e.is_conversion AND (?)) AS converting_sessions",
                                begun)),
                "events AS e JOIN sessions AS s ON " + RawConditions.OF_SESSION,
                List.of(
                        SqlFragment.of("e" + RawConditions.NOT_BOT),
                        raw.property("e"),
                        raw.partitions(),
                        SqlFragment.any(List.of(within, begun)),
                        raw.filter()),
                "\nGROUP BY e.visitor_id, " + groups + "e.bucket");
        String columns = BaseCount.columns(
                all,
                all,
                count -> count == BaseCount.VISITORS
                        ? "count(*) FILTER (WHERE events > 0)"
                        : "sum(" + count.column() + ")");
        return SqlFragment.of("SELECT " + groups + columns + " FROM (\n?) AS visitors" + groupBy, visitors);
    }

    /** One part of the union. It has its own counts, and null for the counts of the other parts. */
    SqlFragment part(BaseCount.Source source, Set<BaseCount> own, List<BaseCount> all) {
        String columns = BaseCount.columns(all, own, count -> count.aggregate);
        return switch (source) {
            case SESSIONS ->
                own.stream().anyMatch(BaseCount::isOfVisitors)
                        ? visitorsOfSessions(own, all)
                        : SqlFragment.of(
                                "SELECT " + groups + columns + " FROM (\n?) AS sessions" + groupBy, sessions(own));
            case ALL_SESSIONS -> allSessions(all);
            case EVENTS ->
                SqlFragment.of("SELECT " + groups + columns + " FROM (\n?) AS visitors" + groupBy, visitors(own));
            case LEADS -> leads(columns);
            case VITALS -> vitals(own, all);
        };
    }

    /** Sessions, grouped by visitor first, so that no {@code count(DISTINCT …)} is needed. */
    private SqlFragment visitorsOfSessions(Set<BaseCount> own, List<BaseCount> all) {
        String counts = BaseCount.columns(own, own, count -> count.aggregate);
        String sums = BaseCount.columns(all, own, count -> "sum(" + count.column() + ")");
        return SqlFragment.of(
                "SELECT " + groups + sums + " FROM (\nSELECT " + groups + counts
                        + " FROM (\n?) AS sessions\nGROUP BY visitor_id, " + groups + "bucket) AS visitors" + groupBy,
                sessions(own));
    }

    /** One row for each session and group. */
    SqlFragment sessions(Set<BaseCount> own) {
        boolean byEvents = query.groupings().stream().anyMatch(Grouping::isOfEvents);
        List<SqlFragment> where = new ArrayList<>();
        where.add(byEvents ? raw.filter() : raw.sessionFilter());
        where.add(SqlFragment.of("s" + RawConditions.NOT_BOT));
        where.add(raw.window("s", "started_at"));
        // A session that matches the filter counts with all its events. In groups by values of events, it has a
        // conversion only in the groups of the events that are conversions.
        String converts = raw.goals() != null ? "true" : byEvents ? "bool_or(e.is_conversion)" : "s.conversions > 0";
        List<SqlFragment> columns = new ArrayList<>(List.of(SqlFragment.of(
                "s.bucket, s.visitor_id, s.events, s.page_views, s.engagements, s.engaged_ms, s.first_form_start, s.last_form_submit, "
                        + converts + " AS converts")));
        String from = "sessions AS s";
        String by = "s.id, " + groups + "s.started_at, s.visitor_id, s.bucket";
        if (needsFirstSeen(own)) {
            from += RawConditions.JOIN_VISITORS.formatted("s");
            columns.add(returns("s", "?"));
            by += ", v.first_seen_at";
        }
        if (byEvents) {
            from += " JOIN events AS e ON " + RawConditions.OF_SESSION;
            where.add(SqlFragment.of("e" + RawConditions.NOT_BOT));
            where.add(raw.partitions());
        }
        return RawConditions.select(
                raw.groups("s.started_at"), columns, raw.withGoals(from), where, byEvents ? "\nGROUP BY " + by : "");
    }

    /** For a query by goals: the number of all sessions, by the other grouping, repeated for each goal. */
    private SqlFragment allSessions(List<BaseCount> all) {
        Set<BaseCount> own = EnumSet.of(BaseCount.SESSIONS);
        QueryStatement rest = new QueryStatement(query.withoutGoals(), raw.days(), now);
        SqlFragment counts = SqlFragment.of(
                "SELECT " + rest.groups + "count(*) AS sessions FROM (\n?) AS sessions" + rest.groupBy,
                rest.sessions(own));
        StringBuilder columns = new StringBuilder();
        for (int i = 0; i < query.groupings().size(); i++) {
            boolean isGoal = query.groupings().get(i) instanceof Grouping.ByGoal;
            columns.append(isGoal ? ReachedGoals.NAME : "g0")
                    .append(" AS g")
                    .append(i)
                    .append(", ");
        }
        columns.append(BaseCount.columns(all, own, BaseCount::column));
        return Objects.requireNonNull(raw.goals()).each(columns.toString(), counts);
    }

    /** One row for each visitor and group, counted from events. */
    SqlFragment visitors(Set<BaseCount> own) {
        List<SqlFragment> columns = new ArrayList<>(
                List.of(
                        SqlFragment.of(
                                "e.bucket, e.visitor_id, count(*) AS events, count(*) FILTER (WHERE e.event_type = 'page_view') AS page_views,"
                                        + " sum(e.scroll_depth_percent::float8) AS scroll_sum, count(e.scroll_depth_percent) AS scrolls")));
        String from = raw.fromEvents();
        if (needsFirstSeen(own)) {
            from += RawConditions.JOIN_VISITORS.formatted("e");
            columns.add(returns("e", "bool_or(?)"));
        }
        return RawConditions.select(
                raw.groups("e.occurred_at"),
                columns,
                raw.withGoals(from),
                raw.eventConditions(),
                "\nGROUP BY e.visitor_id, " + groups + "e.bucket");
    }

    private static boolean needsFirstSeen(Set<BaseCount> counts) {
        return counts.stream().anyMatch(BaseCount::needsFirstSeen);
    }

    /** The condition that the visitor was first seen before the window began. */
    private SqlFragment returns(String table, String aggregate) {
        return SqlFragment.of(
                aggregate + " AS returns",
                SqlFragment.any(query.windows().stream()
                        .map(window -> SqlFragment.of("? AND v.first_seen_at < ?", window.isOf(table), window.start()))
                        .toList()));
    }

    /** Leads, read like the session of their touch, so that dimensions and filters work the same way. */
    private SqlFragment leads(String columns) {
        List<SqlFragment> where = List.of(raw.window("s", "started_at"), raw.filter());
        return RawConditions.select(
                raw.groups("s.started_at"),
                List.of(SqlFragment.of(columns)),
                query.touch().leads(now),
                where,
                groupBy);
    }

    /**
     * Computes quantiles as {@code percentile_disc} does, but from counts of equal values, which a cluster can count on
     * its nodes. Most events have no measured value. Such an event has one row, so that its group appears in the
     * answer; without groups it is left out.
     */
    private SqlFragment vitals(Set<BaseCount> own, List<BaseCount> all) {
        List<String> measured =
                own.stream().map(count -> count.aggregate).distinct().toList();
        String columns = String.join(", ", measured);
        String numbers =
                IntStream.range(0, measured.size()).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        String isMeasured = "num_nonnulls(" + columns + ") > 0";
        String unfolded = "CASE WHEN " + isMeasured + " THEN ARRAY[%2$s] ELSE ARRAY[%1$s] END";
        List<SqlFragment> where = new ArrayList<>(raw.eventConditions());
        if (query.groupings().isEmpty()) {
            where.add(SqlFragment.of(isMeasured));
            unfolded = "ARRAY[%2$s]";
        }
        // The arrays are unnested in an outer query: the keys of props are unnested too, and in the same SELECT both
        // would advance together.
        SqlFragment rows = SqlFragment.of(
                "SELECT " + groups + "unnest(" + unfolded.formatted("0", numbers) + ") AS vital, unnest("
                        + unfolded.formatted("NULL::real", columns) + ") AS value FROM (\n?) AS measured",
                RawConditions.select(
                        raw.groups("e.occurred_at"),
                        List.of(SqlFragment.of(
                                measured.stream().map(column -> "e." + column).collect(Collectors.joining(", ")))),
                        raw.withGoals(raw.fromEvents()),
                        where,
                        ""));
        String quantiles = BaseCount.columns(
                all,
                own,
                count -> "min(value) FILTER (WHERE vital = %d AND up_to_it >= ceil(%s::float8 * measured::float8))"
                        .formatted(measured.indexOf(count.aggregate), count.share));
        return SqlFragment.of(
                "SELECT " + groups + quantiles + " FROM (\nSELECT " + groups
                        + "vital, value, sum(count) OVER (PARTITION BY " + groups
                        + "vital ORDER BY value) AS up_to_it, sum(count) OVER (PARTITION BY " + groups
                        + "vital) AS measured FROM (\nSELECT " + groups
                        + "vital, value, count(value) AS count FROM (\n?) AS rows\nGROUP BY "
                        + groups + "vital, value) AS counts) AS ranked" + groupBy,
                rows);
    }

    /** The SQL expressions of the groups, as texts. */
    private String texts(int rowsAtOnce) {
        List<Grouping> groupings = query.groupings();
        int values = rowsAtOnce
                * (int) groupings.stream().filter(Grouping::hasLongTexts).count();
        return IntStream.range(0, groupings.size())
                .mapToObj(i -> groupings.get(i).text("g" + i, values) + ", ")
                .collect(Collectors.joining());
    }
}
