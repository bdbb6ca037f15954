package com.altcontext.lead;

import com.altcontext.event.Receipt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A capture on its way into the tables.
 *
 * @param receipt of its {@code form_submit} event
 * @param given the consent that the form asked for
 * @param known the lead's consent until then, or null of a new one
 */
record Submission(
        UUID id,
        UUID leadId,
        Capture capture,
        Receipt receipt,
        Consent given,
        @Nullable Consent known) {
    /** The lead's consent from now on. */
    Consent consent() {
        return known == null ? given : known.after(given);
    }

    /** Whether what was given is put on record. */
    boolean isConsentNew() {
        return known == null || known.isChangedBy(given.status());
    }
}
