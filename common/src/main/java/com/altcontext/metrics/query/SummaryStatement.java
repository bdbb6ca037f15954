package com.altcontext.metrics.query;

import com.altcontext.db.Row;
import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Dimension;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes the single statement of a summary: its metrics for the whole windows, for each day and for each traffic source.
 * Sessions, events and vitals are scanned once each, not once more for days and sources. For the whole windows, a
 * visitor is counted on the first of their days.
 */
final class SummaryStatement {
    private static final Grouping SOURCE =
            new Grouping.By(Dimension.TRAFFIC_SOURCE.key(), new Field.Column(Dimension.TRAFFIC_SOURCE));

    /** The value of {@code grouping(g0, source)} in the row of a day. */
    private static final int OF_DAY = 1;

    /** The value of {@code grouping(g0, source)} in the row of a traffic source. */
    private static final int OF_SOURCE = 2;

    private final MetricsQuery query;
    private final SessionDays days;
    private final Instant now;
    private final QueryStatement daily;
    private final List<BaseCount> all = new ArrayList<>();

    /** @param query without groupings */
    private SummaryStatement(MetricsQuery query, RawRows rows) {
        this.query = query;
        this.days = rows.days();
        this.now = rows.now();
        this.daily = new QueryStatement(query.by(List.of(Grouping.Time.DAY)), days, now);
    }

    /**
     * The figures of the whole windows, of a day or of a traffic source.
     *
     * @param day null if they are not of a single day
     * @param source null if they are not of a single source
     * @param dayVisitors the visitors of a day. The metrics of a day have only visitors for whom it is their first day
     *     in the windows
     */
    record Figures(
            @Nullable LocalDate day,
            @Nullable String source,
            Map<QueryMetric, @Nullable Number> metrics,
            long dayVisitors) {
        /** The value of a metric that is a count. */
        long count(QueryMetric metric) {
            return Objects.requireNonNull(metrics.get(metric), "a count is never null")
                    .longValue();
        }
    }

    /** The figures of the whole windows first, then those of each day and source that has any. */
    static List<Figures> read(RawRows rows, MetricsQuery query) {
        SqlFragment statement = new SummaryStatement(query, rows).whole();
        boolean isOfBoth = query.filter().isOfEvents() && query.filter().isOfSessions();
        return isOfBoth
                ? rows.queryWithoutLoops(statement, row -> figures(row, query))
                : rows.query(statement, row -> figures(row, query));
    }

    private SqlFragment whole() {
        Map<BaseCount.Source, Set<BaseCount>> counts = daily.counts();
        counts.values().forEach(all::addAll);
        List<SqlFragment> parts = new ArrayList<>();
        counts.forEach((source, own) -> parts.add(part(source, own)));
        return SqlFragment.of(
                "SELECT grouping(g0, source), g0::date, source, coalesce(sum(day_visitors), 0)::bigint, "
                        + daily.metrics()
                        + "\nFROM (\n?) AS counted\nGROUP BY GROUPING SETS ((), (g0), (source))\nORDER BY 1 DESC, 2, 3",
                SqlFragment.joined("\nUNION ALL\n", parts));
    }

    private SqlFragment part(BaseCount.Source source, Set<BaseCount> own) {
        return switch (source) {
            case SESSIONS -> sessions(own);
            case EVENTS -> firstDays(daily.visitors(own), "NULL::text", own);
            case LEADS -> withoutSource("g0", daily.part(source, own, all));
            case VITALS ->
                withoutSource("NULL::timestamp", new QueryStatement(query, days, now).part(source, own, all));
            case ALL_SESSIONS -> throw new IllegalArgumentException("a summary is not by goals");
        };
    }

    private SqlFragment sessions(Set<BaseCount> own) {
        QueryStatement bySource = new QueryStatement(query.by(List.of(Grouping.Time.DAY, SOURCE)), days, now);
        SqlFragment sessions = bySource.sessions(own);
        return own.stream().anyMatch(BaseCount::isOfVisitors)
                ? firstDays(sessions, "g1", own)
                : SqlFragment.of(
                        selected("g0", "g1", "NULL::numeric", BaseCount.columns(all, own, count -> count.aggregate))
                                + "\nFROM (\n?) AS sessions\nGROUP BY g0, g1",
                        sessions);
    }

    /**
     * Counts each visitor of the windows on the visitor's first day, and for {@code day_visitors} on each of the
     * visitor's days.
     *
     * @param rows one for each visitor and day, or for each session
     */
    private SqlFragment firstDays(SqlFragment rows, String source, Set<BaseCount> own) {
        boolean ofVisitors = own.contains(BaseCount.VISITORS) || own.contains(BaseCount.SESSION_VISITORS);
        String selected = selected(
                "g0",
                source,
                ofVisitors ? "count(*) FILTER (WHERE is_first_of_day)" : "NULL::numeric",
                BaseCount.columns(all, own, SummaryStatement::firstDayCount));
        return SqlFragment.of(selected + """

                FROM (
                SELECT *, row_number() OVER visitor = 1 AS is_first, lag(g0) OVER visitor IS DISTINCT FROM g0 AS is_first_of_day
                FROM (
                ?) AS days
                WINDOW visitor AS (PARTITION BY visitor_id, bucket ORDER BY g0)) AS days
                GROUP BY 1, 2""", rows);
    }

    private static String firstDayCount(BaseCount count) {
        return switch (count) {
            case VISITORS, SESSION_VISITORS -> "count(*) FILTER (WHERE is_first)";
            case RETURNING_VISITORS, RETURNING_SESSION_VISITORS -> "count(*) FILTER (WHERE is_first AND returns)";
            default -> count.aggregate;
        };
    }

    /** Adds columns to counts that are not known by source. */
    private SqlFragment withoutSource(String day, SqlFragment counts) {
        String names = all.stream().map(BaseCount::column).collect(Collectors.joining(", "));
        return SqlFragment.of(selected(day, "NULL::text", "NULL::numeric", names) + "\nFROM (\n?) AS counts", counts);
    }

    private static String selected(String day, String source, String dayVisitors, String counts) {
        return "SELECT " + day + " AS g0, " + source + " AS source, " + dayVisitors + " AS day_visitors, " + counts;
    }

    private static Figures figures(Row row, MetricsQuery query) throws SQLException {
        long grouping = row.number(1);
        Map<QueryMetric, @Nullable Number> metrics = new EnumMap<>(QueryMetric.class);
        int column = 5;
        for (QueryMetric metric : query.metrics()) {
            metrics.put(metric, QueryRow.metric(row, column++, metric, query));
        }
        return new Figures(
                grouping == OF_DAY ? row.dayOrNull(2) : null,
                grouping == OF_SOURCE ? row.textOrNull(3) : null,
                metrics,
                row.number(4));
    }
}
