package com.altcontext.lead;

import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.delivery.Outbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mails that have asked a lead to confirm its consent since it last did. Anybody can type the address of a stranger into a form,
 * so there is one a day at the most and three in all, however many forms come.
 *
 * @param count of the mails
 * @param lastAt when the last one was delivered, or asked for if it was not delivered yet
 * @param isWaiting whether the last one is still on its way
 */
record ConfirmationMails(long count, @Nullable Instant lastAt, boolean isWaiting) {
    static final int MAX = 3;
    static final Duration PAUSE = Duration.ofDays(1);

    /** A mail to a lead {@code l} that is on its way, or waits for an operator to accept the lead. */
    static final String WAITING = "SELECT FROM outbox AS o WHERE o.lead_id = l.id AND o.event = '" + Outbox.CONFIRMATION
            + "' AND o.set_aside_at IS NULL";

    /**
     * Of what the forms say, the body holds the purposes alone: a mail to a stranger must not carry a text that its sender chose, and
     * the mail's template shows no purpose that could be one. That of a lead in review waits until an operator accepts it.
     */
    private static final String PUT = """
            WITH asked AS (
                UPDATE leads AS l
                SET confirmation_mails = l.confirmation_mails + 1,
                    confirmation_mailed_at = to_timestamp(form.at::float8 / 1000)
                FROM unnest(?::uuid[], ?::text[], ?::int8[]) AS form(lead_id, purpose, at)
                WHERE l.id = form.lead_id
                RETURNING l.id, l.property_id, l.language, l.in_review, l.confirmation_mailed_at, form.purpose)
            INSERT INTO outbox (id, kind, event, lead_id, property_id, language, next_attempt_at, body)
            SELECT gen_random_uuid(), 'mail', '%s', a.id, a.property_id, coalesce(a.language, 'en'),
                   CASE WHEN a.in_review THEN 'infinity' ELSE now() END,
                   jsonb_build_object(
                       'consentId', (SELECT max(c.id) FROM consent_events AS c WHERE c.lead_id = a.id AND c.purpose = a.purpose),
                       'purposes', (
                           SELECT jsonb_agg(DISTINCT e.purpose) FROM consent_events AS e
                           WHERE e.lead_id = a.id AND %s AND NOT %s),
                       'site', coalesce(p.name, a.property_id))::text
            FROM asked AS a LEFT JOIN properties AS p ON p.id = a.property_id
            """.formatted(
            Outbox.CONFIRMATION, PendingConsent.isTicked("a.confirmation_mailed_at"), PendingConsent.IS_ANSWERED);

    /** Whether there may be one more now. */
    boolean allowAnother(Instant now) {
        return count < MAX && !isWaiting && (lastAt == null || !lastAt.isAfter(now.minus(PAUSE)));
    }

    /** Adds a mail for each of these forms, whose consents are saved before. Also without any, so that the work does not show it. */
    static void put(Pipeline pipeline, List<Submission> asking) {
        Columns<Submission> forms = new Columns<>(asking);
        pipeline.update(
                PUT,
                forms.ids(Submission::leadId),
                forms.texts(form -> form.capture().consentPurpose()),
                forms.numbers(form -> form.capture().receivedAt().toEpochMilli()));
    }
}
