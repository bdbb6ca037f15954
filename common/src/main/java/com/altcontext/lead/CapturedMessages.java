package com.altcontext.lead;

import com.altcontext.db.Columns;
import com.altcontext.db.IsoTime;
import com.altcontext.db.Pipeline;
import java.util.List;
import java.util.UUID;

/**
 * Writes the messages about captures to the outbox. A {@code lead.captured} message describes one capture. It is not
 * updated when the lead changes, for example when the lead withdraws consent later.
 */
final class CapturedMessages {
    private static final String PUT = """
            INSERT INTO outbox (id, kind, event, destination, lead_id, property_id, created_at, body)
            SELECT CASE WHEN hook.name IS NULL THEN form.id ELSE gen_random_uuid() END,
                'webhook', 'lead.captured', hook.name, l.id, l.property_id, t.captured_at, jsonb_build_object('type', 'lead.captured',
                'timestamp', %s, 'data', jsonb_build_object(
                    'leadId', l.id, 'propertyId', l.property_id, 'email', l.email,
                    'consentStatus', CASE WHEN c.status = 'implied' AND c.expires_at <= t.captured_at THEN 'expired'
                        ELSE coalesce(c.status, 'pending') END,
                    'consentPurpose', form.purpose,
                    'consentExpiresAt', %s,
                    'firstCapturedAt', %s,
                    'sourceChannel', l.source_channel, 'formName', form.form_name, 'path', form.path,
                    'referrer', form.referrer, 'isBot', form.is_bot = 1, 'forReview', form.for_review = 1,
                    'utm', jsonb_strip_nulls(jsonb_build_object('source', utm_source, 'medium', utm_medium,
                        'campaign', utm_campaign, 'term', utm_term, 'content', utm_content)),
                    'payload', form.payload::jsonb))::text
            FROM unnest(?::uuid[], ?::uuid[], ?::int8[], ?::text[], ?::text[], ?::text[],
                        ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::int8[])
                AS form(id, lead_id, at, form_name, path, referrer,
                        utm_source, utm_medium, utm_campaign, utm_term, utm_content, payload, purpose, is_bot, for_review)
            JOIN leads l ON l.id = form.lead_id
            LEFT JOIN consent_events c ON c.id = %s AND NOT (%s)
            CROSS JOIN LATERAL (VALUES (to_timestamp(form.at::float8 / 1000))) AS t(captured_at)
            CROSS JOIN (
                SELECT NULL::text AS name WHERE ?
                UNION ALL
                SELECT name FROM webhooks WHERE 'lead.captured' = ANY (events)) AS hook
            """.formatted(
                    IsoTime.of("t.captured_at"),
                    IsoTime.of("c.expires_at"),
                    IsoTime.of("l.first_captured_at"),
                    MailPermission.currentConsent("l.id", "form.purpose"),
                    MailPermission.IS_ON_HOLD);

    private CapturedMessages() {}

    /**
     * Adds the messages and mails about these submissions.
     *
     * @param hasWebhooks whether the database holds any webhooks; if not, some statements are skipped, and a form
     *     takes a sixth less processor time
     */
    static void put(Pipeline pipeline, List<Submission> submissions, LeadMessages messages, boolean hasWebhooks) {
        if (hasWebhooks || messages.toConfiguredWebhook()) {
            putCaptured(pipeline, submissions, messages.toConfiguredWebhook());
        }
        UUID[] changed = submissions.stream()
                .filter(Submission::isConsentNew)
                .map(Submission::leadId)
                .toArray(UUID[]::new);
        if (hasWebhooks && changed.length > 0) {
            ConsentMessages.put(pipeline, changed);
        }
        if (messages.sendsMails()) {
            LeadAlerts.put(pipeline, submissions, messages.notifyAddresses());
        }
    }

    /** Adds a message for each submission and each webhook that is subscribed to {@code lead.captured}. */
    private static void putCaptured(Pipeline pipeline, List<Submission> submissions, boolean toConfiguredWebhook) {
        Columns<Submission> sent = new Columns<>(submissions);
        pipeline.update(
                PUT,
                sent.ids(Submission::id),
                sent.ids(Submission::leadId),
                sent.numbers(s -> s.capture().receivedAt().toEpochMilli()),
                sent.texts(s -> s.capture().form().formName()),
                sent.texts(s -> s.capture().form().path()),
                sent.texts(s -> s.capture().form().referrer()),
                sent.texts(s -> s.capture().form().utm().source()),
                sent.texts(s -> s.capture().form().utm().medium()),
                sent.texts(s -> s.capture().form().utm().campaign()),
                sent.texts(s -> s.capture().form().utm().term()),
                sent.texts(s -> s.capture().form().utm().content()),
                sent.texts(s -> s.capture().form().payload()),
                sent.texts(s -> s.capture().form().consentPurpose()),
                sent.numbers(s -> s.capture().isOfBot() ? 1 : 0),
                sent.numbers(s -> s.capture().forReview() ? 1 : 0),
                toConfiguredWebhook);
    }
}
