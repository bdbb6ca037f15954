package com.altcontext.lead;

import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.delivery.Outbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The confirmation mails that an address got since it last confirmed. Anybody can type a stranger's address into a
 * form. So an address gets at most one such mail a day and three in all, however many forms are sent, and on however
 * many properties.
 *
 * @param count the number of mails
 * @param lastAt when the last mail was delivered, or written if it is not delivered yet
 * @param isWaiting whether a mail is still to be sent, or is held until an operator accepts the lead of this property
 * @param isHeld whether a mail is held until an operator accepts any lead of the address
 */
record ConfirmationMails(long count, @Nullable Instant lastAt, boolean isWaiting, boolean isHeld) {
    static final int MAX = 3;
    static final Duration PAUSE = Duration.ofDays(1);

    static final ConfirmationMails NONE = new ConfirmationMails(0, null, false, false);

    /**
     * Leaves out the mails that were sent before the address last confirmed. {@code lastAt} leaves out held mails
     * too: they have not been sent, and may never be.
     */
    private static final String SELECT = """
            SELECT form.n, coalesce(sum(l.confirmation_mails) FILTER (WHERE l.confirmation_mailed_at > answered.at), 0),
                   max(l.confirmation_mailed_at) FILTER (WHERE l.confirmation_mailed_at > answered.at AND NOT waiting.held),
                   bool_or(waiting.sent OR (waiting.held AND l.property_id = form.property_id)),
                   bool_or(waiting.held)
            FROM unnest(?::text[], ?::text[]) WITH ORDINALITY AS form(property_id, email, n)
            JOIN leads AS l ON l.email = form.email
            CROSS JOIN LATERAL (
                SELECT coalesce(bool_or(o.next_attempt_at < 'infinity'), false) AS sent,
                       coalesce(bool_or(o.next_attempt_at = 'infinity'), false) AS held
                FROM outbox AS o WHERE o.lead_id = l.id AND o.event = '%s' AND o.set_aside_at IS NULL) AS waiting
            CROSS JOIN LATERAL (
                SELECT coalesce(max(c.occurred_at), '-infinity') AS at
                FROM leads AS a JOIN consent_events AS c ON c.lead_id = a.id
                WHERE a.email = form.email AND c.source = 'confirmed') AS answered
            GROUP BY form.n
            """.formatted(Outbox.CONFIRMATION);

    /**
     * Starts to count again if the address has confirmed since the last mail, on whichever property. The body lists
     * the purposes of all the lead's forms that wait for confirmation, without those for which consent is express
     * already. The template leaves out purposes that may be a sender's own text, since a mail must not bring such
     * text to a stranger. The mail of a lead in review is held until an operator accepts the lead.
     */
    private static final String PUT = """
            WITH asked AS (
                UPDATE leads AS l
                SET confirmation_mails = 1 + CASE WHEN l.confirmation_mailed_at > ALL (
                        SELECT c.occurred_at FROM leads AS a JOIN consent_events AS c ON c.lead_id = a.id
                        WHERE a.email = l.email AND c.source = 'confirmed') THEN l.confirmation_mails ELSE 0 END,
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
                           WHERE e.lead_id = a.id AND %s AND NOT %s AND NOT EXISTS (
                               SELECT FROM (VALUES (e.purpose)) AS its(purpose)
                               JOIN consent_events AS c ON c.id = %s AND c.status = 'express')),
                       'site', coalesce(p.name, a.property_id))::text
            FROM asked AS a LEFT JOIN properties AS p ON p.id = a.property_id
            """.formatted(
                    Outbox.CONFIRMATION,
                    PendingConsent.isConfirmable("a.confirmation_mailed_at"),
                    PendingConsent.IS_ANSWERED,
                    MailPermission.currentConsent("a.id", "its.purpose"));

    /**
     * Whether a mail {@code o} of the outbox that was set aside is still wanted: its form can still be confirmed and
     * is not answered, its purpose is not express already, and the address has got no later mail. A later mail comes
     * at least {@link #PAUSE} later, so an hour is enough to tell it from this one.
     */
    static final String IS_WANTED = """
            EXISTS (
                SELECT FROM leads AS l JOIN consent_events AS e ON e.lead_id = l.id
                WHERE l.id = o.lead_id AND e.id = (o.body::jsonb ->> 'consentId')::int8 AND %s AND NOT %s
                  AND NOT EXISTS (
                      SELECT FROM (VALUES (e.purpose)) AS its(purpose)
                      JOIN consent_events AS c ON c.id = %s AND c.status = 'express')
                  AND NOT EXISTS (
                      SELECT FROM leads AS a WHERE a.email = l.email AND a.confirmation_mailed_at > o.created_at + interval '1 hour'))
            """.formatted(
                    PendingConsent.isConfirmable("now()"),
                    PendingConsent.IS_ANSWERED,
                    MailPermission.currentConsent("l.id", "its.purpose"));

    /**
     * Reads the mails to each address, by its index. The addresses are locked, so no other form adds a mail
     * meanwhile.
     *
     * @param emails null where no mail is needed
     */
    static Pipeline.Pending<Map.Entry<Integer, ConfirmationMails>> find(
            Pipeline lookups, @Nullable String[] properties, @Nullable String[] emails) {
        return lookups.query(
                SELECT,
                row -> Map.entry(
                        row.index(1),
                        new ConfirmationMails(row.number(2), row.timeOrNull(3), row.flag(4), row.flag(5))),
                properties,
                emails);
    }

    /**
     * Whether another mail may be sent now.
     *
     * @param isHeld whether the new mail would be held for an operator; an address has only one held mail, since an
     *     operator accepts many leads at once
     */
    boolean allowAnother(Instant now, boolean isHeld) {
        return count < MAX
                && !isWaiting
                && !(isHeld && this.isHeld)
                && (lastAt == null || !lastAt.isAfter(now.minus(PAUSE)));
    }

    /**
     * Adds a mail for each submission with {@link ConsentEffect#WAITS_WITH_MAIL}; their consents must be saved first.
     * Runs even without such submissions, so that its duration reveals nothing.
     */
    static void put(Pipeline pipeline, List<Submission> submissions) {
        Columns<Submission> forms = new Columns<>(submissions.stream()
                .filter(form -> form.effect() == ConsentEffect.WAITS_WITH_MAIL)
                .toList());
        pipeline.update(
                PUT,
                forms.ids(Submission::leadId),
                forms.texts(form -> form.capture().form().consentPurpose()),
                forms.numbers(form -> form.capture().receivedAt().toEpochMilli()));
    }
}
