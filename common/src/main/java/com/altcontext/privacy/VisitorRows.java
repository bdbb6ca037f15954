package com.altcontext.privacy;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import com.altcontext.visit.VisitorLock;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;

/** Deletes visitors with all their rows, including heuristic links to them, and counts what was deleted. */
record VisitorRows(long visitors, long sessions, long events, long links) {
    static final VisitorRows NONE = new VisitorRows(0, 0, 0, 0);
    private static final String OF_VISITORS = " WHERE visitor_id = ANY (?::uuid[])";

    /** No join: the planner would read the whole bucket for one if it believes that the table is small. */
    private static final String IN_BUCKET = OF_VISITORS + " AND bucket = ?::int2";

    /**
     * Finds submissions by the links, since there is no index by visitor. The hash of the content is replaced, since
     * it covers the visitor too.
     */
    private static final String UNLINK_SUBMISSIONS = """
            UPDATE form_submissions AS f
            SET visitor_id = NULL, session_id = NULL, event_id = NULL, content_hash = sha256(uuid_send(f.id))
            FROM lead_identities AS i
            WHERE i.visitor_id = ANY (?::uuid[]) AND f.lead_id = i.lead_id AND f.visitor_id = i.visitor_id
            """;

    VisitorRows and(VisitorRows more) {
        return new VisitorRows(
                visitors + more.visitors, sessions + more.sessions, events + more.events, links + more.links);
    }

    /** Locks the visitors and deletes them. */
    static VisitorRows delete(Tx tx, Collection<UUID> visitorIds) {
        Map<Short, UUID[]> byBucket = VisitorLock.take(tx, visitorIds).split(visitorIds);
        Pipeline pipeline = tx.pipeline();
        UUID[] ids = visitorIds.toArray(UUID[]::new);
        pipeline.update(UNLINK_SUBMISSIONS, (Object) ids);
        var events = DeletedCount.addByBucket(pipeline, "events" + IN_BUCKET, byBucket);
        var sessions = DeletedCount.addByBucket(pipeline, "sessions" + IN_BUCKET, byBucket);
        var visitors = DeletedCount.addByBucket(pipeline, "visitors" + IN_BUCKET, byBucket);
        var links = DeletedCount.add(pipeline, "lead_identities" + OF_VISITORS, (Object) ids);
        pipeline.send();
        return new VisitorRows(visitors.count(), sessions.count(), events.count(), links.count());
    }
}
