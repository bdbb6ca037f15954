package com.altcontext.consent;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Retry;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.delivery.Outbox;
import com.altcontext.lead.ConsentMessages;
import com.altcontext.lead.LeadLock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Makes express consent of what a form asked for, once the address itself has confirmed it by the link of a mail: the proof that it
 * was not a stranger who filled in the form (CASL, S.C. 2010, c. 23, s. 13). Besides an operator, nothing else ends a withdrawal.
 */
public final class Confirmation {
    /** Of the same row: the mail may have been sent before the answer to it was noted. */
    private static final String CANCEL = """
            DELETE FROM outbox WHERE event = '%s' AND lead_id = ? AND body::jsonb ->> 'consentId' = ?::text
            """.formatted(Outbox.CONFIRMATION);

    /** A withdrawal after the form says no to it. A row is confirmed once, so that a link pressed twice changes nothing more. */
    private static final String CONFIRM = """
            WITH asked AS (
                SELECT e.* FROM consent_events AS e
                WHERE e.lead_id = ? AND e.id = ? AND e.source = 'form' AND e.status = 'pending' AND NOT EXISTS (
                    SELECT FROM consent_events AS w
                    WHERE w.lead_id = e.lead_id AND w.status = 'withdrawn' AND w.id > e.id)),
            recorded AS (
                INSERT INTO consent_events (
                    lead_id, property_id, status, source, form_name, path, policy_version, purpose, occurred_at, ip_hash, confirms)
                SELECT lead_id, property_id, 'express', 'confirmed', form_name, path, policy_version, purpose,
                       ?::timestamptz, ?::bytea, id
                FROM asked
                ON CONFLICT (confirms) DO NOTHING
                RETURNING lead_id),
            granted AS (
                UPDATE leads AS l
                SET consent_status = 'express', consent_expires_at = NULL,
                    confirmation_mails = 0, confirmation_mailed_at = NULL
                FROM recorded
                WHERE l.id = recorded.lead_id)
            SELECT count(*) FROM asked
            """;

    private final Sql sql;

    public Confirmation(Sql sql) {
        this.sql = sql;
    }

    /**
     * Confirms. Done twice, it is done once.
     *
     * @param ipHash keyed hash of the client's address, 32 bytes
     * @return false if the lead is erased, or has withdrawn its consent since: then nothing was written
     * @throws SqlFailure if the database refused or could not be reached: then nothing was written
     */
    public boolean confirm(ConfirmationToken.Request request, byte @Nullable [] ipHash, Instant at) {
        return Retry.inTransaction(sql, tx -> {
            Pipeline pipeline = tx.pipeline();
            LeadLock.takeOf(pipeline, request.leadId());
            pipeline.update(CANCEL, request.leadId(), request.consentId());
            Pipeline.Pending<Long> asked =
                    pipeline.query(CONFIRM, row -> row.number(1), request.leadId(), request.consentId(), at, ipHash);
            ConsentMessages.put(pipeline, request.leadId());
            pipeline.send();
            return asked.rows().getFirst() == 1;
        });
    }
}
