package com.altcontext.retention;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.visit.VisitorLock;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.UUID;

/**
 * Sessions that ended before the first event that is kept, and visitors who have neither another session nor a lead.
 *
 * <p>No index finds them: every event would have to write to one on {@code last_event_at}, every session to one on {@code
 * started_at}. So each table is read once from end to end, in pieces, and rows are deleted by key.
 *
 * <p>A visitor may come back at the same time. So deletion takes the lock that writers of events take ({@link
 * VisitorLock}), and its statements check again whether the visitor is idle.
 */
final class IdleVisitors {
    private static final String COUNT = """
            SELECT
                (SELECT count(*) FROM sessions WHERE last_event_at < ?),
                (SELECT count(*) FROM visitors AS v
                 WHERE first_seen_at < ?
                   AND NOT EXISTS (SELECT FROM sessions AS s WHERE s.bucket = v.bucket AND s.visitor_id = v.visitor_id AND s.last_event_at >= ?)
                   AND NOT EXISTS (SELECT FROM lead_identities AS l WHERE l.visitor_id = v.visitor_id))
            """;

    /** The look-ups for a piece are by key: the planner must not read whole tables for them. */
    static final String BY_KEY = """
            SELECT set_config('enable_seqscan', 'off', true),
                   set_config('enable_hashjoin', 'off', true),
                   set_config('enable_mergejoin', 'off', true)
            """;

    /**
     * Hundreds of small commits need not each wait for the disk. What a crash undoes, the next purge finds again. The
     * receipt's own commit waits, and with it all commits before.
     */
    private static final String WITHOUT_SYNC = "SELECT set_config('synchronous_commit', 'off', true)";

    static final String ENDED_SESSIONS = """
            SELECT visitor_id, id FROM sessions
            WHERE ctid >= ?::tid AND ctid < ?::tid
              AND last_event_at < ?
            """;

    static final String LEFT_VISITORS = """
            SELECT v.visitor_id FROM visitors AS v
            WHERE v.ctid >= ?::tid AND v.ctid < ?::tid
              AND v.first_seen_at < ?
              AND NOT EXISTS (SELECT FROM sessions AS s WHERE s.bucket = v.bucket AND s.visitor_id = v.visitor_id)
              AND NOT EXISTS (SELECT FROM lead_identities AS l WHERE l.visitor_id = v.visitor_id)
            """;

    private static final String DELETE_SESSIONS = """
            WITH gone AS (
                DELETE FROM sessions AS s USING unnest(?::uuid[], ?::uuid[]) AS ended(visitor_id, id)
                WHERE s.bucket = bucket_of(ended.visitor_id) AND s.visitor_id = ended.visitor_id AND s.id = ended.id
                  AND s.last_event_at < ?
                RETURNING 1)
            SELECT count(*) FROM gone
            """;

    private static final String DELETE_VISITORS = """
            WITH gone AS (
                DELETE FROM visitors AS v USING unnest(?::uuid[]) AS left_over(visitor_id)
                WHERE v.bucket = bucket_of(left_over.visitor_id) AND v.visitor_id = left_over.visitor_id AND v.first_seen_at < ?
                  AND NOT EXISTS (SELECT FROM sessions AS s WHERE s.bucket = v.bucket AND s.visitor_id = v.visitor_id)
                  AND NOT EXISTS (SELECT FROM lead_identities AS l WHERE l.visitor_id = v.visitor_id)
                RETURNING 1)
            SELECT count(*) FROM gone
            """;

    /** 32 MB of a table. */
    private static final int PAGES_AT_ONCE = 4_096;

    /** As many as ingest locks at once: the server's table of locks has room for some thousands. */
    private static final int VISITORS_AT_ONCE = 500;

    private final Sql sql;
    private final Instant keptFrom;

    /** @param keptFrom the first moment whose events are kept */
    IdleVisitors(Sql sql, Instant keptFrom) {
        this.sql = sql;
        this.keptFrom = keptFrom;
    }

    record IdleCounts(long sessions, long visitors) {}

    /** Is called after each commit. */
    @FunctionalInterface
    interface DeletionListener {
        void gone(long sessions, long visitors);
    }

    record EndedSession(UUID visitorId, UUID id) {}

    static IdleCounts count(Tx tx, Instant keptFrom) {
        return tx.query(COUNT, row -> new IdleCounts(row.number(1), row.number(2)), keptFrom, keptFrom, keptFrom)
                .getFirst();
    }

    void delete(DeletionListener listener) {
        for (Pages piece : Pages.of(sql, "sessions", PAGES_AT_ONCE)) {
            List<EndedSession> ended = sql.atOnce(pipeline -> {
                        pipeline.update(BY_KEY);
                        return pipeline.query(
                                ENDED_SESSIONS,
                                row -> new EndedSession(row.id(1), row.id(2)),
                                piece.from(),
                                piece.to(),
                                keptFrom);
                    })
                    .rows();
            for (int from = 0; from < ended.size(); from += VISITORS_AT_ONCE) {
                deleteSessions(ended.subList(from, Math.min(from + VISITORS_AT_ONCE, ended.size())), listener);
            }
        }
        for (Pages piece : Pages.of(sql, "visitors", PAGES_AT_ONCE)) {
            List<UUID> left = sql.atOnce(pipeline -> {
                        pipeline.update(BY_KEY);
                        return pipeline.query(LEFT_VISITORS, row -> row.id(1), piece.from(), piece.to(), keptFrom);
                    })
                    .rows();
            for (int from = 0; from < left.size(); from += VISITORS_AT_ONCE) {
                deleteVisitors(left.subList(from, Math.min(from + VISITORS_AT_ONCE, left.size())), listener);
            }
        }
    }

    private record DeletedRows(Pipeline.Pending<Long> sessions, Pipeline.Pending<Long> visitors) {}

    /** Deletes these sessions, and those of their visitors who have nothing left. */
    void deleteSessions(List<EndedSession> ended, DeletionListener listener) {
        LinkedHashSet<UUID> visitors = new LinkedHashSet<>();
        ended.forEach(session -> visitors.add(session.visitorId));
        DeletedRows deleted = sql.atOnce(pipeline -> {
            pipeline.update(WITHOUT_SYNC);
            VisitorLock.take(pipeline, visitors);
            return new DeletedRows(
                    pipeline.query(
                            DELETE_SESSIONS,
                            row -> row.number(1),
                            ended.stream().map(EndedSession::visitorId).toArray(UUID[]::new),
                            ended.stream().map(EndedSession::id).toArray(UUID[]::new),
                            keptFrom),
                    deleteVisitors(pipeline, visitors.toArray(UUID[]::new)));
        });
        listener.gone(
                deleted.sessions.rows().getFirst(), deleted.visitors.rows().getFirst());
    }

    private void deleteVisitors(List<UUID> visitors, DeletionListener listener) {
        Pipeline.Pending<Long> deleted = sql.atOnce(pipeline -> {
            pipeline.update(WITHOUT_SYNC);
            VisitorLock.take(pipeline, visitors);
            return deleteVisitors(pipeline, visitors.toArray(UUID[]::new));
        });
        listener.gone(0, deleted.rows().getFirst());
    }

    private Pipeline.Pending<Long> deleteVisitors(Pipeline pipeline, UUID[] visitors) {
        return pipeline.query(DELETE_VISITORS, row -> row.number(1), visitors, keptFrom);
    }
}
