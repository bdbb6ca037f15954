package com.altcontext.lead;

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
 * A form as it is stored: who submitted it, and what the visit was like.
 *
 * @param receivedAt kept in whole milliseconds
 * @param confirms whether the site asks for a confirmation by mail before an express consent holds
 * @param language in which the person reads; null if it is not known
 * @param forReview whether its client has left too many addresses, so that an operator has to look at it
 */
public record Capture(
        LeadForm form,
        Visitor visitor,
        Origin origin,
        Instant receivedAt,
        boolean confirms,
        @Nullable Language language,
        boolean forReview) {
    private static final int OBJECTS = 128;

    public Capture {
        receivedAt = receivedAt.truncatedTo(ChronoUnit.MILLIS);
    }

    /** The same capture, marked for an operator's review. */
    public Capture markedForReview() {
        return new Capture(form, visitor, origin, receivedAt, confirms, language, true);
    }

    /** How much of the heap it holds, in bytes; see {@link Weight}. */
    public int weight() {
        return OBJECTS
                + form.weight()
                + visitor.weight()
                + Weight.of(visitor.anonId().value())
                + origin.weight();
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
        id.with(visitor.id()).with(form.formName()).with(form.path()).with(form.referrer());
        form.utm().addTo(id);
        return id.with(form.sourceChannel())
                .with(form.consent().key())
                .with(form.consentPolicy())
                .with(form.consentPurpose())
                .with(form.payload());
    }

    /**
     * The event of the submission. It happened when the form was received, and the submission identifies it, so
     * that two addresses that one visitor leaves are two events.
     */
    Event event(UUID submissionId) {
        return Event.of(form.beacon(visitor.anonId(), receivedAt, submissionId), visitor, origin, receivedAt);
    }
}
