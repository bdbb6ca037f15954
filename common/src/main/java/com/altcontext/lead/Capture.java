package com.altcontext.lead;

import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.value.ComputedId;
import com.altcontext.value.Language;
import com.altcontext.value.Weight;
import com.altcontext.visit.Origin;
import com.altcontext.visit.Visitor;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A form with an e-mail address, as it was submitted.
 *
 * @param beacon the page, the campaign and the visit that the form came with; its type, time and id do not matter
 * @param receivedAt kept in whole milliseconds
 * @param sourceChannel null if the form does not say
 * @param consent what the form asked for: never {@code WITHDRAWN}, and {@code PENDING} if it asked for nothing
 * @param consentPolicy the version of the text that was shown
 * @param consentPurpose what the consent is for
 * @param payload a JSON object as text
 * @param confirms whether the site asks for a confirmation by mail before an express consent holds
 * @param language in which the person reads; null if it is not known
 * @param forReview whether its client has left too many addresses, so that an operator has to look at it
 */
public record Capture(
        Email email,
        Visitor visitor,
        Beacon beacon,
        Origin origin,
        Instant receivedAt,
        String formName,
        @Nullable String sourceChannel,
        ConsentStatus consent,
        @Nullable String consentPolicy,
        String consentPurpose,
        @Nullable String payload,
        boolean confirms,
        @Nullable Language language,
        boolean forReview) {
    private static final int OBJECTS = 128;

    public Capture {
        receivedAt = receivedAt.truncatedTo(ChronoUnit.MILLIS);
        if (consent == ConsentStatus.WITHDRAWN) {
            throw new IllegalArgumentException("a form cannot withdraw consent");
        }
    }

    /** The same capture, marked for an operator's review. */
    public Capture markedForReview() {
        return new Capture(
                email,
                visitor,
                beacon,
                origin,
                receivedAt,
                formName,
                sourceChannel,
                consent,
                consentPolicy,
                consentPurpose,
                payload,
                confirms,
                language,
                true);
    }

    /** How much of the heap it holds, in bytes; see {@link Weight}. */
    public int weight() {
        return OBJECTS
                + Weight.of(email.value())
                + visitor.weight()
                + beacon.weight()
                + origin.weight()
                + Weight.of(formName)
                + Weight.of(sourceChannel)
                + Weight.of(consentPolicy)
                + Weight.of(consentPurpose)
                + Weight.of(payload);
    }

    boolean isOfBot() {
        return origin.isBot();
    }

    /**
     * Two captures of one address with equal hashes have the same content. The address itself is not part of the hash:
     * otherwise copies of the hash would outlive its erasure.
     */
    byte[] contentHash() {
        return content(ComputedId.of("form content")).toHash();
    }

    /** The id of this submission by a lead: a retry of the transaction makes the same, another capture another. */
    UUID submissionOf(UUID leadId) {
        return content(ComputedId.of("form submission").with(leadId))
                .with(receivedAt.toEpochMilli())
                .toUuid();
    }

    private ComputedId content(ComputedId id) {
        return id.with(visitor.id())
                .with(formName)
                .with(beacon.path())
                .with(beacon.referrer())
                .with(beacon.utm().source())
                .with(beacon.utm().medium())
                .with(beacon.utm().campaign())
                .with(beacon.utm().term())
                .with(beacon.utm().content())
                .with(sourceChannel)
                .with(consent.key())
                .with(consentPolicy)
                .with(consentPurpose)
                .with(payload);
    }

    /**
     * The event of the submission. It happened when the form was received, and the submission identifies it, so
     * that two addresses that one visitor leaves are two events.
     */
    Event event(UUID submissionId) {
        Beacon submit = new Beacon(
                beacon.anonId(),
                "form_submit",
                beacon.path(),
                receivedAt,
                beacon.referrer(),
                beacon.utm(),
                beacon.traffic(),
                submissionId,
                beacon.props());
        return Event.of(submit, visitor, origin, receivedAt);
    }
}
