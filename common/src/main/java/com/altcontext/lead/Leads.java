package com.altcontext.lead;

import com.altcontext.db.Buckets;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Retry;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.delivery.Webhooks;
import com.altcontext.event.Event;
import com.altcontext.event.EventRows;
import com.altcontext.event.EventStore;
import com.altcontext.event.Receipt;
import com.altcontext.visit.Placement;
import com.altcontext.visit.VisitorLock;
import com.altcontext.visit.Visits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;

/** Stores captured leads. Everything that a capture creates is stored in one transaction. */
public final class Leads {
    private final Sql sql;
    private final EventStore events;
    private final LeadRules rules;

    public Leads(Sql sql, EventStore events, LeadRules rules) {
        this.sql = sql;
        this.events = events;
        this.rules = rules;
    }

    /**
     * Stores a capture: the lead, its visitor, session and {@code form_submit} event, the links between them, the
     * submission, the consent, and the messages about it.
     *
     * @throws SqlFailure if nothing was stored, or if the connection was lost so that it is not known; if it is sent
     *     again within 30 seconds, it is stored once
     */
    public Captured capture(Capture capture) {
        List<Capture> one = List.of(capture);
        List<UUID> newIds = randomIds(one);
        return Retry.inTransaction(sql, tx -> {
                    Pipeline before = tx.pipeline();
                    LeadLock.take(before, capture.form().email());
                    Pipeline.Pending<Buckets> buckets = Buckets.read(before);
                    Pipeline.Pending<Boolean> webhooks = Webhooks.any(before);
                    before.send();
                    Bucket bucket = buckets.row().of(capture.visitor().id());
                    return capture(tx, bucket, one, newIds, webhooks.row());
                })
                .getFirst();
    }

    /**
     * Stores several captures in one transaction, each as {@link #capture} does. It skips those whose address another
     * transaction has locked, so that the others do not wait for them.
     *
     * @param captures no two of one address
     * @return the outcome of each, in their order; empty for those that were skipped
     * @throws SqlFailure if none of them was stored, or if the connection was lost so that it is not known
     */
    public List<Optional<Captured>> captureUnlocked(List<Capture> captures) {
        List<UUID> newIds = randomIds(captures);
        String[] emails =
                captures.stream().map(capture -> capture.form().email().value()).toArray(String[]::new);
        return Retry.inTransaction(sql, tx -> {
            Pipeline before = tx.pipeline();
            Pipeline.Pending<Boolean> free = LeadLock.tryTake(before, emails);
            Pipeline.Pending<Buckets> buckets = Buckets.read(before);
            Pipeline.Pending<Boolean> webhooks = Webhooks.any(before);
            before.send();
            return captureUnlocked(tx, buckets.row(), captures, newIds, free.rows(), webhooks.row());
        });
    }

    /**
     * Stores the captures bucket by bucket. If there are several buckets, it locks all visitors first, in the order in
     * which other transactions lock them.
     */
    private List<Optional<Captured>> captureUnlocked(
            Tx tx,
            Buckets buckets,
            List<Capture> captures,
            List<UUID> newIds,
            List<Boolean> free,
            boolean hasWebhooks) {
        List<Integer> locked = new ArrayList<>();
        for (int i = 0; i < captures.size(); i++) {
            if (free.get(i)) {
                locked.add(i);
            }
        }
        List<Optional<Captured>> all = new ArrayList<>(Collections.nCopies(captures.size(), Optional.empty()));
        SortedMap<Short, List<Integer>> byBucket =
                buckets.split(locked, i -> captures.get(i).visitor().id());
        if (byBucket.size() > 1) {
            var _ = VisitorLock.take(
                    tx, locked.stream().map(i -> captures.get(i).visitor().id()).toList());
        }
        byBucket.forEach((bucket, places) -> {
            List<Captured> stored = capture(
                    tx,
                    new Bucket(bucket, buckets),
                    places.stream().map(captures::get).toList(),
                    places.stream().map(newIds::get).toList(),
                    hasWebhooks);
            for (int i = 0; i < stored.size(); i++) {
                all.set(places.get(i), Optional.of(stored.get(i)));
            }
        });
        return all;
    }

    /**
     * Ids for the leads that are new. They are random, so that they reveal nothing about the address, and made before
     * the transaction, so that a retry makes the same submission.
     */
    private static List<UUID> randomIds(List<Capture> captures) {
        return captures.stream().map(_ -> UUID.randomUUID()).toList();
    }

    private List<Captured> capture(
            Tx tx, Bucket bucket, List<Capture> captures, List<UUID> newIds, boolean hasWebhooks) {
        Visits visits = events.visits(bucket);
        captures.forEach(capture -> visits.expect(capture.visitor(), capture.receivedAt(), false));
        Pipeline lookups = tx.pipeline();
        visits.lockAndRead(lookups);
        CaptureLookup found = new CaptureLookup(lookups, captures, rules);
        lookups.send();

        EventRows rows = new EventRows(bucket, captures.size());
        List<Submission> submissions = new ArrayList<>(captures.size());
        for (int i = 0; i < captures.size(); i++) {
            if (found.repeated(i) == null) {
                submissions.add(
                        submission(captures.get(i), found.lead(i, newIds.get(i)), found.mails(i), visits, rows));
            }
        }
        Iterator<Captured> stored =
                store(tx, bucket, visits, rows, submissions, hasWebhooks).iterator();
        List<Captured> all = new ArrayList<>(captures.size());
        for (int i = 0; i < captures.size(); i++) {
            Captured repeated = found.repeated(i);
            all.add(repeated == null ? stored.next() : repeated);
        }
        return all;
    }

    private Submission submission(
            Capture capture, LeadState lead, ConfirmationMails asked, Visits visits, EventRows rows) {
        UUID id = capture.submissionOf(lead.id());
        Event event = capture.event(id);
        Placement placement = Objects.requireNonNull(
                visits.place(event.visitor(), event.toSessionEvent()), "a form always has a session");
        Receipt receipt = rows.add(event, placement.sessionId());
        boolean toConfirm = rules.requireConfirmation(capture);
        Consent given = Consent.given(
                toConfirm || capture.isOfBot()
                        ? ConsentStatus.PENDING
                        : capture.form().consent(),
                capture.receivedAt(),
                rules.impliedConsentMonths());
        boolean mayMail =
                !lead.isExpressForPurpose() && asked.allowAnother(capture.receivedAt(), lead.isInReviewAfter(capture));
        return new Submission(
                id,
                lead.id(),
                capture,
                receipt,
                given,
                lead.consent(),
                lead.forPurpose(),
                ConsentEffect.of(lead.mayChangeConsent(capture), toConfirm, mayMail));
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
        List<IdentityLinks.FormLink> forms =
                submissions.stream().map(Submission::link).toList();
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
                .map(submission -> submission.stored(guessed))
                .toList();
    }
}
