package com.altcontext.consent;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Retry;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.delivery.Outbox;
import com.altcontext.lead.ConsentMessages;
import com.altcontext.lead.LeadLock;
import com.altcontext.lead.PendingConsent;
import com.altcontext.value.Language;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Records express consent once the owner of an address has confirmed it with the link in a mail. The confirmation
 * proves that no stranger filled in the form (CASL, S.C. 2010, c. 23, s. 13). The page behind the link shows every
 * form that waits, and the person confirms those that they choose. Only a confirmation or an operator can end a
 * withdrawal.
 */
public final class Confirmation {
    private static final String LEAD = """
            SELECT coalesce(p.name, l.property_id),
                   coalesce((
                       SELECT e.source = 'confirmed' FROM consent_events AS e
                       WHERE e.lead_id = l.id AND e.id > ? AND (e.source = 'confirmed' OR e.status = 'withdrawn')
                       ORDER BY e.id DESC
                       LIMIT 1), false)
            FROM leads AS l LEFT JOIN properties AS p ON p.id = l.property_id
            WHERE l.id = ?
            """;

    /** Includes the row that the mail was sent for even if it has no reason: the previous release stored none. */
    private static final String CHOICES = """
            SELECT waiting.id, waiting.purpose, waiting.form_name, left(waiting.path, 200), waiting.policy_version,
                   words.language, words.content
            FROM (
                SELECT DISTINCT ON (e.purpose, e.form_name, e.policy_version) e.*
                FROM consent_events AS e
                WHERE e.lead_id = ? AND e.source = 'form' AND e.status = 'pending'
                  AND (e.id = ? OR %s) AND NOT %s
                ORDER BY e.purpose, e.form_name, e.policy_version, e.id DESC) AS waiting
            LEFT JOIN LATERAL (
                SELECT language, left(content, 10000) AS content FROM consent_texts AS t
                WHERE t.version = waiting.policy_version
                ORDER BY split_part(language, '-', 1) = ? DESC, added_at, language
                LIMIT 1) AS words ON true
            ORDER BY waiting.id DESC
            LIMIT %d
            """.formatted(
            PendingConsent.isConfirmable("?::timestamptz"), PendingConsent.IS_ANSWERED, PendingConsent.MAX_SHOWN);

    /**
     * Deletes the mails that ask about the confirmed rows. A mail that was delivered is still in the outbox until its
     * delivery is noted, and the person may answer sooner.
     */
    private static final String CANCEL = """
            DELETE FROM outbox
            WHERE event = '%s' AND lead_id = ? AND (body::jsonb ->> 'consentId')::int8 = ANY (?::int8[] || ?::int8)
            """.formatted(Outbox.CONFIRMATION);

    /**
     * A form that was sent before a withdrawal cannot be confirmed after it. A row is confirmed at most once, so
     * using a link twice changes nothing.
     */
    private static final String CONFIRM = """
            WITH asked AS (
                SELECT e.* FROM consent_events AS e
                WHERE e.lead_id = ? AND e.id = ANY (?::int8[]) AND e.source = 'form' AND e.status = 'pending'
                  AND (e.id = ? OR %s) AND NOT EXISTS (
                    SELECT FROM consent_events AS w
                    WHERE w.lead_id = e.lead_id AND w.status = 'withdrawn' AND w.id > e.id)),
            recorded AS (
                INSERT INTO consent_events (
                    lead_id, property_id, status, source, form_name, path, policy_version, purpose, occurred_at, ip_hash, confirms)
                SELECT lead_id, property_id, 'express', 'confirmed', form_name, path, policy_version, purpose,
                       ?::timestamptz, ?::bytea, id
                FROM asked
                ORDER BY id
                ON CONFLICT (confirms) DO NOTHING
                RETURNING lead_id),
            granted AS (
                UPDATE leads AS l
                SET consent_status = 'express', consent_expires_at = NULL,
                    confirmation_mails = 0, confirmation_mailed_at = NULL
                WHERE l.id IN (SELECT lead_id FROM recorded))
            SELECT count(*) FROM asked
            """.formatted(PendingConsent.isConfirmable("?::timestamptz"));

    private final Sql sql;

    public Confirmation(Sql sql) {
        this.sql = sql;
    }

    /**
     * What the page behind a link asks.
     *
     * @param site the name of the property
     * @param isAnswered whether the person has confirmed something after the form that the mail is about, and has not
     *     withdrawn since
     * @param choices the forms that wait for an answer, newest first
     */
    public record Question(String site, boolean isAnswered, List<Choice> choices) {}

    /**
     * A form that waits for an answer. Everything but {@code text} was typed by the sender.
     *
     * @param id of its row in {@code consent_events}
     * @param page null if it is not known
     * @param textVersion the version of the consent text; null if the form named none
     * @param text null if no consent text of that version is on record
     */
    public record Choice(
            long id,
            String purpose,
            String form,
            @Nullable String page,
            @Nullable String textVersion,
            @Nullable ShownText text) {
        private static Choice read(Row row) throws SQLException {
            String language = row.textOrNull(6);
            return new Choice(
                    row.number(1),
                    row.text(2),
                    row.text(3),
                    row.textOrNull(4),
                    row.textOrNull(5),
                    language == null ? null : new ShownText(language, row.text(7)));
        }
    }

    /** The consent text as it is on record. */
    public record ShownText(String language, String content) {}

    /**
     * Reads what can be confirmed. Changes nothing.
     *
     * @param language the preferred language of the consent texts
     * @return empty if the lead was erased
     */
    public Optional<Question> ask(ConfirmationToken.Request request, Language language, Instant at) {
        return Retry.inTransaction(sql, tx -> {
            Pipeline pipeline = tx.pipeline();
            Pipeline.Pending<Question> lead = pipeline.query(
                    LEAD,
                    row -> new Question(row.text(1), row.flag(2), List.of()),
                    request.consentId(),
                    request.leadId());
            Pipeline.Pending<Choice> choices =
                    pipeline.query(CHOICES, Choice::read, request.leadId(), request.consentId(), at, language.tag());
            pipeline.send();
            return lead.rows().stream()
                    .findFirst()
                    .map(found -> new Question(found.site, found.isAnswered, choices.rows()));
        });
    }

    /**
     * Confirms the chosen rows. Idempotent.
     *
     * @param chosen ids of {@link Choice}; ids that this lead was not asked about are ignored
     * @param ipHash keyed hash of the client's address, 32 bytes
     * @return false if the lead was erased or has since withdrawn its consent: then nothing was written
     * @throws SqlFailure if the database refused or could not be reached: then nothing was written
     */
    public boolean confirm(ConfirmationToken.Request request, List<Long> chosen, byte @Nullable [] ipHash, Instant at) {
        long[] ids = chosen.stream().mapToLong(Long::longValue).toArray();
        return Retry.inTransaction(sql, tx -> {
            Pipeline pipeline = tx.pipeline();
            LeadLock.takeForLead(pipeline, request.leadId());
            pipeline.update(CANCEL, request.leadId(), ids, request.consentId());
            Pipeline.Pending<Long> asked = pipeline.query(
                    CONFIRM, row -> row.number(1), request.leadId(), ids, request.consentId(), at, at, ipHash);
            ConsentMessages.put(pipeline, request.leadId());
            pipeline.send();
            return asked.row() > 0;
        });
    }
}
