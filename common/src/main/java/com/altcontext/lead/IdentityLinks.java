package com.altcontext.lead;

import com.altcontext.db.Pipeline;
import com.altcontext.visit.Visitor;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * Which visitors a lead is, or may be. A link only ever gets more certain: a form that was submitted (confidence 1)
 * raises a guess (0.35), and a guess changes nothing that is known.
 */
final class IdentityLinks {
    private static final String LINK = """
            INSERT INTO lead_identities AS known (lead_id, visitor_id, property_id, source, confidence, linked_at)
            VALUES (?, ?, ?, 'form_submit', 1, ?)
            ON CONFLICT (lead_id, visitor_id) DO UPDATE
            SET source = excluded.source, confidence = excluded.confidence, linked_at = excluded.linked_at
            WHERE known.confidence < excluded.confidence
            """;

    /**
     * The newest sessions of this client, one a visitor: the latest that fits. Reading stops at the twentieth visitor,
     * so that a hundred thousand of them cost no more. A client with more than 5 000 sessions begun in a day is a
     * gateway or a machine, about which a guess says nothing; its earlier ones are not looked at.
     */
    static final String GUESS = """
            INSERT INTO lead_identities (lead_id, visitor_id, property_id, source, confidence, linked_at)
            SELECT ?::uuid, seen.visitor_id, seen.property_id, 'same_ip_ua_window', 0.35, ?::timestamptz
            FROM (
                SELECT * FROM sessions
                WHERE property_id = ?
                  AND substring(ip_hash FROM 1 FOR 8) = substring(?::bytea FROM 1 FOR 8)
                  AND substring(ua_hash FROM 1 FOR 8) = substring(?::bytea FROM 1 FOR 8)
                  AND ip_hash = ? AND ua_hash = ? AND started_at BETWEEN ? AND ?
                ORDER BY started_at DESC
                LIMIT 5000) AS seen
            WHERE seen.last_event_at >= ? AND seen.visitor_id <> ? AND NOT EXISTS (
                SELECT FROM sessions AS later
                WHERE later.visitor_id = seen.visitor_id AND (later.started_at, later.id) > (seen.started_at, seen.id)
                  AND later.ip_hash = seen.ip_hash AND later.ua_hash = seen.ua_hash
                  AND later.last_event_at >= ? AND later.started_at <= ?)
            ORDER BY seen.started_at DESC
            LIMIT 20
            ON CONFLICT (lead_id, visitor_id) DO NOTHING
            RETURNING visitor_id
            """;

    /**
     * A session lasts while no half hour passes without an event: one that began more than a day ago and still goes on
     * is no person's. The bound keeps the look-up off the whole history of a client.
     */
    private static final Duration LONGEST_SESSION = Duration.ofDays(1);

    private IdentityLinks() {}

    /** Adds the link to the visitor who submitted the form. */
    static void link(Pipeline pipeline, UUID leadId, Visitor visitor, Instant at) {
        pipeline.update(LINK, leadId, visitor.id(), visitor.propertyId(), at);
    }

    /** Adds the links to up to 20 others who were seen in the window before with the same address and user agent. */
    static Pipeline.Answer<UUID> guess(
            Pipeline pipeline, UUID leadId, Visitor visitor, byte[] uaHash, Instant at, Duration window) {
        return pipeline.query(GUESS, row -> row.id(1), guessed(leadId, visitor, uaHash, at, window));
    }

    static Object[] guessed(UUID leadId, Visitor visitor, byte[] uaHash, Instant at, Duration window) {
        Instant since = at.minus(window);
        return new Object[] {
            leadId,
            at,
            visitor.propertyId(),
            visitor.ipHash(),
            uaHash,
            visitor.ipHash(),
            uaHash,
            at.minus(LONGEST_SESSION),
            at,
            since,
            visitor.id(),
            since,
            at
        };
    }
}
