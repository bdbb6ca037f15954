package com.altcontext.ops;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.delivery.Outbox;
import com.altcontext.retention.Erasure;
import com.altcontext.value.KeyedHash;
import java.time.Instant;

/**
 * Moves what a database holds aside while a backup takes its place. If the restore fails, it comes back. If it succeeds, it goes,
 * except for what the backup must not undo: the logs of erasures and of disclosures, withdrawals of consent, texts and keys. The
 * next restore continues one that was interrupted.
 */
final class SchemaSwap {
    private static final String CARRY_OVER = """
            INSERT INTO public.erasure_log (erased_at, erased_by, email_hash, counts)
            SELECT erased_at, erased_by, email_hash, counts FROM altops_before.erasure_log
            EXCEPT ALL
            SELECT erased_at, erased_by, email_hash, counts FROM public.erasure_log
            """;

    private static final String CARRY_AUDIT_OVER = """
            INSERT INTO public.audit_log (done_at, done_by, action, property_id, consent_status, row_count, key_id, ip_hash, email_hash)
            SELECT done_at, done_by, action, property_id, consent_status, row_count, key_id, ip_hash, email_hash FROM altops_before.audit_log
            EXCEPT ALL
            SELECT done_at, done_by, action, property_id, consent_status, row_count, key_id, ip_hash, email_hash FROM public.audit_log
            ORDER BY done_at
            """;

    /** A text that was added since the backup is part of the proof of what people agree to. */
    private static final String CARRY_TEXTS_OVER = """
            INSERT INTO public.consent_texts (version, language, content, content_hash, added_at)
            SELECT version, language, content, content_hash, added_at FROM altops_before.consent_texts
            ON CONFLICT (version, language) DO NOTHING
            """;

    /** A key that was revoked since the backup must not open anything again, and one that was added goes on. */
    private static final String CARRY_KEYS_OVER = """
            INSERT INTO public.access_keys (id, name, key_hash, prefix, scopes, properties, is_share, created_at, expires_at, last_used_at, revoked_at)
            SELECT id, name, key_hash, prefix, scopes, properties, is_share, created_at, expires_at, last_used_at, revoked_at
            FROM altops_before.access_keys
            """;

    /** A link that was sent since the backup must never name a row that is written later. */
    private static final String CARRY_CONSENT_IDS_OVER = """
            SELECT setval('public.consent_events_id_seq', greatest(b.last_value, r.last_value))
            FROM altops_before.consent_events_id_seq AS b, public.consent_events_id_seq AS r
            """;

    /**
     * Adds it as the newest row of the lead, which is the one that holds. An earlier restore may have given the same
     * withdrawal another id.
     */
    private static final String CARRY_WITHDRAWALS_OVER = """
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

    private static final String CARRY_STOPS_OVER = """
            UPDATE public.recipients AS r SET stopped_at = b.stopped_at
            FROM altops_before.recipients AS b
            WHERE b.property_id = r.property_id AND b.kind = r.kind AND b.email = r.email
              AND b.stopped_at IS NOT NULL AND r.stopped_at IS NULL
            """;

    /**
     * What waits in the backup alone was delivered since, or is not to be sent any more. That does not hold for leads that the
     * database before did not know, nor if it was a new one, with no lead in common.
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
     * What waits since the backup, about a lead of the backup or about none. Who has heard of a lead that is lost still has to hear of
     * its withdrawal. A mail that asks to confirm names a row of consent that is lost.
     */
    private static final String CARRY_MESSAGES_OVER = """
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

    private static final String CARRY_REPORTS_OVER = """
            INSERT INTO public.sent_reports (recipient_id, week, queued_at)
            SELECT b.recipient_id, b.week, b.queued_at
            FROM altops_before.sent_reports AS b JOIN public.recipients AS r ON r.id = b.recipient_id
            ON CONFLICT DO NOTHING
            """;

    /** The end of a consent that was passed on. The numbers of a backup of another database are those of other leads. */
    private static final String CARRY_EXPIRED_OVER = """
            INSERT INTO public.expired_consents (consent_id, noted_at)
            SELECT e.consent_id, e.noted_at
            FROM altops_before.expired_consents AS e
            JOIN altops_before.consent_events AS b ON b.id = e.consent_id
            JOIN public.consent_events AS c ON c.id = b.id AND c.lead_id = b.lead_id
            ON CONFLICT DO NOTHING
            """;

