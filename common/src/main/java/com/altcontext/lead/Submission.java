package com.altcontext.lead;

import com.altcontext.event.Receipt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A capture on its way into the tables.
 *
 * @param receipt of its {@code form_submit} event
 * @param given the consent that the form asked for
 * @param known the lead's strongest consent until then, or null if the lead is new
 * @param knownForPurpose its consent for the form's purpose until then, or null if it has none on record
 * @param givesConsent false if the form leaves the consent of the lead as it is
 */
record Submission(
        UUID id,
        UUID leadId,
        Capture capture,
        Receipt receipt,
        Consent given,
        @Nullable Consent known,
        @Nullable Consent knownForPurpose,
        boolean givesConsent) {
    /** The lead's strongest consent from now on. */
    Consent consent() {
        if (known == null) {
            return given;
        }
        return givesConsent ? known.after(given) : known;
    }

    /** The lead's consent for the form's purpose from now on. */
    Consent consentForPurpose() {
        return knownForPurpose == null ? given : knownForPurpose.after(given);
    }

    /** Whether what was given is put on record. */
    boolean isConsentNew() {
        return givesConsent && (knownForPurpose == null || knownForPurpose.isChangedBy(given.status()));
    }
}
