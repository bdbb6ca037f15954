package com.altcontext.retention;

import com.altcontext.db.Buckets;
import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Retry;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.visit.VisitorLock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Gatherers;
import org.jspecify.annotations.Nullable;

/**
 * Removes sessions that ended before the first kept event, and visitors who have neither another session nor a lead.
 *
 * <p>No index finds them: every event would have to update an index on {@code last_event_at}, and every session an
 * index on {@code started_at}. So each table is read once from end to end, in parts, and rows are deleted by key.
 *
 * <p>A visitor may come back meanwhile. So deletion takes the lock that writers of events take ({@link VisitorLock}),
 * and its statements check again whether the visitor is idle.
 */
final class IdleVisitors {
    private static final String COUNT_SESSIONS = "SELECT count(*) FROM sessions WHERE last_event_at < ?";

    /** A cluster sends the visitors who have a lead to its nodes, once for all of their rows. */
    private static final String COUNT_VISITORS = """
            WITH linked AS MATERIALIZED (SELECT DISTINCT visitor_id FROM lead_identities)
            SELECT count(*) FROM visitors AS v
            WHERE v.first_seen_at < ? AND NOT EXISTS (SELECT FROM linked AS l WHERE l.visitor_id = v.visitor_id)
              AND NOT EXISTS (SELECT FROM sessions AS s
                              WHERE s.bucket = v.bucket AND s.visitor_id = v.visitor_id AND s.last_event_at >= ?)
            """;

    /**
     * Those of the visitors who have a lead. A lead that is captured after this look-up comes with a session, so its
     * visitor is no longer idle.
     */
    private static final String LINKED_OF = """
            SELECT DISTINCT i.visitor_id
            FROM unnest(?::uuid[]) AS sought(visitor_id) JOIN lead_identities AS i ON i.visitor_id = sought.visitor_id
            """;

    /** Makes the planner look up rows by key: for the rows of a part, it must not read whole tables. */
    static final String BY_KEY = """
            SELECT set_config('enable_seqscan', 'off', true),
                   set_config('enable_hashjoin', 'off', true),
                   set_config('enable_mergejoin', 'off', true)
            """;

    /**
     * Hundreds of small commits need not each wait for the disk. The next purge finds again what a crash undoes. The
     * commit of the purge's receipt waits for the disk, and so for all earlier commits.
     */
    private static final String WITHOUT_SYNC = "SELECT set_config('synchronous_commit', 'off', true)";

    /** To be formatted with the condition of a {@link TablePart}. */
    static final String ENDED_SESSIONS =
            "SELECT visitor_id, started_at, id FROM sessions WHERE %s AND last_event_at < ?";

    private static final String IDLE_VISITORS = """
            SELECT v.visitor_id FROM visitors AS v
            WHERE %s AND v.first_seen_at < ?
              AND NOT EXISTS (SELECT FROM sessions AS s WHERE s.bucket = v.bucket AND s.visitor_id = v.visitor_id)
            """;

    private static final String DELETE_SESSIONS = """
            WITH gone AS (
                DELETE FROM sessions AS s USING unnest(?::uuid[], ?::int8[], ?::uuid[]) AS ended(visitor_id, start, id)
                WHERE s.bucket = ?::int2 AND s.visitor_id = ended.visitor_id
                  AND s.started_at = to_timestamp(ended.start::float8 / 1000000) AND s.id = ended.id AND s.last_event_at < ?
                RETURNING 1)
            SELECT count(*) FROM gone
            """;

    private static final String DELETE_VISITORS = """
            WITH gone AS (
                DELETE FROM visitors AS v
                WHERE v.visitor_id = ANY (?::uuid[]) AND v.bucket = ?::int2 AND v.first_seen_at < ?
                  AND NOT EXISTS (SELECT FROM sessions AS s WHERE s.bucket = ?::int2 AND s.visitor_id = v.visitor_id)
                RETURNING 1)
            SELECT count(*) FROM gone
            """;

    /** The size of a part: 8 MB of a table, whose rows need about 25 MB of memory. */
    private static final int PAGES_AT_ONCE = 1_024;

    private final Sql sql;
    private final Instant keptFrom;
    /** Read once: the number of buckets does not change while a purge runs. */
    private @Nullable Buckets buckets;

    /** @param keptFrom the first moment whose events are kept */
    IdleVisitors(Sql sql, Instant keptFrom) {
        this.sql = sql;
        this.keptFrom = keptFrom;
    }

    record IdleCounts(long sessions, long visitors) {}

