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
 * A submitted form with its visitor and the origin of the visit.
 *
 * @param receivedAt truncated to whole milliseconds
 * @param confirms whether the site asks for a confirmation by mail before an express consent holds
 * @param language the language that the person reads; null if it is not known
 * @param forReview whether an operator has to review it, because its client has submitted too many addresses
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

    /** Its size on the heap in bytes; see {@link Weight}. */
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
     * Two captures of one address with equal hashes have the same content. The hash does not cover the address, so
     * that no copy of the hash keeps anything of an erased address.
     */
    byte[] contentHash() {
        return content(ComputedId.of("form content")).toHash();
    }

    /**
     * The id of this submission by the lead. A retry of the transaction computes the same id, another capture a
     * different one.
     */
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
     * The {@code form_submit} event. Its time is the time of receipt. The id of the submission identifies it, so two
     * addresses that one visitor submits are two events.
     */
    Event event(UUID submissionId) {
        return Event.of(form.beacon(visitor.anonId(), receivedAt, submissionId), visitor, origin, receivedAt);
    }
}
