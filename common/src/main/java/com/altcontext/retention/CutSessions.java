package com.altcontext.retention;

import com.altcontext.db.Buckets;
import com.altcontext.db.Retry;
import com.altcontext.db.Sql;
import com.altcontext.visit.VisitorLock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Gatherers;

/**
 * Sessions that began before the first kept moment and continue after it. A purge removes their first events, so
 * their counters are recomputed from the rest. Their start does not change, so that the figures of kept days stay the
 * same.
 */
final class CutSessions {
    private static final String FIND = "SELECT DISTINCT visitor_id FROM sessions WHERE started_at < ?";

    private static final String RECOUNT = """
            UPDATE sessions AS s
            SET events = e.events, page_views = e.page_views, conversions = e.conversions, engagements = e.engagements,
                engaged_ms = e.engaged_ms, entry_at = e.entry_at, entry_path = e.entry_path, exit_at = e.exit_at,
                exit_path = e.exit_path, first_form_start = e.first_form_start, last_form_submit = e.last_form_submit
            FROM (
                SELECT cut.visitor_id, cut.started_at, cut.id,
                       count(e.id) AS events,
                       count(*) FILTER (WHERE event_type = 'page_view') AS page_views,
                       count(*) FILTER (WHERE is_conversion) AS conversions,
                       count(*) FILTER (WHERE event_type = 'engagement') AS engagements,
                       coalesce(sum(engaged_time_ms), 0) AS engaged_ms,
                       min(occurred_at) FILTER (WHERE event_type = 'page_view') AS entry_at,
                       (array_agg(path ORDER BY occurred_at, path COLLATE "C")
                           FILTER (WHERE event_type = 'page_view'))[1] AS entry_path,
                       max(occurred_at) FILTER (WHERE event_type = 'page_view') AS exit_at,
                       (array_agg(path ORDER BY occurred_at DESC, path COLLATE "C" DESC)
                           FILTER (WHERE event_type = 'page_view'))[1] AS exit_path,
                       min(occurred_at) FILTER (WHERE event_type = 'form_start') AS first_form_start,
                       max(occurred_at) FILTER (WHERE event_type = 'form_submit') AS last_form_submit
                FROM unnest(?::uuid[]) AS sought(visitor_id)
                JOIN sessions AS cut ON cut.bucket = ?::int2 AND cut.visitor_id = sought.visitor_id
                LEFT JOIN events AS e ON e.bucket = ?::int2 AND e.visitor_id = cut.visitor_id
                     AND e.session_id = cut.id AND e.day >= ? AND (e.device = 'bot') = (cut.device = 'bot')
                WHERE cut.started_at < ?
                GROUP BY cut.visitor_id, cut.started_at, cut.id) AS e
            WHERE s.bucket = ?::int2 AND s.visitor_id = e.visitor_id AND s.started_at = e.started_at AND s.id = e.id
            """;

    private CutSessions() {}

    /**
     * Call this after the sessions that ended earlier are deleted: of those that remain, the ones that began earlier
     * are recomputed.
     */
    static void recount(Sql sql, Instant keptFrom) {
        List<UUID> visitors = sql.inTransaction(tx -> tx.query(FIND, row -> row.id(1), keptFrom));
        LocalDate keptDay = keptFrom.atZone(ZoneOffset.UTC).toLocalDate();
        Buckets buckets = sql.inTransaction(Buckets::read);
        buckets.split(visitors, Function.identity())
                .forEach((bucket, all) -> all.stream()
                        .gather(Gatherers.windowFixed(VisitorLock.MAX_VISITORS))
                        .forEach(some -> {
                            UUID[] ids = some.toArray(UUID[]::new);
                            var _ = Retry.onConflict(() -> sql.atOnce(pipeline -> {
                                VisitorLock.take(pipeline, some);
                                pipeline.update(RECOUNT, ids, bucket, bucket, keptDay, keptFrom, bucket);
                                return some;
                            }));
                        }));
    }
}
