package com.altcontext.metrics.query;

import com.altcontext.db.SqlFailure;
import com.altcontext.db.SqlFragment;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * What is happening on some properties now.
 *
 * @param visitors the number of different visitors of the last 5 minutes
 * @param minutes the page views of each of the last 30 minutes, the current minute last
 * @param pages the pages with the most visitors in the last 5 minutes
 * @param sources the traffic sources with the most of these visitors
 */
public record Realtime(long visitors, List<Minute> minutes, List<Top> pages, List<Top> sources) {
    public static final int MINUTES = 30;

    private static final Duration CURRENT = Duration.ofMinutes(5);
    private static final int TOP = 10;

    /** An event can have a time in the future if the clock of the client is ahead. It still counts. */
    private static final Duration MAX_AHEAD = Duration.ofMinutes(6);

    private static final String VISITORS = """
            SELECT count(*) FROM (
                SELECT FROM events AS e WHERE ? GROUP BY e.bucket, e.visitor_id) AS visitors
            """;

    private static final String PAGE_VIEWS = """
            SELECT date_trunc('minute', e.occurred_at), count(*)
            FROM events AS e WHERE e.event_type = 'page_view' AND ?
            GROUP BY 1
            """;

    private static final String PAGES = """
            SELECT value, count(*) FROM (
                SELECT e.path AS value FROM events AS e WHERE e.event_type = 'page_view' AND ?
                GROUP BY e.bucket, e.visitor_id, e.path) AS visitors
            GROUP BY value ORDER BY 2 DESC, 1 LIMIT ?
            """;

    private static final String SOURCES = """
            SELECT value, count(*) FROM (
                SELECT s.traffic_source AS value FROM events AS e
                JOIN sessions AS s ON s.bucket = e.bucket AND s.visitor_id = e.visitor_id AND s.id = e.session_id
                WHERE ?
                GROUP BY e.bucket, e.visitor_id, s.traffic_source) AS visitors
            GROUP BY value ORDER BY 2 DESC, 1 LIMIT ?
            """;

    /** @param at the beginning of the minute */
    public record Minute(Instant at, long pageViews) {}

    /** A value and the number of its different visitors. */
    public record Top(String value, long visitors) {}

    /**
     * Reads the current figures.
     *
     * @throws QueryTooSlow if the database ended a statement
     * @throws SqlFailure if the database is unavailable or refused a statement
     */
    public static Realtime read(QueryEngine engine, PropertyZones zones, Instant now) {
        Instant first = now.truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(MINUTES - 1L));
        List<ZoneWindow> lastMinutes = zones.since(first, now.plus(MAX_AHEAD));
        SqlFragment recent = during(lastMinutes);
        SqlFragment current = during(zones.since(now.minus(CURRENT), now.plus(MAX_AHEAD)));
        return engine.inUncheckedSnapshot(lastMinutes, rows -> {
            long[] views = new long[MINUTES];
            for (Minute minute :
                    rows.query(SqlFragment.of(PAGE_VIEWS, recent), row -> new Minute(row.time(1), row.number(2)))) {
                int place = (int) Duration.between(first, minute.at).toMinutes();
                views[Math.clamp(place, 0, MINUTES - 1)] += minute.pageViews;
            }
            List<Minute> minutes = new ArrayList<>();
            for (int i = 0; i < MINUTES; i++) {
                minutes.add(new Minute(first.plus(Duration.ofMinutes(i)), views[i]));
            }
            return new Realtime(
                    rows.queryOne(SqlFragment.of(VISITORS, current), row -> row.number(1)),
                    minutes,
                    tops(rows, SqlFragment.of(PAGES, current, TOP)),
                    tops(rows, SqlFragment.of(SOURCES, current, TOP)));
        });
    }

    private static List<Top> tops(RawRows rows, SqlFragment statement) {
        return rows.query(statement, row -> new Top(row.text(1), row.number(2)));
    }

    private static SqlFragment during(List<ZoneWindow> windows) {
        return SqlFragment.all(List.of(
                SqlFragment.of(
                        "e.device <> 'bot' AND e.day BETWEEN ? AND ?",
                        RawConditions.firstPartition(windows),
                        RawConditions.lastPartition(windows)),
                SqlFragment.any(windows.stream()
                        .map(window -> window.holds("e", "occurred_at"))
                        .toList())));
    }
}
