package com.altcontext.ops.backup;

import com.altcontext.delivery.Outbox;
import java.util.List;

/**
 * A statement that carries a table's rows from before a restore over into the restored schema, since the backup must not undo
 * them: the logs of erasures and of disclosures, withdrawals of consent, texts and keys, and what was sent.
 *
 * @param name the table
 * @param requires the table that must have existed before the restore; else the statement is skipped
 */
record CarriedTable(String name, String requires, String statement) {
    /** Ends all sessions, so also those of keys that were revoked since the backup. */
    static final String END_SESSIONS = "DELETE FROM public.dashboard_sessions";

    /** Goes on from the highest id in use: a link that was sent since the backup must never name a row that is written later. */
    static final String KEEP_CONSENT_IDS = """
            SELECT setval('public.consent_events_id_seq', greatest(b.last_value, r.last_value))
            FROM altops_before.consent_events_id_seq AS b, public.consent_events_id_seq AS r
            """;

    private static final String ERASURES = """
            INSERT INTO public.erasure_log (erased_at, erased_by, email_hash, counts)
            SELECT erased_at, erased_by, email_hash, counts FROM altops_before.erasure_log
            EXCEPT ALL
            SELECT erased_at, erased_by, email_hash, counts FROM public.erasure_log
            """;

    private static final String DISCLOSURES = """
            INSERT INTO public.audit_log (done_at, done_by, action, property_id, consent_status, row_count, key_id, ip_hash, email_hash)
            SELECT done_at, done_by, action, property_id, consent_status, row_count, key_id, ip_hash, email_hash FROM altops_before.audit_log
            EXCEPT ALL
            SELECT done_at, done_by, action, property_id, consent_status, row_count, key_id, ip_hash, email_hash FROM public.audit_log
            ORDER BY done_at
            """;

    /** A text that was added since the backup is part of the proof of what people agree to. */
    private static final String TEXTS = """
            INSERT INTO public.consent_texts (version, language, content, content_hash, added_at)
            SELECT version, language, content, content_hash, added_at FROM altops_before.consent_texts
            ON CONFLICT (version, language) DO NOTHING
            """;

    /** A key that was revoked since the backup must stay revoked, and one that was added since keeps working. */
    private static final String KEYS = """
            INSERT INTO public.access_keys (id, name, key_hash, prefix, scopes, properties, is_share, created_at, expires_at, last_used_at, revoked_at)
            SELECT id, name, key_hash, prefix, scopes, properties, is_share, created_at, expires_at, last_used_at, revoked_at
            FROM altops_before.access_keys
            """;

    /** Removes the backup's keys, unless there were no keys before the restore. */
    private static final String DROP_KEYS =
            "DELETE FROM public.access_keys WHERE EXISTS (SELECT FROM altops_before.access_keys)";

    /**
     * Adds each withdrawal as the newest row of its lead, since the newest row decides. Withdrawals are compared by time, since
     * an earlier restore may have given the same one another id.
     */
    private static final String WITHDRAWALS = """
            WITH missing AS (
                SELECT b.id, l.id AS lead_id, l.property_id, b.source, b.reason, b.occurred_at, b.ip_hash
                FROM altops_before.consent_events AS b
                JOIN altops_before.leads AS p ON p.id = b.lead_id
                JOIN public.leads AS l ON l.property_id = p.property_id AND l.email = p.email
                WHERE b.status = 'withdrawn' AND NOT EXISTS (
                    SELECT FROM public.consent_events AS c
                    WHERE c.lead_id = l.id AND c.status = 'withdrawn' AND c.occurred_at = b.occurred_at)),
            withdrawn AS (
                UPDATE public.leads AS l SET consent_status = 'withdrawn', consent_expires_at = NULL
                FROM missing WHERE l.id = missing.lead_id)
            INSERT INTO public.consent_events (lead_id, property_id, status, source, reason, occurred_at, ip_hash)
            SELECT lead_id, property_id, 'withdrawn', source, reason, occurred_at, ip_hash FROM missing ORDER BY id
            """;

    private static final String STOPS = """
            UPDATE public.recipients AS r SET stopped_at = b.stopped_at
            FROM altops_before.recipients AS b
            WHERE b.property_id = r.property_id AND b.kind = r.kind AND b.email = r.email
              AND b.stopped_at IS NOT NULL AND r.stopped_at IS NULL
            """;

