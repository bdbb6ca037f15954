package com.altcontext.lead;

import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.delivery.Outbox;
import java.util.List;

/**
 * Writes a mail about each new lead to the outbox, for the people who get the alerts of its property. The mail only
 * says that there is a new lead, unless the property allows details. There is no mail about a bot's lead. The mail
 * about a lead in review is held until the lead is accepted.
 */
final class LeadAlerts {
    private static final String PUT = """
            INSERT INTO outbox (id, kind, event, destination, lead_id, property_id, language, next_attempt_at, body)
            SELECT gen_random_uuid(), 'mail', '%s', watcher.email, l.id, p.id, p.mail_language,
                   CASE WHEN l.in_review THEN 'infinity' ELSE now() END,
                   jsonb_strip_nulls(jsonb_build_object('property', p.name, 'details', CASE WHEN p.notify_details THEN
                       jsonb_build_object('email', l.email, 'form', form.form_name, 'path', form.path,
                           'source', l.capture_traffic_source, 'fields', form.payload::jsonb) END))::text
            FROM unnest(?::uuid[], ?::int8[], ?::text[], ?::text[], ?::text[]) AS form(lead_id, at, form_name, path, payload)
            JOIN leads AS l ON l.id = form.lead_id
            JOIN properties AS p ON p.id = l.property_id
            JOIN (
                SELECT property_id, email FROM recipients WHERE kind = 'alert' AND stopped_at IS NULL
                UNION ALL
                SELECT q.id, address FROM properties AS q, unnest(?::text[]) AS address
                WHERE NOT EXISTS (SELECT FROM recipients AS r WHERE r.property_id = q.id AND r.kind = 'alert'))
                AS watcher ON watcher.property_id = p.id
            WHERE NOT l.is_bot AND l.first_captured_at = to_timestamp(form.at::float8 / 1000)
            """.formatted(Outbox.LEAD_ALERT);

    private LeadAlerts() {}

    /** @param addresses who gets the alerts of properties that have no alert recipients of their own */
    static void put(Pipeline pipeline, List<Submission> submissions, List<String> addresses) {
        Columns<Submission> sent = new Columns<>(submissions);
        pipeline.update(
                PUT,
                sent.ids(Submission::leadId),
                sent.numbers(s -> s.capture().receivedAt().toEpochMilli()),
                sent.texts(s -> s.capture().form().formName()),
                sent.texts(s -> s.capture().form().path()),
                sent.texts(s -> s.capture().form().payload()),
                addresses.toArray(String[]::new));
    }
}
