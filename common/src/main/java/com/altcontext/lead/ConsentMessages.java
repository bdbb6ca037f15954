package com.altcontext.lead;

import com.altcontext.db.IsoTime;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import java.time.Instant;
import java.util.UUID;

/**
 * Writes {@code consent.changed} messages to the outbox, one for each subscribed webhook, in the transaction that
 * changes the consent. The consent that forms give for a lead in review does not hold yet ({@link LeadReview}): the
 * messages about it are written when the lead is accepted.
 */
public final class ConsentMessages {
    /**
     * Follows a query named {@code changed}, whose rows have a {@code consent_id}, a {@code change} and the time
     * {@code at}.
     */
    private static final String PUT = """
            INSERT INTO outbox (id, kind, event, destination, lead_id, property_id, body)
            SELECT gen_random_uuid(), 'webhook', 'consent.changed', w.name, l.id, l.property_id,
                   jsonb_build_object('type', 'consent.changed', 'timestamp', %s, 'data', jsonb_build_object(
                       'leadId', l.id, 'propertyId', l.property_id, 'email', l.email, 'change', changed.change,
                       'purpose', c.purpose, 'status', c.status, 'expiresAt', %s))::text
            FROM changed
            JOIN consent_events AS c ON c.id = changed.consent_id
            JOIN leads AS l ON l.id = c.lead_id
            JOIN webhooks AS w ON 'consent.changed' = ANY (w.events)
            """.formatted(IsoTime.of("changed.at"), IsoTime.of("c.expires_at"));

    /** A form or an operator grants consent, the link of a mail confirms it. */
    private static final String CHANGE = """
            CASE WHEN c.status = 'withdrawn' THEN 'withdrawn' WHEN c.source = 'confirmed' THEN 'confirmed' ELSE 'granted' END
            """;

    /** The rows of {@code consent_events} that this transaction has written. */
    private static final String RECORDED = """
            WITH changed AS (
                SELECT c.id AS consent_id, %s AS change, c.occurred_at AS at
                FROM consent_events AS c JOIN leads AS l ON l.id = c.lead_id
                WHERE %s AND c.xmin = pg_current_xact_id()::xid AND c.status <> 'pending'
                  AND NOT (%s))
            """;

    private static final String OF_LEADS =
            RECORDED.formatted(CHANGE, "l.id = ANY (?::uuid[])", MailPermission.IS_ON_HOLD) + PUT;

    private static final String OF_ADDRESS = RECORDED.formatted(CHANGE, "l.email = ?", MailPermission.IS_ON_HOLD) + PUT;

    /** The consents from forms that hold now that the leads are accepted, one for each purpose. */
    private static final String ACCEPTED = """
            WITH changed AS (
                SELECT c.id AS consent_id, 'granted' AS change, ?::timestamptz AS at
                FROM leads AS l
                CROSS JOIN LATERAL (SELECT DISTINCT e.purpose FROM consent_events AS e WHERE e.lead_id = l.id) AS p
                %s
                WHERE l.id = ANY (?::uuid[]) AND NOT l.is_bot AND %s
                  AND c.status IN ('implied', 'express') AND (c.expires_at IS NULL OR c.expires_at > ?))
            """.formatted(MailPermission.JOIN_CONSENT, MailPermission.IS_BY_FORM) + PUT;

    /** Leaves out consent that was renewed, confirmed or withdrawn since. */
    private static final String EXPIRED =
            """
            WITH ended AS (
                INSERT INTO expired_consents (consent_id, noted_at)
                SELECT c.id, ? FROM consent_events AS c
                WHERE c.status = 'implied' AND c.expires_at <= ?
                  AND NOT EXISTS (SELECT FROM expired_consents AS e WHERE e.consent_id = c.id)
                  AND NOT EXISTS (
                      SELECT FROM consent_events AS later
                      WHERE later.lead_id = c.lead_id AND later.id > c.id AND later.status <> 'pending'
                        AND (later.purpose = c.purpose OR later.purpose IS NULL))
                ORDER BY c.id
                LIMIT ?
                ON CONFLICT DO NOTHING
                RETURNING consent_id),
            changed AS (
                SELECT c.id AS consent_id, 'expired' AS change, c.expires_at AS at
                FROM ended JOIN consent_events AS c ON c.id = ended.consent_id JOIN leads AS l ON l.id = c.lead_id
                WHERE NOT (%s)),
            passed AS (
            """.formatted(MailPermission.IS_ON_HOLD) + PUT + ") SELECT count(*) FROM ended";

    private static final int BATCH_SIZE = 500;

    private ConsentMessages() {}

    /** Adds the messages about the consent of these leads that this transaction has recorded. */
    public static void put(Pipeline pipeline, UUID... leads) {
        pipeline.update(OF_LEADS, (Object) leads);
    }

    /** Adds the messages about the consent of all leads of an address that this transaction has recorded. */
    static void put(Pipeline pipeline, Email email) {
        pipeline.update(OF_ADDRESS, email.value());
    }

    /** Adds the messages about leads that the transaction has accepted after a review. */
    static void putAccepted(Tx tx, UUID[] leads, Instant at) {
        tx.update(ACCEPTED, at, leads, at);
    }

    /**
     * Writes the messages about implied consent that has expired. Each expiry is noted once, however many machines
     * run this, and whether or not a webhook is subscribed.
     */
    public static void putExpired(Sql sql, Instant now) {
        while (sql.inTransaction(tx -> tx.queryOne(EXPIRED, row -> row.number(1), now, now, BATCH_SIZE))
                == BATCH_SIZE) {
            // There may be more.
        }
    }
}
