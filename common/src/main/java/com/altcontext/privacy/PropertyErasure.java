package com.altcontext.privacy;

import com.altcontext.db.Buckets;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import com.altcontext.metrics.RollupLock;
import java.time.Instant;
import java.util.List;

/**
 * Deletes everything that is stored for a property, including rollups. The property itself stays. This is for
 * disposable properties such as the demo: rules of retention do not apply.
 *
 * @param rollups the rows of all rollup tables
 */
public record PropertyErasure(long visitors, long sessions, long events, long leads, long rollups) {
    /** Finds rows by their visitors, since {@code events} has no index by property. */
    private static final String OF_VISITORS = """
             AS t USING visitors AS v
            WHERE v.property_id = ? AND t.bucket = v.bucket AND t.visitor_id = v.visitor_id
            """;

    private static final String OF_PROPERTY = " WHERE property_id = ?";

    /**
     * Rows of {@code consent_events} can be deleted only by a transaction that logs an erasure. The hash is that of
     * the property, since no single person is erased.
     */
    private static final String LOG = """
            INSERT INTO erasure_log (erased_at, erased_by, email_hash, counts)
            SELECT ?, ?, sha256(convert_to('property ' || ?, 'UTF8')), jsonb_build_object('leads', count(*))
            FROM leads WHERE property_id = ? HAVING count(*) > 0
            """;

    private static final List<String> ROLLUPS =
            List.of("daily_metric_rollups", "daily_dimension_rollups", "daily_goal_rollups", "daily_ingest_rollups");

    /** Makes running services read these days again, whose figures of all properties they may have in memory. */
    private static final String RENEW_VERSIONS = """
            UPDATE daily_metric_rollups SET version = renewed.version
            FROM (SELECT nextval('rollup_version') AS version) AS renewed
            WHERE property_id <> ? AND day IN (SELECT day FROM daily_metric_rollups WHERE property_id = ?)
            """;

    private static final String RECOUNT_DAYS = """
            UPDATE rollup_days AS d
            SET events = coalesce((
                SELECT sum(accepted + bots) FROM daily_ingest_rollups AS r WHERE r.day = d.day AND r.property_id <> ?), 0)
            WHERE day IN (SELECT day FROM daily_ingest_rollups WHERE property_id = ?)
            """;

    /**
     * Deletes in this transaction. Waits for a running rollup, which would store the property's figures again.
     *
     * @param by who asked for it, for {@code erasure_log}
     */
    public static PropertyErasure of(Tx tx, String property, String by, Instant at) {
        var _ = Buckets.read(tx);
        RollupLock.take(tx);
        Pipeline pipeline = tx.pipeline();
        pipeline.update(LOG, at, by, property, property);
        pipeline.update(
                "DELETE FROM outbox WHERE property_id = ? OR lead_id IN (SELECT id FROM leads WHERE property_id = ?)",
                property,
                property);
        pipeline.update("DELETE FROM form_submissions" + OF_PROPERTY, property);
        pipeline.update(
                "DELETE FROM expired_consents WHERE consent_id IN (SELECT id FROM consent_events WHERE property_id = ?)",
                property);
        pipeline.update("DELETE FROM consent_events" + OF_PROPERTY, property);
        pipeline.update("DELETE FROM lead_identities" + OF_PROPERTY, property);
        DeletedCount leads = DeletedCount.add(pipeline, "leads" + OF_PROPERTY, property);
        DeletedCount events = DeletedCount.add(pipeline, "events" + OF_VISITORS, property);
        DeletedCount sessions = DeletedCount.add(pipeline, "sessions" + OF_VISITORS, property);
        DeletedCount visitors = DeletedCount.add(pipeline, "visitors" + OF_PROPERTY, property);
        pipeline.update("DELETE FROM ingest_rejections" + OF_PROPERTY, property);
        pipeline.update(RENEW_VERSIONS, property, property);
        pipeline.update(RECOUNT_DAYS, property, property);
        List<DeletedCount> rollups = ROLLUPS.stream()
                .map(table -> DeletedCount.add(pipeline, table + OF_PROPERTY, property))
                .toList();
        pipeline.send();
        return new PropertyErasure(
                visitors.count(),
                sessions.count(),
                events.count(),
                leads.count(),
                rollups.stream().mapToLong(DeletedCount::count).sum());
    }
}
