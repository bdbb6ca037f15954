package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Dimension;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Windows that end at a time of day, for comparison with a window that is not over. Nothing after that time counts,
 * even in sessions that began before it. So {@code events} and {@code sessions} are read as they were at that time.
 */
final class PartialWindows {
    private static final String DIMENSIONS = Arrays.stream(Dimension.values())
            .filter(dimension -> !dimension.isOfEvents())
            .filter(dimension -> dimension != Dimension.LANDING_PATH && dimension != Dimension.EXIT_PATH)
            .map(dimension -> "s." + dimension.column())
            .collect(Collectors.joining(", "));

    private final List<ZoneWindow> windows;

    private PartialWindows(List<ZoneWindow> windows) {
        this.windows = windows;
    }

    /** The windows that end at a time of day; null if there are none. */
    static @Nullable PartialWindows among(List<ZoneWindow> windows) {
        List<ZoneWindow> partial = windows.stream().filter(ZoneWindow::isPart).toList();
        return partial.isEmpty() ? null : new PartialWindows(partial);
    }

    /**
     * The UTC day on which the earliest session began that was not over at the end of the windows. This is usually the
     * last day, since most sessions are short.
     */
    SqlFragment first() {
        return SqlFragment.of(
                "SELECT least(?, min((s.started_at AT TIME ZONE 'UTC')::date)) FROM sessions AS s WHERE ?",
                RawConditions.lastPartition(windows),
                running());
    }

    /**
     * The {@code WITH} clause for statements about the windows.
     *
     * @param first the result of {@link #first()}
     */
    SqlFragment tables(LocalDate first) {
        SqlFragment before = SqlFragment.all(windows.stream()
                .map(window -> after(window, "e", "occurred_at").negated())
                .toList());
        SqlFragment running = running();
        // Sessions that were not over are counted from their events. They are grouped by each column and not only by
        // their key, since a cluster rewrites the statement and then no longer knows the key.
        String sql = """
                WITH events AS NOT MATERIALIZED (
                    SELECT * FROM events AS e WHERE ?
                ), sessions AS NOT MATERIALIZED (
                    SELECT s.bucket, s.visitor_id, s.id, s.property_id, s.started_at, s.last_event_at, %1$s,
                           s.events, s.page_views, s.conversions, s.engagements, s.engaged_ms, s.entry_path, s.exit_path,
                           s.first_form_start, s.last_form_submit
                    FROM sessions AS s WHERE ?
                    UNION ALL
                    SELECT s.bucket, s.visitor_id, s.id, s.property_id, s.started_at, s.last_event_at, %1$s,
                           count(*)::integer,
                           (count(*) FILTER (WHERE e.event_type = 'page_view'))::integer,
                           (count(*) FILTER (WHERE e.is_conversion))::integer,
                           (count(*) FILTER (WHERE e.event_type = 'engagement'))::integer,
                           coalesce(sum(e.engaged_time_ms), 0),
                           (array_agg(e.path ORDER BY e.occurred_at, e.path COLLATE "C")
                               FILTER (WHERE e.event_type = 'page_view'))[1],
                           (array_agg(e.path ORDER BY e.occurred_at DESC, e.path COLLATE "C" DESC)
                               FILTER (WHERE e.event_type = 'page_view'))[1],
                           min(e.occurred_at) FILTER (WHERE e.event_type = 'form_start'),
                           max(e.occurred_at) FILTER (WHERE e.event_type = 'form_submit')
                    FROM sessions AS s JOIN events AS e ON %2$s
                    WHERE ? AND e.device <> 'bot' AND e.day BETWEEN ? AND ?
                    GROUP BY s.bucket, s.visitor_id, s.started_at, s.id, s.property_id, s.last_event_at, %1$s
                )
                """.formatted(DIMENSIONS, RawConditions.OF_SESSION);
        return SqlFragment.of(sql, before, running.negated(), running, first, RawConditions.lastPartition(windows));
    }

    /** The condition that a session {@code s} was not over at the end of its window. */
    private SqlFragment running() {
        return SqlFragment.any(windows.stream()
                .map(window -> SqlFragment.all(List.of(
                        window.holds("s", "started_at"),
                        after(window, "s", "last_event_at"),
                        SqlFragment.of("s" + RawConditions.NOT_BOT))))
                .toList());
    }

    private static SqlFragment after(ZoneWindow window, String table, String time) {
        return SqlFragment.all(List.of(SqlFragment.of(table + "." + time + " >= ?", window.end()), window.isOf(table)));
    }
}