    /**
     * Removes messages that wait only in the backup: they were delivered since, or must no longer be sent. Messages stay if the
     * database before the restore did not know their lead. Messages about no lead stay if it was a new database, which has no
     * lead in common with the backup.
     */
    private static final String DROP_DELIVERED = """
            DELETE FROM public.outbox AS o
            WHERE NOT EXISTS (SELECT FROM altops_before.outbox AS b WHERE b.id = o.id)
              AND CASE
                  WHEN o.lead_id IS NULL
                  THEN EXISTS (SELECT FROM altops_before.leads AS b JOIN public.leads AS l ON l.id = b.id)
                  ELSE EXISTS (SELECT FROM altops_before.leads AS b WHERE b.id = o.lead_id)
              END
            """;

    /**
     * Keeps messages that were queued since the backup, if they are about a lead of the backup or about no lead. If their lead is
     * lost, only its withdrawal is kept: receivers that know the lead still need that message. Mails that ask for a confirmation
     * are not kept, since the row of consent that they would confirm is lost.
     */
    private static final String MESSAGES = """
            INSERT INTO public.outbox (
                id, kind, event, destination, lead_id, property_id, language, created_at, attempts, next_attempt_at, retry_until,
                set_aside_at, last_error, body)
            SELECT b.id, b.kind, b.event, b.destination, l.id, b.property_id, b.language, b.created_at, b.attempts,
                   b.next_attempt_at, b.retry_until, b.set_aside_at, b.last_error, b.body
            FROM altops_before.outbox AS b LEFT JOIN public.leads AS l ON l.id = b.lead_id
            WHERE b.event <> '%s' AND (
                b.lead_id IS NULL OR l.id IS NOT NULL
                OR b.event = 'consent.changed' AND b.body::jsonb #>> '{data,change}' = 'withdrawn')
            ON CONFLICT (id) DO NOTHING
            """.formatted(Outbox.CONFIRMATION);

    private static final String REPORTS = """
            INSERT INTO public.sent_reports (recipient_id, week, queued_at)
            SELECT b.recipient_id, b.week, b.queued_at
            FROM altops_before.sent_reports AS b JOIN public.recipients AS r ON r.id = b.recipient_id
            ON CONFLICT DO NOTHING
            """;

    /**
     * Keeps which ends of consents were already reported to webhooks. The lead is compared too, since in the backup of another
     * database the same id belongs to another lead.
     */
    private static final String EXPIRED = """
            INSERT INTO public.expired_consents (consent_id, noted_at)
            SELECT e.consent_id, e.noted_at
            FROM altops_before.expired_consents AS e
            JOIN altops_before.consent_events AS b ON b.id = e.consent_id
            JOIN public.consent_events AS c ON c.id = b.id AND c.lead_id = b.lead_id
            ON CONFLICT DO NOTHING
            """;

    /**
     * Keeps the limits of one confirmation mail a day and three in all for an address that does not answer. A mail that was queued since
     * the backup and still waited is lost, so it is not counted.
     */
    private static final String CONFIRMATION_MAILS = """
            UPDATE public.leads AS l
            SET confirmation_mails = greatest(l.confirmation_mails, b.confirmation_mails - b.lost),
                confirmation_mailed_at = CASE
                    WHEN b.lost > 0 THEN l.confirmation_mailed_at
                    ELSE greatest(l.confirmation_mailed_at, b.confirmation_mailed_at) END
            FROM (SELECT property_id, email, confirmation_mails, confirmation_mailed_at, (
                      SELECT count(*) FROM altops_before.outbox AS o
                      WHERE o.lead_id = leads.id AND o.event = '%s'
                        AND NOT EXISTS (SELECT FROM public.outbox AS p WHERE p.id = o.id)) AS lost
                  FROM altops_before.leads WHERE confirmation_mails > 0) AS b
            WHERE b.property_id = l.property_id AND b.email = l.email
            """.formatted(Outbox.CONFIRMATION);

    /** In the order in which they run. */
    static final List<CarriedTable> ALL = List.of(
            new CarriedTable("erasure_log", ERASURES),
            new CarriedTable("audit_log", DISCLOSURES),
            new CarriedTable("consent_texts", TEXTS),
            new CarriedTable("access_keys", DROP_KEYS),
            new CarriedTable("access_keys", KEYS),
            new CarriedTable("recipients", STOPS),
            new CarriedTable("consent_events", WITHDRAWALS),
            new CarriedTable("expired_consents", EXPIRED),
            new CarriedTable("leads", "expired_consents", CONFIRMATION_MAILS),
            new CarriedTable("sent_reports", REPORTS),
            new CarriedTable("outbox", DROP_DELIVERED),
            new CarriedTable("outbox", MESSAGES));

    private CarriedTable(String name, String statement) {
        this(name, name, statement);
    }
}
