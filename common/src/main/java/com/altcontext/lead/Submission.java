package com.altcontext.lead;

import com.altcontext.event.Receipt;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A capture on its way into the tables.
 *
 * @param receipt of its {@code form_submit} event
 * @param given the consent that the form gives: pending if the address has to confirm it, or if a bot sent it
 * @param known the lead's strongest consent until then, or null if the lead is new
 * @param knownForPurpose its consent for the form's purpose until then, or null if it has none on record
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

    /** When what is put on record ends by itself: a renewal that arrives late does not shorten what was renewed since. */
    @Nullable
    Instant recordedEnd() {
        Consent known = given.status() == ConsentStatus.PENDING ? null : knownForPurpose;
        return known == null ? given.expiresAt() : known.after(given).expiresAt();
    }

    /**
     * Whether the given consent is put on record. Consent to be confirmed is, unless it is there already
     * ({@link PendingConsent}).
     */
    boolean isConsentNew() {
        return switch (effect) {
            case NONE -> false;
            case GIVES -> knownForPurpose == null || knownForPurpose.isChangedBy(given.status());
            case WAITS, WAITS_WITH_MAIL -> true;
        };
    }
}
