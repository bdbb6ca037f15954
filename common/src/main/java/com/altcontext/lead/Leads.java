package com.altcontext.lead;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.event.EventStore;
import com.altcontext.event.Receipt;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes in the addresses that people leave: all that a capture makes is stored in one transaction. */
public final class Leads {
    /** The same content again within this time is the second click of a double click. */
    private static final Duration REPEAT_WINDOW = Duration.ofSeconds(30);

    private static final String FIND = """
            SELECT id, consent_status, consent_expires_at FROM leads WHERE property_id = ? AND email = ?
            """;

    /** Both sides of now: of two clicks that two machines received, the second may have been stored first. */
    private static final String FIND_REPEATED = """
            SELECT s.lead_id, s.visitor_id, s.session_id
            FROM leads l JOIN form_submissions s ON s.lead_id = l.id
            WHERE l.property_id = ? AND l.email = ? AND s.submitted_at BETWEEN ? AND ? AND s.content_hash = ?
            ORDER BY s.submitted_at DESC
            LIMIT 1
            """;

    private static final String SAVE = """
            INSERT INTO leads AS known (
                id, property_id, email, first_captured_at, last_captured_at,
                source_channel, consent_status, consent_expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
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
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
            """;

    private static final String SAVE_CONSENT = """
            INSERT INTO consent_events (
                lead_id, property_id, status, source, policy_version, purpose, occurred_at, expires_at, ip_hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private final Sql sql;
    private final EventStore events;
    private final LeadRules rules;

    public Leads(Sql sql, EventStore events, LeadRules rules) {
        this.sql = sql;
        this.events = events;
        this.rules = rules;
    }

    /**
     * Stores what was captured: the lead, its visitor, session and {@code form_submit} event, the links between them,
     * the submission, the consent, and what is to be passed on.
     *
     * @throws SqlFailure if nothing was stored, or if the connection was lost while it was; sent again within 30
     *     seconds, it is stored once
     */
    public Captured capture(Capture capture) {
        // Random, and the same at each try: an address must not be guessable from it, and a retry is one submission.
        UUID ifNew = UUID.randomUUID();
        return Repeated.inTransaction(sql, tx -> capture(tx, capture, ifNew));
    }

    private Captured capture(Tx tx, Capture capture, UUID ifNew) {
        String property = capture.visitor().propertyId();
        String email = capture.email().value();
        Instant at = capture.receivedAt();
        Pipeline look = tx.pipeline();
        LeadLock.take(look, capture.email());
        // Before the other look-ups, since it also tells the planner how to run them.
        EventStore.NewEvent submit = events.expect(look, capture.visitor(), at);
        Pipeline.Answer<Known> found = look.query(FIND, Known::read, property, email);
        Pipeline.Answer<Captured> first = look.query(
                FIND_REPEATED,
                row -> new Captured(row.id(1), row.id(2), row.id(3), 0, true),
                property,
                email,
                at.minus(REPEAT_WINDOW),
                at.plus(REPEAT_WINDOW),
                capture.contentHash());
        look.send();
        if (!first.rows().isEmpty()) {
            return first.rows().getFirst();
        }
        Known known = found.rows().isEmpty() ? null : found.rows().getFirst();
        return store(tx, capture, submit, known == null ? ifNew : known.id, known == null ? null : known.consent);
    }

    private Captured store(Tx tx, Capture capture, EventStore.NewEvent submit, UUID leadId, @Nullable Consent known) {
        UUID submissionId = capture.submissionOf(leadId);
        Pipeline save = tx.pipeline();
        Receipt receipt = submit.place(save, capture.event(submissionId));
        saveLead(save, capture, leadId, known);
        IdentityLinks.link(save, leadId, capture.visitor(), capture.receivedAt());
        byte[] uaHash = capture.visitor().uaHash();
        Pipeline.Answer<UUID> guessed = rules.heuristicLinking() && uaHash != null
                ? IdentityLinks.guess(
                        save, leadId, capture.visitor(), uaHash, capture.receivedAt(), rules.heuristicWindow())
                : null;
        save.update(
                SAVE_SUBMISSION,
                submissionId,
                leadId,
                receipt.visitorId(),
                receipt.sessionId(),
                receipt.eventId(),
                capture.visitor().propertyId(),
                capture.formName(),
                capture.receivedAt(),
                capture.contentHash(),
                capture.payload());
        if (rules.outbox()) {
            Outbox.put(save, submissionId, leadId, capture);
        }
        save.send();
        submit.store(tx);
        int links = guessed == null ? 0 : guessed.rows().size();
        return new Captured(leadId, receipt.visitorId(), receipt.sessionId(), links, false);
    }

    private void saveLead(Pipeline save, Capture capture, UUID leadId, @Nullable Consent known) {
        Instant at = capture.receivedAt();
        Consent given = Consent.given(capture.consent(), at, rules.impliedConsentMonths());
        Consent now = known == null ? given : known.after(given);
        save.update(
                SAVE,
                leadId,
                capture.visitor().propertyId(),
                capture.email().value(),
                at,
                at,
                capture.sourceChannel(),
                now.status().key(),
                now.expiresAt());
        if (known == null || known.isChangedBy(given.status())) {
            save.update(
                    SAVE_CONSENT,
                    leadId,
                    capture.visitor().propertyId(),
                    given.status().key(),
                    capture.formName(),
                    capture.consentPolicy(),
                    Consent.PURPOSE,
                    at,
                    given.expiresAt(),
                    capture.visitor().ipHash());
        }
    }

    private record Known(UUID id, Consent consent) {
        static Known read(Row row) throws SQLException {
            return new Known(row.id(1), new Consent(ConsentStatus.ofKey(row.text(2)), row.timeOrNull(3)));
        }
    }
}