    /** An address that does not answer gets one mail a day and three in all. */
    private static final String CARRY_CONFIRMATION_MAILS_OVER = """
            UPDATE public.leads AS l
            SET confirmation_mails = greatest(l.confirmation_mails, b.confirmation_mails),
                confirmation_mailed_at = greatest(l.confirmation_mailed_at, b.confirmation_mailed_at)
            FROM altops_before.leads AS b
            WHERE b.property_id = l.property_id AND b.email = l.email AND b.confirmation_mails > 0
            """;

    private final Sql sql;

    SchemaSwap(Sql sql) {
        this.sql = sql;
    }

    void moveAside() {
        var _ = sql.inTransaction(tx -> {
            if (has(tx, "SELECT to_regnamespace('altops_before') IS NOT NULL")) {
                // What was there before an interrupted restore is aside already.
                var _ = tx.update("DROP SCHEMA public CASCADE");
            } else {
                var _ = tx.update("ALTER SCHEMA public RENAME TO altops_before");
            }
            var _ = tx.update("CREATE SCHEMA public");
            return tx.update("GRANT USAGE ON SCHEMA public TO PUBLIC"); // as PostgreSQL itself makes it
        });
    }

    void undo() {
        var _ = sql.inTransaction(tx -> {
            var _ = tx.update("DROP SCHEMA public CASCADE");
            return tx.update("ALTER SCHEMA altops_before RENAME TO public");
        });
    }

    /** @return how many entries of the log are not in the backup */
    int carryErasuresOver() {
        return sql.inTransaction(tx -> had(tx, "erasure_log") ? tx.update(CARRY_OVER) : 0);
    }

    /** Keeps the entries of the audit log that are not in the backup. */
    void carryAuditOver() {
        var _ = sql.inTransaction(tx -> had(tx, "audit_log") ? tx.update(CARRY_AUDIT_OVER) : 0);
    }

    /** Keeps the texts of consent that are not in the backup. */
    void carryTextsOver() {
        var _ = sql.inTransaction(tx -> had(tx, "consent_texts") ? tx.update(CARRY_TEXTS_OVER) : 0);
    }

    /** Keeps the keys as they are now, where there were any, and ends the sessions. */
    void carryKeysOver() {
        var _ = sql.inTransaction(tx -> {
            tx.update("DELETE FROM public.dashboard_sessions");
            if (!had(tx, "access_keys") || !has(tx, "SELECT EXISTS (SELECT FROM altops_before.access_keys)")) {
                return 0;
            }
            tx.update("DELETE FROM public.access_keys");
            return tx.update(CARRY_KEYS_OVER);
        });
    }

    /**
     * Withdraws again what leads of the backup have withdrawn since, and stops the mails to recipients who wanted no more. Consent
     * that was given since is lost.
     *
     * @return how many withdrawals
     */
    int carryWithdrawalsOver() {
        return sql.inTransaction(tx -> {
            if (had(tx, "recipients")) {
                tx.update(CARRY_STOPS_OVER);
            }
            if (!had(tx, "consent_events")) {
                return 0;
            }
            var _ = tx.query(CARRY_CONSENT_IDS_OVER, row -> row.number(1));
            return tx.update(CARRY_WITHDRAWALS_OVER);
        });
    }

    /**
     * Sends nothing twice: only mails and webhook messages that were still waiting continue to wait, and what was sent since is noted.
     */
    void carryMessagesOver() {
        var _ = sql.inTransaction(tx -> {
            if (had(tx, "expired_consents")) {
                tx.update(CARRY_EXPIRED_OVER);
                tx.update(CARRY_CONFIRMATION_MAILS_OVER);
            }
            if (had(tx, "sent_reports")) {
                tx.update(CARRY_REPORTS_OVER);
            }
            if (!had(tx, "outbox")) {
                return 0;
            }
            tx.update(DROP_DELIVERED);
            return tx.update(CARRY_MESSAGES_OVER);
        });
    }

    /** @return how many persons the backup had brought back */
    int forgetAgain(KeyedHash hash, Instant now) {
        return new Erasure(sql, hash).replay("altops restore", now);
    }

    void finish() {
        var _ = sql.inTransaction(tx -> tx.update("DROP SCHEMA altops_before CASCADE"));
    }

    private static boolean had(Tx tx, String table) {
        return has(tx, "SELECT to_regclass('altops_before." + table + "') IS NOT NULL");
    }

    private static boolean has(Tx tx, String question) {
        return tx.query(question, row -> row.flag(1)).getFirst();
    }
}
