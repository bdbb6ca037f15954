package com.altcontext.lead;

import com.altcontext.db.Buckets;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Retry;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.delivery.Webhooks;
import com.altcontext.event.Event;
import com.altcontext.event.EventRows;
import com.altcontext.event.EventStore;
import com.altcontext.event.Receipt;
import com.altcontext.visit.Placement;
import com.altcontext.visit.Visits;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Stores the addresses that people leave. Everything that a capture creates is stored in one transaction. */
public final class Leads {
    /** The same content again within this time is the second click of a double click. */
    private static final Duration REPEAT_WINDOW = Duration.ofSeconds(30);

    private static final String FIND = """
            SELECT form.n, l.id, l.consent_status, l.consent_expires_at, c.status, c.expires_at, l.is_bot, l.in_review,
                   c.source IN ('operator', 'confirmed') AND c.status = 'express'
            FROM unnest(?::text[], ?::text[], ?::text[]) WITH ORDINALITY AS form(property_id, email, purpose, n)
            JOIN leads l ON l.property_id = form.property_id AND l.email = form.email
            LEFT JOIN consent_events c ON c.id = %s
            """.formatted(MailPermission.currentConsent("l.id", "form.purpose"));

    /** Looks before and after the time of receipt: if two machines received a double click, the second may be stored first. */
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
                    Pipeline before = tx.pipeline();
                    LeadLock.take(before, capture.form().email());
                    Pipeline.Pending<Buckets> buckets = Buckets.read(before);
                    Pipeline.Pending<Boolean> webhooks = Webhooks.any(before);
                    before.send();
                    Bucket bucket =
                            buckets.rows().getFirst().of(capture.visitor().id());
                    return capture(tx, bucket, one, ifNew, webhooks.rows().getFirst());
                })
                .getFirst();
    }

    /**
     * Stores several captures in one transaction, each as {@link #capture} does. It skips those whose address another
     * transaction has locked, so that the others do not wait for them.
     *
     * @param captures no two of one address
     * @return the outcome of each, in their order; empty where nothing was stored
     * @throws SqlFailure if nothing was stored of any of them, or if the connection was lost while it was
     */
    public List<Optional<Captured>> captureFree(List<Capture> captures) {
        List<UUID> ifNew = randomIds(captures);
        String[] emails =
                captures.stream().map(capture -> capture.form().email().value()).toArray(String[]::new);
        return Retry.inTransaction(sql, tx -> {
            Pipeline before = tx.pipeline();
            Pipeline.Pending<Boolean> free = LeadLock.tryTake(before, emails);
            Pipeline.Pending<Buckets> buckets = Buckets.read(before);
            Pipeline.Pending<Boolean> webhooks = Webhooks.any(before);
            before.send();
            return captureFree(
                    tx,
                    buckets.rows().getFirst(),
                    captures,
                    ifNew,
                    free.rows(),
                    webhooks.rows().getFirst());
        });
    }

    /** One bucket after the other, which is also the order of the visitors' locks. */
    private List<Optional<Captured>> captureFree(
            Tx tx, Buckets buckets, List<Capture> captures, List<UUID> ifNew, List<Boolean> free, boolean hasWebhooks) {
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < captures.size(); i++) {
            if (free.get(i)) {
                taken.add(i);
            }
        }
        List<Optional<Captured>> all = new ArrayList<>(Collections.nCopies(captures.size(), Optional.empty()));
        buckets.split(taken, i -> captures.get(i).visitor().id()).forEach((bucket, places) -> {
            List<Captured> stored = capture(
                    tx,
                    new Bucket(bucket, buckets),
                    places.stream().map(captures::get).toList(),
                    places.stream().map(ifNew::get).toList(),
                    hasWebhooks);
            for (int i = 0; i < stored.size(); i++) {
                all.set(places.get(i), Optional.of(stored.get(i)));
            }
        });
        return all;
    }

    /**
     * Random, so that it reveals nothing about the address, but the same at each retry, so that a retry is one
     * submission.
     */
    private static List<UUID> randomIds(List<Capture> captures) {
        return captures.stream().map(_ -> UUID.randomUUID()).toList();
    }

    private List<Captured> capture(
            Tx tx, Bucket bucket, List<Capture> captures, List<UUID> ifNew, boolean hasWebhooks) {
        Visits visits = events.visits(bucket);
        captures.forEach(capture -> visits.expect(capture.visitor(), capture.receivedAt(), false));
        Pipeline look = tx.pipeline();
        visits.lockAndRead(look);
        Columns<Capture> sent = new Columns<>(captures);
        @Nullable String[] properties = sent.texts(capture -> capture.visitor().propertyId());
        @Nullable String[] emails = sent.texts(capture -> capture.form().email().value());
        Pipeline.Pending<KnownLead> found = look.query(
                FIND,
                KnownLead::read,
                properties,
                emails,
                sent.texts(capture -> capture.form().consentPurpose()));
        Pipeline.Pending<RepeatedCapture> first = look.query(
                FIND_REPEATED,
                RepeatedCapture::read,
                properties,
                emails,
                sent.numbers(
                        capture -> capture.receivedAt().minus(REPEAT_WINDOW).toEpochMilli()),
                sent.numbers(capture -> capture.receivedAt().plus(REPEAT_WINDOW).toEpochMilli()),
                sent.hashes(Capture::contentHash));
        Pipeline.Pending<Map.Entry<Integer, ConfirmationMails>> asked = ConfirmationMails.asked(
                look,
                properties,
                sent.texts(capture ->
                        needsConfirmation(capture) ? capture.form().email().value() : null));
        look.send();

        Map<Integer, KnownLead> known = new HashMap<>();
        found.rows().forEach(lead -> known.put(lead.index, lead));
        Map<Integer, ConfirmationMails> mails = new HashMap<>();
        asked.rows().forEach(entry -> mails.put(entry.getKey(), entry.getValue()));
        Map<Integer, Captured> captured = new HashMap<>();
        first.rows().forEach(repeat -> captured.put(repeat.index, repeat.captured));
        EventRows rows = new EventRows(bucket, captures.size());
        List<Submission> submissions = new ArrayList<>(captures.size());
        for (int i = 0; i < captures.size(); i++) {
            if (!captured.containsKey(i)) {
                submissions.add(submission(
                        captures.get(i),
                        ifNew.get(i),
                        known.get(i),
                        mails.getOrDefault(i, ConfirmationMails.NONE),
                        visits,
                        rows));
            }
        }
        Iterator<Captured> stored =
                store(tx, bucket, visits, rows, submissions, hasWebhooks).iterator();
        List<Captured> all = new ArrayList<>(captures.size());
        for (int i = 0; i < captures.size(); i++) {
            Captured repeated = captured.get(i);
            all.add(repeated == null ? stored.next() : repeated);
        }
        return all;
    }

    /** Whether what the form says of consent holds only once the owner of the address confirms it. */
    private boolean needsConfirmation(Capture capture) {
        return rules.messages().sendsMails()
                && capture.confirms()
                && capture.form().consent() == ConsentStatus.EXPRESS;
    }

    private Submission submission(
            Capture capture,
            UUID ifNew,
            @Nullable KnownLead known,
            ConfirmationMails asked,
            Visits visits,
            EventRows rows) {
        UUID leadId = known == null ? ifNew : known.id;
        UUID id = capture.submissionOf(leadId);
        Event event = capture.event(id);
        Placement placement =
                Objects.requireNonNull(visits.place(event.visitor(), event.inSession()), "a form always has a session");
        Receipt receipt = rows.add(event, placement.sessionId());
        boolean toConfirm = needsConfirmation(capture);
        Consent given = Consent.given(
                toConfirm || capture.isOfBot()
                        ? ConsentStatus.PENDING
                        : capture.form().consent(),
                capture.receivedAt(),
                rules.impliedConsentMonths());
        boolean inReview = (known == null || known.isBegunBy(capture)) ? capture.forReview() : known.inReview;
        boolean isTaken = !capture.isOfBot() && (inReview ? (known == null || !known.isProven) : !capture.forReview());
        return new Submission(
                id,
                leadId,
                capture,
                receipt,
                given,
                known == null ? null : known.consent,
                known == null ? null : known.forPurpose,
                ConsentEffect.of(
                        isTaken,
                        toConfirm,
                        known != null && known.isGivenForPurpose(),
                        asked.allowAnother(capture.receivedAt(), inReview)));
    }

    private List<Captured> store(
            Tx tx, Bucket bucket, Visits visits, EventRows rows, List<Submission> submissions, boolean hasWebhooks) {
        if (submissions.isEmpty()) {
            return List.of();
        }
        Pipeline save = tx.pipeline();
        visits.save(save);
        SubmissionStore.saveLeads(save, bucket, new Columns<>(submissions));
        SubmissionStore.saveConsents(
                save, submissions.stream().filter(Submission::isConsentNew).toList());
        if (rules.messages().sendsMails()) {
            ConfirmationMails.put(save, submissions);
        }
        List<IdentityLinks.FormLink> forms = submissions.stream()
                .map(s -> new IdentityLinks.FormLink(
                        s.leadId(),
                        s.capture().visitor(),
                        s.capture().receivedAt(),
                        s.capture().isOfBot()))
                .toList();
        IdentityLinks.link(save, forms);
        List<IdentityLinks.FormLink> guessable = rules.heuristicLinking()
                ? forms.stream().filter(form -> form.visitor().uaHash() != null).toList()
                : List.of();
        boolean isOneBucket = bucket.of().count() == 1;
        // The list is filled when the pipeline is sent.
        List<UUID> guessedAtOnce = isOneBucket && !guessable.isEmpty()
                ? IdentityLinks.guess(save, guessable, rules.heuristicWindow()).rows()
                : List.of();
        SubmissionStore.saveSubmissions(save, new Columns<>(submissions));
        if (rules.messages().isOn()) {
            CapturedMessages.put(save, submissions, rules.messages(), hasWebhooks);
        }
        save.send();
        List<UUID> guessed = isOneBucket || guessable.isEmpty()
                ? guessedAtOnce
                : IdentityLinks.guess(tx, guessable, rules.heuristicWindow());
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

    /**
     * @param index of the capture in its list: PostgreSQL counts from 1
     * @param isProven whether an operator has the consent for the form's purpose in writing, or the address has confirmed it
     */
    private record KnownLead(
            int index,
            UUID id,
            Consent consent,
            @Nullable Consent forPurpose,
            boolean isBot,
            boolean inReview,
            boolean isProven) {
        static KnownLead read(Row row) throws SQLException {
            String purposeStatus = row.textOrNull(5);
            return new KnownLead(
                    Math.toIntExact(row.number(1)) - 1,
                    row.id(2),
                    new Consent(ConsentStatus.ofKey(row.text(3)), row.timeOrNull(4)),
                    purposeStatus == null ? null : new Consent(ConsentStatus.ofKey(purposeStatus), row.timeOrNull(6)),
                    row.flag(7),
                    row.flag(8),
                    row.flag(9));
        }

        /** Whether only bots have sent the address so far, and a person does now. */
        boolean isBegunBy(Capture capture) {
            return isBot && !capture.isOfBot();
        }

        boolean isGivenForPurpose() {
            return forPurpose != null && forPurpose.status() == ConsentStatus.EXPRESS;
        }
    }

    /** @param index as in {@link KnownLead} */
    private record RepeatedCapture(int index, Captured captured) {
        static RepeatedCapture read(Row row) throws SQLException {
            return new RepeatedCapture(
                    Math.toIntExact(row.number(1)) - 1, new Captured(row.id(2), row.id(3), row.id(4), 0, true));
        }
    }
}
