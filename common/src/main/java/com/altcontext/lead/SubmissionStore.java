package com.altcontext.lead;

import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.value.Language;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statements that store submissions with their leads and consents. */
final class SubmissionStore {
    /**
     * Reads the sessions by their keys, as this transaction has just saved them. Each look-up has a limit: without
     * one, the planner may read a whole bucket that it believes to be empty.
     */
    private static final String INSERT_LEADS = """
            INSERT INTO leads AS known (
                id, property_id, email, first_captured_at, last_captured_at,
                source_channel, consent_status, consent_expires_at, is_bot, in_review, language, form_name, %s)
            SELECT form.id, form.property_id, email, to_timestamp(at::float8 / 1000), to_timestamp(at::float8 / 1000),
                   source_channel, consent_status, expires::timestamptz, form.is_bot = 1, form.for_review = 1, language, form_name, %s
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::int8[], ?::text[], ?::text[], ?::text[],
                        ?::int8[], ?::int8[], ?::text[], ?::text[], ?::uuid[], ?::uuid[])
                AS form(id, property_id, email, at, source_channel, consent_status, expires, is_bot, for_review, language, form_name,
                        visitor_id, session_id)
            LEFT JOIN LATERAL (
                SELECT *, entry_path AS landing_path FROM sessions AS s
                WHERE s.bucket = ?::int2 AND s.visitor_id = form.visitor_id AND s.id = form.session_id
                ORDER BY s.started_at DESC
                LIMIT 1) AS capture ON true
            LEFT JOIN LATERAL (
                SELECT *, entry_path AS landing_path FROM sessions AS s
                WHERE s.bucket = ?::int2 AND s.visitor_id = form.visitor_id AND (s.device = 'bot') = (form.is_bot = 1)
                ORDER BY s.started_at
                LIMIT 1) AS first ON true
            """.formatted(LeadOrigin.columns("%s_%s"), LeadOrigin.columns("%s.%s"));

    private static final String SAVE_LEADS = INSERT_LEADS + """
            ON CONFLICT (property_id, email) DO UPDATE SET
                first_captured_at = CASE
                    WHEN known.is_bot = excluded.is_bot THEN least(known.first_captured_at, excluded.first_captured_at)
                    WHEN known.is_bot THEN excluded.first_captured_at
                    ELSE known.first_captured_at END,
                last_captured_at = greatest(known.last_captured_at, excluded.last_captured_at),
                source_channel = coalesce(excluded.source_channel, known.source_channel),
                consent_status = excluded.consent_status,
                consent_expires_at = excluded.consent_expires_at,
                %s,
                language = CASE
                    WHEN known.is_bot AND NOT excluded.is_bot THEN coalesce(excluded.language, known.language)
                    ELSE coalesce(known.language, excluded.language) END,
                is_bot = known.is_bot AND excluded.is_bot
            """.formatted(LeadOrigin.PERSON_REPLACES_BOT);

    private static final String SAVE_SUBMISSION = """
            INSERT INTO form_submissions (
                id, lead_id, visitor_id, session_id, event_id, property_id, form_name, submitted_at, content_hash, payload,
                for_review, is_bot)
            SELECT id, lead_id, visitor_id, session_id, event_id, property_id, form_name,
                   to_timestamp(at::float8 / 1000), content_hash, payload::jsonb, for_review = 1, is_bot = 1
            FROM unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[],
                        ?::text[], ?::text[], ?::int8[], ?::bytea[], ?::text[], ?::int8[], ?::int8[])
                AS form(id, lead_id, visitor_id, session_id, event_id, property_id, form_name, at, content_hash, payload,
                        for_review, is_bot)
            """;

