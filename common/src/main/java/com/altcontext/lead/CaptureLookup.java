package com.altcontext.lead;

import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the database holds about some captures before they are stored. A capture is named by its index in the list. */
final class CaptureLookup {
    /** The same content within this time counts as a double click. */
    private static final Duration REPEAT_WINDOW = Duration.ofSeconds(30);

    private static final String LEADS =
            """
            SELECT form.n, l.id, l.consent_status, l.consent_expires_at, c.status, c.expires_at, l.is_bot, l.in_review,
                   %s
            FROM unnest(?::text[], ?::text[], ?::text[]) WITH ORDINALITY AS form(property_id, email, purpose, n)
            JOIN leads l ON l.property_id = form.property_id AND l.email = form.email
            LEFT JOIN consent_events c ON c.id = %s
            """.formatted(MailPermission.IS_PROVEN, MailPermission.currentConsent("l.id", "form.purpose"));

    /**
     * Searches before and after the time of receipt: if two machines receive a double click, the second click may be
     * stored first.
     */
    private static final String REPEATED = """
            SELECT form.n, first.lead_id, first.visitor_id, first.session_id
            FROM unnest(?::text[], ?::text[], ?::int8[], ?::int8[], ?::bytea[])
                WITH ORDINALITY AS form(property_id, email, since, until, content_hash, n)
            CROSS JOIN LATERAL (
                SELECT s.lead_id, s.visitor_id, s.session_id
                FROM leads l JOIN form_submissions s ON s.lead_id = l.id
                WHERE l.property_id = form.property_id AND l.email = form.email
                  AND s.submitted_at BETWEEN to_timestamp(form.since::float8 / 1000) AND to_timestamp(form.until::float8 / 1000)
                  AND s.content_hash = form.content_hash
                ORDER BY s.submitted_at DESC
                LIMIT 1) AS first
            """;

    private final Pipeline.Pending<Map.Entry<Integer, LeadState>> leads;
    private final Pipeline.Pending<Map.Entry<Integer, Captured>> repeated;
    private final Pipeline.Pending<Map.Entry<Integer, ConfirmationMails>> mails;

    /** Adds the statements. The answers are there once the pipeline is sent. */
    CaptureLookup(Pipeline pipeline, List<Capture> captures, LeadRules rules) {
        Columns<Capture> sent = new Columns<>(captures);
        @Nullable String[] properties = sent.texts(capture -> capture.visitor().propertyId());
        @Nullable String[] emails = sent.texts(capture -> capture.form().email().value());
        leads = pipeline.query(
                LEADS,
                row -> Map.entry(row.index(1), LeadState.read(row)),
                properties,
                emails,
                sent.texts(capture -> capture.form().consentPurpose()));
        repeated = pipeline.query(
                REPEATED,
                row -> Map.entry(row.index(1), new Captured(row.id(2), row.id(3), row.id(4), 0, true)),
                properties,
                emails,
                sent.numbers(
                        capture -> capture.receivedAt().minus(REPEAT_WINDOW).toEpochMilli()),
                sent.numbers(capture -> capture.receivedAt().plus(REPEAT_WINDOW).toEpochMilli()),
                sent.hashes(Capture::contentHash));
        mails = ConfirmationMails.find(
                pipeline,
                properties,
                sent.texts(capture -> rules.requireConfirmation(capture)
                        ? capture.form().email().value()
                        : null));
    }

    /** The lead as it was before the capture. A lead that is not known yet gets the id {@code newId}. */
    LeadState lead(int index, UUID newId) {
        LeadState known = find(leads, index);
        return known == null ? LeadState.ofNew(newId) : known;
    }

    /** The outcome of the capture that this one repeats; null if it is not a repeat. */
    @Nullable
    Captured repeated(int index) {
        return find(repeated, index);
    }

    ConfirmationMails mails(int index) {
        ConfirmationMails asked = find(mails, index);
        return asked == null ? ConfirmationMails.NONE : asked;
    }

    private static <T> @Nullable T find(Pipeline.Pending<Map.Entry<Integer, T>> found, int index) {
        return found.rows().stream()
                .filter(entry -> entry.getKey() == index)
                .findFirst()
                .map(Map.Entry::getValue)
                .orElse(null);
    }
}
