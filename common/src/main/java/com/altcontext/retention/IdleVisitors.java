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
 * <p>There is no index by which they could be found: one on {@code last_event_at} would be written to by every event, one on
 * {@code started_at} by every session. They are found by reading each table through once, in pieces, and deleted by key.
 *
 * <p>A visitor may come back at the very moment. So they are deleted under the lock that writers of their events take
 * ({@link VisitorLock}), and by statements that ask again: whoever comes first, the other sees what became of it.
 */
final class IdleVisitors {
    private static final String COUNT = """
            SELECT
                (SELECT count(*) FROM sessions WHERE last_event_at < ?),
                (SELECT count(*) FROM visitors AS v
                 WHERE first_seen_at < ?
                   AND NOT EXISTS (SELECT FROM sessions AS s WHERE s.visitor_id = v.visitor_id AND s.last_event_at >= ?)
                   AND NOT EXISTS (SELECT FROM lead_identities AS l WHERE l.visitor_id = v.visitor_id))
            """;

    /** For each piece of pages the look-ups are by key; the planner is kept from reading whole tables for it. */
    static final String BY_KEY = """
            SELECT set_config('enable_seqscan', 'off', true),
                   set_config('enable_hashjoin', 'off', true),
                   set_config('enable_mergejoin', 'off', true)
            """;

    /**
     * Hundreds of small commits need not each wait for the disk: what a crash undoes the next purge finds again, and the
     * receipt is written by a commit that waits for all before it.
     */
    private static final String WITHOUT_WAITING = "SELECT set_config('synchronous_commit', 'off', true)";

    static final String ENDED_SESSIONS = """
            SELECT visitor_id, id FROM sessions
            WHERE ctid >= ?::tid AND ctid < ?::tid
              AND last_event_at < ?
            """;

    static final String LEFT_VISITORS = """
            SELECT v.visitor_id FROM visitors AS v
            WHERE v.ctid >= ?::tid AND v.ctid < ?::tid
              AND v.first_seen_at < ?
              AND NOT EXISTS (SELECT FROM sessions AS s WHERE s.visitor_id = v.visitor_id)
              AND NOT EXISTS (SELECT FROM lead_identities AS l WHERE l.visitor_id = v.visitor_id)
            """;

    private static final String DELETE_SESSIONS = """
            WITH gone AS (
                DELETE FROM sessions AS s USING unnest(?::uuid[], ?::uuid[]) AS ended(visitor_id, id)
                WHERE s.visitor_id = ended.visitor_id AND s.id = ended.id AND s.last_event_at < ?
                RETURNING 1)
            SELECT count(*) FROM gone
            """;

    private static final String DELETE_VISITORS = """
            WITH gone AS (
                DELETE FROM visitors AS v USING unnest(?::uuid[]) AS left_over(visitor_id)
                WHERE v.visitor_id = left_over.visitor_id AND v.first_seen_at < ?
                  AND NOT EXISTS (SELECT FROM sessions AS s WHERE s.visitor_id = v.visitor_id)
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

    record Count(long sessions, long visitors) {}

    /** Told of each piece of work that is committed. */
    @FunctionalInterface
    interface Witness {
        void gone(long sessions, long visitors);
    }

    record Ended(UUID visitorId, UUID id) {}

    static Count count(Tx tx, Instant keptFrom) {
        return tx.query(COUNT, row -> new Count(row.number(1), row.number(2)), keptFrom, keptFrom, keptFrom)
                .getFirst();
    }

    void delete(Witness witness) {
        for (Pages piece : Pages.of(sql, "sessions", PAGES_AT_ONCE)) {
            List<Ended> ended = sql.atOnce(pipeline -> {
                        pipeline.update(BY_KEY);
                        return pipeline.query(
                                ENDED_SESSIONS,
                                row -> new Ended(row.id(1), row.id(2)),
                                piece.from(),
                                piece.to(),
                                keptFrom);
                    })
                    .rows();
            for (int from = 0; from < ended.size(); from += VISITORS_AT_ONCE) {
                deleteSessions(ended.subList(from, Math.min(from + VISITORS_AT_ONCE, ended.size())), witness);
            }
        }
        for (Pages piece : Pages.of(sql, "visitors", PAGES_AT_ONCE)) {
            List<UUID> left = sql.atOnce(pipeline -> {
                        pipeline.update(BY_KEY);
                        return pipeline.query(LEFT_VISITORS, row -> row.id(1), piece.from(), piece.to(), keptFrom);
                    })
                    .rows();
            for (int from = 0; from < left.size(); from += VISITORS_AT_ONCE) {
                deleteVisitors(left.subList(from, Math.min(from + VISITORS_AT_ONCE, left.size())), witness);
            }
        }
    }

    private record Deleted(Pipeline.Pending<Long> sessions, Pipeline.Pending<Long> visitors) {}

    /** With those visitors who have nothing left. */
    void deleteSessions(List<Ended> ended, Witness witness) {
        LinkedHashSet<UUID> visitors = new LinkedHashSet<>();
        ended.forEach(session -> visitors.add(session.visitorId));
        Deleted deleted = sql.atOnce(pipeline -> {
            pipeline.update(WITHOUT_WAITING);
            VisitorLock.take(pipeline, visitors);
            return new Deleted(
                    pipeline.query(
                            DELETE_SESSIONS,
                            row -> row.number(1),
                            ended.stream().map(Ended::visitorId).toArray(UUID[]::new),
                            ended.stream().map(Ended::id).toArray(UUID[]::new),
                            keptFrom),
                    deleteVisitors(pipeline, visitors.toArray(UUID[]::new)));
        });
        witness.gone(deleted.sessions.rows().getFirst(), deleted.visitors.rows().getFirst());
    }

    private void deleteVisitors(List<UUID> visitors, Witness witness) {
        Pipeline.Pending<Long> deleted = sql.atOnce(pipeline -> {
            pipeline.update(WITHOUT_WAITING);
            VisitorLock.take(pipeline, visitors);
            return deleteVisitors(pipeline, visitors.toArray(UUID[]::new));
        });
        witness.gone(0, deleted.rows().getFirst());
    }

    private Pipeline.Pending<Long> deleteVisitors(Pipeline pipeline, UUID[] visitors) {
        return pipeline.query(DELETE_VISITORS, row -> row.number(1), visitors, keptFrom);
    }
}