    /** Called after each commit. */
    @FunctionalInterface
    interface DeletionListener {
        void deleted(long sessions, long visitors);
    }

    record EndedSession(UUID visitorId, Instant startedAt, UUID id) {}

    static IdleCounts count(Tx tx, Instant keptFrom) {
        return new IdleCounts(
                tx.queryOne(COUNT_SESSIONS, row -> row.number(1), keptFrom),
                tx.queryOne(COUNT_VISITORS, row -> row.number(1), keptFrom, keptFrom));
    }

    void delete(DeletionListener listener) {
        for (TablePart part : TablePart.of(sql, "sessions", PAGES_AT_ONCE)) {
            Function<EndedSession, UUID> visitorOf = EndedSession::visitorId;
            inParts(
                    find(part, ENDED_SESSIONS, row -> new EndedSession(row.id(1), row.time(2), row.id(3))),
                    visitorOf,
                    some -> deleteSessions(some, listener));
        }
        for (TablePart part : TablePart.of(sql, "visitors", PAGES_AT_ONCE)) {
            inParts(find(part, IDLE_VISITORS, row -> row.id(1)), Function.identity(), some -> {
                List<UUID> idle = withoutLead(some);
                if (!idle.isEmpty()) {
                    deleteSessions(List.of(), idle, listener);
                }
            });
        }
    }

    private <T> List<T> find(TablePart part, String statement, Tx.RowReader<T> reader) {
        return sql.atOnce(pipeline -> {
                    pipeline.update(BY_KEY);
                    return pipeline.query(statement.formatted(part.condition()), reader, part.with(keptFrom));
                })
                .rows();
    }

    private Buckets buckets() {
        if (buckets == null) {
            buckets = sql.inTransaction(Buckets::read);
        }
        return buckets;
    }

    /** Splits rows into parts, each of one bucket, and deletes them part by part. */
    private <T> void inParts(List<T> rows, Function<T, UUID> visitorOf, Consumer<List<T>> delete) {
        buckets()
                .split(rows, visitorOf)
                .values()
                .forEach(ofBucket -> ofBucket.stream()
                        .gather(Gatherers.windowFixed(VisitorLock.MAX_VISITORS))
                        .forEach(delete));
    }

    private List<UUID> withoutLead(Collection<UUID> visitors) {
        Set<UUID> linked = new HashSet<>(
                sql.inTransaction(tx -> tx.query(LINKED_OF, row -> row.id(1), (Object) visitors.toArray(UUID[]::new))));
        return visitors.stream().filter(visitor -> !linked.contains(visitor)).toList();
    }

    /** Deletes these sessions of one bucket, and those of their visitors who then have neither a session nor a lead. */
    void deleteSessions(List<EndedSession> ended, DeletionListener listener) {
        Set<UUID> visitors = new LinkedHashSet<>();
        ended.forEach(session -> visitors.add(session.visitorId));
        deleteSessions(ended, withoutLead(visitors), listener);
    }

    private record DeletedRows(Pipeline.Pending<Long> sessions, Pipeline.Pending<Long> visitors) {}

    /** @param visitors visitors who have no lead; those who have no session either are deleted */
    private void deleteSessions(List<EndedSession> ended, List<UUID> visitors, DeletionListener listener) {
        UUID any = ended.isEmpty() ? visitors.getFirst() : ended.getFirst().visitorId;
        short bucket = buckets().of(any).number();
        Set<UUID> all = new LinkedHashSet<>(visitors);
        ended.forEach(session -> all.add(session.visitorId));
        Columns<EndedSession> columns = new Columns<>(ended);
        // A deadlock is possible: an erasure may have locked a session, and then wait for the lock of its visitor.
        DeletedRows deleted = Retry.onConflict(() -> sql.atOnce(pipeline -> {
            pipeline.update(WITHOUT_SYNC);
            VisitorLock.take(pipeline, all);
            return new DeletedRows(
                    pipeline.query(
                            DELETE_SESSIONS,
                            row -> row.number(1),
                            columns.ids(EndedSession::visitorId),
                            columns.numbers(session -> Columns.micros(session.startedAt)),
                            columns.ids(EndedSession::id),
                            bucket,
                            keptFrom),
                    pipeline.query(
                            DELETE_VISITORS,
                            row -> row.number(1),
                            visitors.toArray(UUID[]::new),
                            bucket,
                            keptFrom,
                            bucket));
        }));
        listener.deleted(deleted.sessions.row(), deleted.visitors.row());
    }
}
