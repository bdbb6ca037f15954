package com.altcontext.lead;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Retry;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.delivery.Outbox;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Withdraws consent for all purposes (CASL s. 11: without delay, and at the latest in ten business days).
 *
 * <p>An outsider must not learn who is a lead, neither from the answer nor from how long it takes. So a known and an
 * unknown address run the same statements. Both also commit a write, the count of requests: without it, the commit
 * for an unknown address would not wait for the disk, and its answer would come in a tenth of the time. The
 * difference that remains is writing two rows in memory, and only the first time: a second request for the same
 * address finds the consent withdrawn, and does exactly what is done for an unknown address.
 */
public final class Unsubscribe {
    private static final Statements BY_ADDRESS =
            Statements.of("email = ? AND property_id = coalesce(?::text, property_id)");

    private static final Statements BY_LINK = Statements.of("id = ? AND property_id = ?");

    /**
     * This must be the last statement: all requests of a day update the same row, so each waits here for the one
     * before it.
     */
    private static final String COUNT = """
            INSERT INTO unsubscribe_requests AS known (day, count) VALUES (?, 1)
            ON CONFLICT (day) DO UPDATE SET count = known.count + 1
            """;

    /**
     * The statements that withdraw the consent of some leads. A lead that has already withdrawn needs no row, unless
     * a form has asked for consent since: the new row prevents that form from being confirmed.
     *
     * @param cancel removes unsent mails that ask for a confirmation
     */
    private record Statements(String cancel, String withdraw) {
        static Statements of(String leads) {
            return new Statements(
                    "DELETE FROM outbox WHERE event = '" + Outbox.CONFIRMATION
                            + "' AND lead_id IN (SELECT id FROM leads WHERE " + leads + ")",
                    """
                    WITH known AS (
                        SELECT id FROM leads WHERE %s),
                    withdrawn AS (
                        UPDATE leads AS l SET consent_status = 'withdrawn', consent_expires_at = NULL
                        FROM known
                        WHERE l.id = known.id AND (l.consent_status <> 'withdrawn' OR (
                            SELECT e.status FROM consent_events AS e WHERE e.lead_id = l.id ORDER BY e.id DESC LIMIT 1) = 'pending')
                        RETURNING l.id, l.property_id),
                    recorded AS (
                        INSERT INTO consent_events (lead_id, property_id, status, source, reason, occurred_at, ip_hash)
                        SELECT id, property_id, 'withdrawn', ?::text, ?::text, ?::timestamptz, ?::bytea FROM withdrawn
                        RETURNING lead_id)
                    SELECT (SELECT count(*) FROM known), (SELECT count(*) FROM recorded)
                    """.formatted(leads));
        }
    }

    private static final String SITE = """
            SELECT coalesce(p.name, l.property_id) FROM leads AS l LEFT JOIN properties AS p ON p.id = l.property_id
            WHERE l.id = ? AND l.property_id = ?
            """;

    private final Sql sql;

    public Unsubscribe(Sql sql) {
        this.sql = sql;
    }

    /** How a withdrawal was requested. */
    public enum UnsubscribeSource {
        /** By sending the address. */
        UNSUBSCRIBE("unsubscribe"),
        /** By the link in a message. */
        ONE_CLICK("one_click"),
        /** Through the operator. */
        OPERATOR("operator");

        private final String key;

        UnsubscribeSource(String key) {
            this.key = key;
        }

        /** The value of {@code source} in {@code consent_events}. */
        public String key() {
            return key;
        }
    }

    /**
     * A request to withdraw consent.
     *
     * @param reason as the person gave it, at most 512 characters
     * @param ipHash keyed hash of the client's address, 32 bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // The hash is stored, never compared.
    public record UnsubscribeRequest(
            UnsubscribeSource source, @Nullable String reason, byte @Nullable [] ipHash, Instant at) {}

    /**
     * The result. For operators only, never for the client.
     *
     * @param known the number of leads that match
     * @param withdrawn for how many of them a withdrawal was recorded
     */
    public record Withdrawal(long known, long withdrawn) {
        static Withdrawal read(Row row) throws SQLException {
            return new Withdrawal(row.number(1), row.number(2));
        }
    }

    /**
     * Withdraws the consent of an address.
     *
     * @param propertyId null for all properties
     * @throws SqlFailure if the database refused or could not be reached: then nothing was withdrawn
     */
    public Withdrawal byAddress(Email email, @Nullable String propertyId, UnsubscribeRequest request) {
        return Retry.inTransaction(sql, tx -> {
            Pipeline pipeline = tx.pipeline();
            LeadLock.take(pipeline, email);
            return withdraw(
                    pipeline,
                    BY_ADDRESS,
                    email.value(),
                    propertyId,
                    request,
                    () -> ConsentMessages.put(pipeline, email));
        });
    }

    /** The name of the site that a link is about; empty if its lead was erased. */
    public Optional<String> site(UnsubscribeToken.Subject subject) {
        return sql.inTransaction(tx -> tx.queryFirst(SITE, row -> row.text(1), subject.leadId(), subject.propertyId()));
    }

    /**
     * Withdraws the consent of the lead that a link names. Does nothing if the lead was erased.
     *
     * @throws SqlFailure if the database refused or could not be reached: then nothing was withdrawn
     */
    public Withdrawal byLink(UnsubscribeToken.Subject subject, UnsubscribeRequest request) {
        return Retry.inTransaction(sql, tx -> {
            Pipeline pipeline = tx.pipeline();
            LeadLock.takeForLead(pipeline, subject.leadId());
            return withdraw(
                    pipeline,
                    BY_LINK,
                    subject.leadId(),
                    subject.propertyId(),
                    request,
                    () -> ConsentMessages.put(pipeline, subject.leadId()));
        });
    }

    private static Withdrawal withdraw(
            Pipeline pipeline,
            Statements statements,
            Object whom,
            @Nullable String propertyId,
            UnsubscribeRequest request,
            Runnable messages) {
        pipeline.update(statements.cancel, whom, propertyId);
        Pipeline.Pending<Withdrawal> answer = pipeline.query(
                statements.withdraw,
                Withdrawal::read,
                whom,
                propertyId,
                request.source.key,
                request.reason,
                request.at,
                request.ipHash);
        messages.run();
        pipeline.update(COUNT, LocalDate.ofInstant(request.at, ZoneOffset.UTC));
        pipeline.send();
        return answer.row();
    }
}