    /**
     * The source is always one of the service's own values. The form's name comes from the sender, so it has its own
     * column. A row that waits for a confirmation has a reason. Without a mail of its own, it is added only if {@link
     * PendingConsent} allows it.
     */
    private static final String SAVE_CONSENT = """
            INSERT INTO consent_events (
                lead_id, property_id, status, source, form_name, path, policy_version, purpose,
                reason, occurred_at, expires_at, ip_hash)
            SELECT lead_id, property_id, status, 'form', form_name, path, policy_version, purpose,
                   CASE WHEN effect <> 'APPLIES' THEN '%s' END, to_timestamp(at::float8 / 1000), expires::timestamptz, ip_hash
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[],
                        ?::text[], ?::bytea[], ?::text[])
                AS form(lead_id, property_id, status, form_name, path, policy_version, purpose, at, expires, ip_hash, effect)
            WHERE form.effect <> 'WAITS' OR (%s)
            """.formatted(PendingConsent.REASON, PendingConsent.MAY_BE_ADDED);

    private SubmissionStore() {}

    /**
     * Adds new leads and updates known ones. Their sessions must be saved before. The first capture by a person
     * decides what is stored about where the lead came from, and whether it is in review.
     */
    static void saveLeads(Pipeline save, Bucket bucket, Columns<Submission> forms) {
        save.update(
                SAVE_LEADS,
                forms.ids(Submission::leadId),
                forms.texts(form -> form.capture().visitor().propertyId()),
                forms.texts(form -> form.capture().form().email().value()),
                forms.numbers(form -> form.capture().receivedAt().toEpochMilli()),
                forms.texts(form -> form.capture().form().sourceChannel()),
                forms.texts(form -> form.consent().status().key()),
                forms.texts(form -> text(form.consent().expiresAt())),
                forms.numbers(form -> form.capture().isOfBot() ? 1 : 0),
                forms.numbers(form -> form.capture().forReview() ? 1 : 0),
                forms.texts(form -> tag(form.capture().language())),
                forms.texts(form -> form.capture().form().formName()),
                forms.ids(form -> form.receipt().visitorId()),
                forms.ids(form -> form.receipt().sessionId()),
                bucket.number(),
                bucket.number());
    }

    /**
     * Adds the consents to be recorded. Runs even without any, so that its duration does not reveal whether the address
     * was known.
     */
    static void saveConsents(Pipeline save, List<Submission> given) {
        Columns<Submission> forms = new Columns<>(given);
        save.update(
                SAVE_CONSENT,
                forms.ids(Submission::leadId),
                forms.texts(form -> form.capture().visitor().propertyId()),
                forms.texts(form -> form.given().status().key()),
                forms.texts(form -> form.capture().form().formName()),
                forms.texts(form -> form.capture().form().path()),
                forms.texts(form -> form.capture().form().consentPolicy()),
                forms.texts(form -> form.capture().form().consentPurpose()),
                forms.numbers(form -> form.capture().receivedAt().toEpochMilli()),
                forms.texts(form -> text(form.recordedExpiry())),
                forms.hashes(form -> form.capture().visitor().ipHash()),
                forms.texts(form -> form.effect().name()));
    }

    /** Adds the submissions. Their leads must be saved before. */
    static void saveSubmissions(Pipeline save, Columns<Submission> forms) {
        save.update(
                SAVE_SUBMISSION,
                forms.ids(Submission::id),
                forms.ids(Submission::leadId),
                forms.ids(form -> form.receipt().visitorId()),
                forms.ids(form -> form.receipt().sessionId()),
                forms.ids(form -> form.receipt().eventId()),
                forms.texts(form -> form.capture().visitor().propertyId()),
                forms.texts(form -> form.capture().form().formName()),
                forms.numbers(form -> form.capture().receivedAt().toEpochMilli()),
                forms.hashes(form -> form.capture().contentHash()),
                forms.texts(form -> form.capture().form().payload()),
                forms.numbers(form -> form.capture().forReview() ? 1 : 0),
                forms.numbers(form -> form.capture().isOfBot() ? 1 : 0));
    }

    private static @Nullable String tag(@Nullable Language language) {
        return language == null ? null : language.tag();
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
