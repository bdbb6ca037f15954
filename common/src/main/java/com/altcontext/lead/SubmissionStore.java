package com.altcontext.lead;

import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statements that store submissions with their leads and consents. */
final class SubmissionStore {
    private static final String SAVE = """
            INSERT INTO leads AS known (
                id, property_id, email, first_captured_at, last_captured_at,
                source_channel, consent_status, consent_expires_at)
            SELECT id, property_id, email, to_timestamp(at::float8 / 1000), to_timestamp(at::float8 / 1000),
                   source_channel, consent_status, expires::timestamptz
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::int8[], ?::text[], ?::text[], ?::text[])
                AS form(id, property_id, email, at, source_channel, consent_status, expires)
            ON CONFLICT (property_id, email) DO UPDATE SET
                first_captured_at = least(known.first_captured_at, excluded.first_captured_at),
                last_captured_at = greatest(known.last_captured_at, excluded.last_captured_at),
                source_channel = coalesce(excluded.source_channel, known.source_channel),
                consent_status = excluded.consent_status,
                consent_expires_at = excluded.consent_expires_at
            """;

    private static final String SAVE_SUBMISSION = """
            INSERT INTO form_submissions (
                id, lead_id, visitor_id, session_id, event_id, property_id, form_name, submitted_at, content_hash, payload)
            SELECT id, lead_id, visitor_id, session_id, event_id, property_id, form_name,
                   to_timestamp(at::float8 / 1000), content_hash, payload::jsonb
            FROM unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[],
                        ?::text[], ?::text[], ?::int8[], ?::bytea[], ?::text[])
                AS form(id, lead_id, visitor_id, session_id, event_id, property_id, form_name, at, content_hash, payload)
            """;

    /** The source is a word of this system. The form's own name comes from the sender, so it has a column of its own. */
    private static final String SAVE_CONSENT = """
            INSERT INTO consent_events (
                lead_id, property_id, status, source, form_name, policy_version, purpose, occurred_at, expires_at, ip_hash)
            SELECT lead_id, property_id, status, 'form', form_name, policy_version, ?,
                   to_timestamp(at::float8 / 1000), expires::timestamptz, ip_hash
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::text[], ?::bytea[])
                AS form(lead_id, property_id, status, form_name, policy_version, at, expires, ip_hash)
            """;

    private SubmissionStore() {}

    /** Adds the leads, new or seen again. */
    static void saveLeads(Pipeline save, Columns<Submission> forms) {
        save.update(
                SAVE,
                forms.ids(Submission::leadId),
                forms.texts(form -> form.capture().visitor().propertyId()),
                forms.texts(form -> form.capture().email().value()),
                forms.numbers(form -> form.capture().receivedAt().toEpochMilli()),
                forms.texts(form -> form.capture().sourceChannel()),
                forms.texts(form -> form.consent().status().key()),
                forms.texts(form -> text(form.consent().expiresAt())));
    }

    /** Adds the consents that are recorded. */
    static void saveConsents(Pipeline save, List<Submission> given) {
        if (given.isEmpty()) {
            return;
        }
        Columns<Submission> forms = new Columns<>(given);
        save.update(
                SAVE_CONSENT,
                Consent.PURPOSE,
                forms.ids(Submission::leadId),
                forms.texts(form -> form.capture().visitor().propertyId()),
                forms.texts(form -> form.given().status().key()),
                forms.texts(form -> form.capture().formName()),
                forms.texts(form -> form.capture().consentPolicy()),
                forms.numbers(form -> form.capture().receivedAt().toEpochMilli()),
                forms.texts(form -> text(form.given().expiresAt())),
                forms.hashes(form -> form.capture().visitor().ipHash()));
    }

    /** Adds the submissions themselves, once their leads are there. */
    static void saveSubmissions(Pipeline save, Columns<Submission> forms) {
        save.update(
                SAVE_SUBMISSION,
                forms.ids(Submission::id),
                forms.ids(Submission::leadId),
                forms.ids(form -> form.receipt().visitorId()),
                forms.ids(form -> form.receipt().sessionId()),
                forms.ids(form -> form.receipt().eventId()),
                forms.texts(form -> form.capture().visitor().propertyId()),
                forms.texts(form -> form.capture().formName()),
                forms.numbers(form -> form.capture().receivedAt().toEpochMilli()),
                forms.hashes(form -> form.capture().contentHash()),
                forms.texts(form -> form.capture().payload()));
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
