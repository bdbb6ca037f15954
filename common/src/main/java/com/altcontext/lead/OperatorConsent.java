package com.altcontext.lead;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Retry;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records express consent that an operator has in writing. It ends a withdrawal, as a confirmation by mail does. A
 * form does not: it proves nothing about who filled it in, and the sender has to prove consent (CASL, S.C. 2010, c.
 * 23, s. 13).
 */
public final class OperatorConsent {
    /** Writes nothing unless exactly one lead matches: consent that was given to one site is not given to another. */
    private static final String GRANT = """
            WITH known AS (
                SELECT id, property_id FROM leads WHERE email = ? AND property_id = coalesce(?::text, property_id)),
            granted AS (
                UPDATE leads AS l SET consent_status = 'express', consent_expires_at = NULL
                FROM known
                WHERE l.id = known.id AND (SELECT count(*) FROM known) = 1
                RETURNING l.id, l.property_id),
            recorded AS (
                INSERT INTO consent_events (lead_id, property_id, status, source, purpose, reason, occurred_at)
                SELECT id, property_id, 'express', 'operator', ?::text, ?::text, ?::timestamptz FROM granted)
            SELECT property_id FROM known
            """;

    private final Sql sql;

    public OperatorConsent(Sql sql) {
        this.sql = sql;
    }

    /**
     * An operator's record of a person's consent.
     *
     * @param propertyId null if the address is known on one property only
     * @param reason where the consent is documented, for example a signed sheet; at most 512 characters
     */
    public record Grant(Email email, @Nullable String propertyId, String purpose, String reason, Instant at) {}

    /**
     * Makes the consent express, whatever it was before, and adds a row to {@code consent_events} and one to {@code
     * audit_log}.
     *
     * @return how many leads have the address; nothing was written unless it is 1
     * @throws SqlFailure if the database refused or could not be reached: then nothing was written
     */
    public int record(Grant grant) {
        return Retry.inTransaction(sql, tx -> {
            Pipeline pipeline = tx.pipeline();
            LeadLock.take(pipeline, grant.email);
            Pipeline.Pending<String> known = pipeline.query(
                    GRANT,
                    row -> row.text(1),
                    grant.email.value(),
                    grant.propertyId,
                    grant.purpose,
                    grant.reason,
                    grant.at);
            ConsentMessages.put(pipeline, grant.email);
            pipeline.send();
            List<String> properties = known.rows();
            if (properties.size() == 1) {
                AuditLog.add(
                        tx,
                        Caller.ALTOPS,
                        new AuditLog.Entry("lead_consent", properties.getFirst(), "express", 1, null),
                        grant.at);
            }
            return properties.size();
        });
    }
}
