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
 */
record Submission(
        UUID id,
        UUID leadId,
        Capture capture,
        Receipt receipt,
        Consent given,
        @Nullable Consent known,
        @Nullable Consent knownForPurpose) {
    /** The lead's strongest consent from now on. */
    Consent consent() {
        return known == null ? given : known.after(given);
    }

    /** The lead's consent for the form's purpose from now on. */
    Consent consentForPurpose() {
        return knownForPurpose == null ? given : knownForPurpose.after(given);
    }

    /** Whether what was given is put on record. */
    boolean isConsentNew() {
        return knownForPurpose == null || knownForPurpose.isChangedBy(given.status());
    }
}
