package com.altcontext.lead;

import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Retry;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.event.Event;
import com.altcontext.event.EventRows;
import com.altcontext.event.EventStore;
import com.altcontext.event.Receipt;
import com.altcontext.visit.Visits;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes in the addresses that people leave: all that a capture makes is stored in one transaction. */
public final class Leads {
    /** The same content again within this time is the second click of a double click. */
    private static final Duration REPEAT_WINDOW = Duration.ofSeconds(30);

    private static final String FIND = """
            SELECT form.n, l.id, l.consent_status, l.consent_expires_at
            FROM unnest(?::text[], ?::text[]) WITH ORDINALITY AS form(property_id, email, n)
            JOIN leads l ON l.property_id = form.property_id AND l.email = form.email
            """;

    /** Both sides of now: of two clicks that two machines received, the second may have been stored first. */
    private static final String FIND_REPEATED = """
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

    /** The source is this system's word; what the form calls itself is the sender's, and stands in a column of its own. */
    private static final String SAVE_CONSENT = """
            INSERT INTO consent_events (
                lead_id, property_id, status, source, form_name, policy_version, purpose, occurred_at, expires_at, ip_hash)
            SELECT lead_id, property_id, status, 'form', form_name, policy_version, ?,
                   to_timestamp(at::float8 / 1000), expires::timestamptz, ip_hash
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::text[], ?::bytea[])
                AS form(lead_id, property_id, status, form_name, policy_version, at, expires, ip_hash)
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
        List<Capture> one = List.of(capture);
        List<UUID> ifNew = randomIds(one);
        return Retry.inTransaction(sql, tx -> {
                    Pipeline look = tx.pipeline();
                    LeadLock.take(look, capture.email());
                    return capture(tx, look, one, ifNew);
                })
                .getFirst();
    }

    /**
     * Stores several captures in one transaction, each as {@link #capture} does, except those whose address somebody else
     * is at just then: nothing of them is stored, and none of the others waits for them.
     *
     * @param captures no two of one address
     * @return what became of each, in their order; empty where nothing was stored
     * @throws SqlFailure if nothing was stored of any of them, or if the connection was lost while it was
     */
    public List<Optional<Captured>> captureFree(List<Capture> captures) {
        List<UUID> ifNew = randomIds(captures);
        String[] emails =
                captures.stream().map(capture -> capture.email().value()).toArray(String[]::new);
        return Retry.inTransaction(sql, tx -> {
            List<Boolean> free = LeadLock.tryTake(tx, emails);
            List<Capture> taken = new ArrayList<>();
            List<UUID> ids = new ArrayList<>();
            for (int i = 0; i < captures.size(); i++) {
                if (free.get(i)) {
                    taken.add(captures.get(i));
                    ids.add(ifNew.get(i));
                }
            }
            Iterator<Captured> stored = taken.isEmpty()
                    ? Collections.emptyIterator()
                    : capture(tx, tx.pipeline(), taken, ids).iterator();
            return free.stream()
                    .map(isFree -> isFree ? Optional.of(stored.next()) : Optional.<Captured>empty())
                    .toList();
        });
    }

    /** Random, and the same at each try: an address must not be guessable from it, and a retry is one submission. */
    private static List<UUID> randomIds(List<Capture> captures) {
        return captures.stream().map(_ -> UUID.randomUUID()).toList();
    }

    private List<Captured> capture(Tx tx, Pipeline look, List<Capture> captures, List<UUID> ifNew) {
        Visits visits = events.visits();
        captures.forEach(capture -> visits.expect(capture.visitor(), capture.receivedAt()));
        visits.lockAndRead(look);
        Columns<Capture> sent = new Columns<>(captures);
        @Nullable String[] properties = sent.texts(capture -> capture.visitor().propertyId());
        @Nullable String[] emails = sent.texts(capture -> capture.email().value());
        Pipeline.Pending<Known> found = look.query(FIND, Known::read, properties, emails);
        Pipeline.Pending<Repeat> first = look.query(
                FIND_REPEATED,
                Repeat::read,
                properties,
                emails,
                sent.numbers(
                        capture -> capture.receivedAt().minus(REPEAT_WINDOW).toEpochMilli()),
                sent.numbers(capture -> capture.receivedAt().plus(REPEAT_WINDOW).toEpochMilli()),
                sent.hashes(Capture::contentHash));
        look.send();

        Map<Integer, Known> known = new HashMap<>();
        found.rows().forEach(lead -> known.put(lead.index, lead));
        Map<Integer, Captured> captured = new HashMap<>();
        first.rows().forEach(repeat -> captured.put(repeat.index, repeat.captured));
        EventRows rows = new EventRows(captures.size());
        List<Submission> submissions = new ArrayList<>(captures.size());
        for (int i = 0; i < captures.size(); i++) {
            if (!captured.containsKey(i)) {
                submissions.add(submission(captures.get(i), ifNew.get(i), known.get(i), visits, rows));
            }
        }
        Iterator<Captured> stored = store(tx, visits, rows, submissions).iterator();
        List<Captured> all = new ArrayList<>(captures.size());
        for (int i = 0; i < captures.size(); i++) {
            Captured repeated = captured.get(i);
            all.add(repeated == null ? stored.next() : repeated);
        }
        return all;
    }

    private Submission submission(Capture capture, UUID ifNew, @Nullable Known known, Visits visits, EventRows rows) {
        UUID leadId = known == null ? ifNew : known.id;
        UUID id = capture.submissionOf(leadId);
        Event event = capture.event(id);
        UUID session = visits.place(event.visitor(), event.id(), event.occurredAt(), event.origin());
        Receipt receipt = rows.add(event, session);
        Consent given = Consent.given(capture.consent(), capture.receivedAt(), rules.impliedConsentMonths());
        return new Submission(id, leadId, capture, receipt, given, known == null ? null : known.consent);
    }

    private List<Captured> store(Tx tx, Visits visits, EventRows rows, List<Submission> submissions) {
        if (submissions.isEmpty()) {
            return List.of();
        }
        Pipeline save = tx.pipeline();
        visits.save(save);
        saveLeads(save, new Columns<>(submissions));
        saveConsents(save, submissions.stream().filter(Submission::isConsentNew).toList());
        List<IdentityLinks.FormLink> forms = submissions.stream()
                .map(s -> new IdentityLinks.FormLink(
                        s.leadId(), s.capture().visitor(), s.capture().receivedAt()))
                .toList();
        IdentityLinks.link(save, forms);
        List<IdentityLinks.FormLink> guessable = rules.heuristicLinking()
                ? forms.stream().filter(form -> form.visitor().uaHash() != null).toList()
                : List.of();
        // Filled when it is sent.
        List<UUID> guessed = guessable.isEmpty()
                ? List.of()
                : IdentityLinks.guess(save, guessable, rules.heuristicWindow()).rows();
        saveSubmissions(save, new Columns<>(submissions));
        if (rules.outbox()) {
            Outbox.put(save, submissions);
        }
        save.send();
        rows.copy(tx);
        return submissions.stream()
                .map(s -> new Captured(
                        s.leadId(),
                        s.receipt().visitorId(),
                        s.receipt().sessionId(),
                        Collections.frequency(guessed, s.leadId()),
                        false))
                .toList();
    }

    private static void saveLeads(Pipeline save, Columns<Submission> forms) {
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

    private static void saveConsents(Pipeline save, List<Submission> given) {
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

    private static void saveSubmissions(Pipeline save, Columns<Submission> forms) {
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

    /** @param index of the capture in its list: PostgreSQL counts from 1 */
    private record Known(int index, UUID id, Consent consent) {
        static Known read(Row row) throws SQLException {
            return new Known(
                    Math.toIntExact(row.number(1)) - 1,
                    row.id(2),
                    new Consent(ConsentStatus.ofKey(row.text(3)), row.timeOrNull(4)));
        }
    }

    /** @param index as in {@link Known} */
    private record Repeat(int index, Captured captured) {
        static Repeat read(Row row) throws SQLException {
            return new Repeat(
                    Math.toIntExact(row.number(1)) - 1, new Captured(row.id(2), row.id(3), row.id(4), 0, true));
        }
    }
}
