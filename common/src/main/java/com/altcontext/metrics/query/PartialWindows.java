package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Dimension;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Windows that end with a time of day, to be compared with one that is under way. What came after that time does not count, also of
 * sessions that began before it: the two tables are read as they were then.
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

    /** Those of some windows that do not count to the end; null if all of them do. */
    static @Nullable PartialWindows among(List<ZoneWindow> windows) {
        List<ZoneWindow> partial = windows.stream().filter(ZoneWindow::isPart).toList();
        return partial.isEmpty() ? null : new PartialWindows(partial);
    }

    /** The UTC day on which the first session began that was not over, or the last day: most are short. */
    SqlFragment first() {
        return SqlFragment.of(
                "SELECT least(?, min((s.started_at AT TIME ZONE 'UTC')::date)) FROM sessions AS s WHERE ?",
                RawConditions.lastPartition(windows),
                running());
    }

    /** What stands before a statement about the windows. */
    SqlFragment tables(LocalDate first) {
        SqlFragment before = SqlFragment.all(windows.stream()
                .map(window -> after(window, "e", "occurred_at").negated())
                .toList());
        SqlFragment running = running();
        // Sessions that were not over are counted from their events. They are grouped by each column, and not by their
        // key alone:
        // where a cluster rewrites the statement, it no longer knows the key.
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

    /** That a session {@code s} was not over. */
    private SqlFragment running() {
        return SqlFragment.any(windows.stream()
                .map(window -> SqlFragment.all(List.of(
                        window.holds("s", "started_at"),
                        after(window, "s", "last_event_at"),
                        SqlFragment.of("s" + RawConditions.BOTS_OUT))))
                .toList());
    }

    private static SqlFragment after(ZoneWindow window, String table, String time) {
        return SqlFragment.all(List.of(SqlFragment.of(table + "." + time + " >= ?", window.end()), window.isOf(table)));
    }
}
