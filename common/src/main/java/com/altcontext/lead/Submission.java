package com.altcontext.lead;

import com.altcontext.event.Receipt;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A capture that is about to be stored.
 *
 * @param receipt of its {@code form_submit} event
 * @param given the consent that the form gives: pending if the address has to confirm it, or if a bot sent it
 * @param known the lead's strongest consent before; null if the lead is new
 * @param knownForPurpose the lead's consent for the form's purpose before; null if none is on record
 */
record Submission(
        UUID id,
        UUID leadId,
        Capture capture,
        Receipt receipt,
        Consent given,
        @Nullable Consent known,
        @Nullable Consent knownForPurpose,
        ConsentEffect effect) {
    /** The lead's strongest consent after this submission. */
    Consent consent() {
        if (known == null) {
            return given;
        }
        return effect == ConsentEffect.NONE ? known : known.after(given);
    }

    /**
     * When the recorded consent expires; null if it does not. A renewal that arrives late does not shorten a later
     * one.
     */
    @Nullable
    Instant recordedExpiry() {
        Consent known = given.status() == ConsentStatus.PENDING ? null : knownForPurpose;
        return known == null ? given.expiresAt() : known.after(given).expiresAt();
    }

    /**
     * Whether the given consent is to be recorded. For consent that waits for a confirmation, {@link PendingConsent}
     * decides whether it is recorded already.
     */
    boolean isConsentNew() {
        return switch (effect) {
            case NONE -> false;
            case APPLIES -> knownForPurpose == null || knownForPurpose.isChangedBy(given.status());
            case WAITS, WAITS_WITH_MAIL -> true;
        };
    }

    /** The link of the lead to the visitor who submitted the form. */
    IdentityLinks.FormLink link() {
        return new IdentityLinks.FormLink(leadId, capture.visitor(), capture.receivedAt(), capture.isOfBot());
    }

    /**
     * The outcome once it is stored.
     *
     * @param guessed the lead of each heuristic link that was added
     */
    Captured stored(List<UUID> guessed) {
        return new Captured(
                leadId, receipt.visitorId(), receipt.sessionId(), Collections.frequency(guessed, leadId), false);
    }
}
