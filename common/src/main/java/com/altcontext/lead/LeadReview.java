package com.altcontext.lead;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Retry;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.delivery.Outbox;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The leads that wait for an operator's review, because their client submitted more addresses within an hour than
 * people do ({@link DistinctEmails}). Their consent holds once they are accepted.
 */
public final class LeadReview {
    private static final String WAITING = """
            SELECT property_id, form_name, date_trunc('hour', first_captured_at), count(*)
            FROM leads
            WHERE in_review AND property_id = coalesce(?::text, property_id)
            GROUP BY 1, 2, 3
            ORDER BY 3, 1, 2
            """;

    private static final String ACCEPT = """
            UPDATE leads SET in_review = false
            WHERE in_review AND property_id = coalesce(?::text, property_id) AND email = coalesce(?::text, email)
            RETURNING id, property_id
            """;

    /**
     * Mails that ask one address to confirm for different properties are sent at least {@link
     * ConfirmationMails#PAUSE} apart.
     */
    private static final String RELEASE = """
            WITH due AS (
                SELECT o.id, CASE WHEN o.event = '%s' THEN greatest(now(), (
                           SELECT max(other.confirmation_mailed_at) + interval '%d hours'
                           FROM leads AS other WHERE other.email = l.email AND other.id <> l.id)) ELSE now() END AS at
                FROM outbox AS o JOIN leads AS l ON l.id = o.lead_id
                WHERE l.id = ANY (?::uuid[]) AND o.next_attempt_at = 'infinity')
            UPDATE outbox AS o SET next_attempt_at = due.at, retry_until = due.at + interval '3 days'
            FROM due WHERE o.id = due.id
            """.formatted(Outbox.CONFIRMATION, ConfirmationMails.PAUSE.toHours());

    private record Accepted(UUID lead, String propertyId) {}

    private final Sql sql;

    public LeadReview(Sql sql) {
        this.sql = sql;
    }

    /** The number of waiting leads of a form that were first captured within the same hour. */
    public record WaitingLeads(String propertyId, @Nullable String form, Instant hour, long count) {
        private static WaitingLeads read(Row row) throws SQLException {
            return new WaitingLeads(row.text(1), row.textOrNull(2), row.time(3), row.number(4));
        }
    }

    /** @param propertyId null for all properties */
    public static List<WaitingLeads> waiting(Tx tx, @Nullable String propertyId) {
        return tx.query(WAITING, WaitingLeads::read, propertyId);
    }

    /**
     * Accepts leads, with a row in {@code audit_log} for each property. Mails that were held until then are sent.
     *
     * @param propertyId null for all properties
     * @param email null for all waiting leads
     * @return how many leads were accepted
     * @throws SqlFailure if the database refused or could not be reached: then no lead was accepted
     */
    public long accept(@Nullable String propertyId, @Nullable Email email, Instant at) {
        return Retry.inTransaction(sql, tx -> {
            Pipeline pipeline = tx.pipeline();
            if (email != null) {
                LeadLock.take(pipeline, email);
            }
            Pipeline.Pending<Accepted> accepted = pipeline.query(
                    ACCEPT,
                    row -> new Accepted(row.id(1), row.text(2)),
                    propertyId,
                    email == null ? null : email.value());
            pipeline.send();
            // Separate statements, so that they see what a form has stored while ACCEPT waited for it.
            UUID[] leads = accepted.rows().stream().map(Accepted::lead).toArray(UUID[]::new);
            tx.update(RELEASE, (Object) leads);
            ConsentMessages.putAccepted(tx, leads, at);
            accepted.rows().stream()
                    .collect(groupingBy(Accepted::propertyId, TreeMap::new, counting()))
                    .forEach((property, count) ->
                            AuditLog.add(tx, Caller.ALTOPS, AuditLog.Entry.of("lead_review", property, count), at));
            return (long) leads.length;
        });
    }
}
