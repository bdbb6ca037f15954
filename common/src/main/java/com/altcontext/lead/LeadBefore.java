package com.altcontext.lead;

import com.altcontext.db.Row;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A lead as a capture finds it.
 *
 * @param consent its strongest consent; null if the lead is new
 * @param forPurpose its consent for the form's purpose; null if it has none on record
 * @param isBot whether only bots have sent the address so far
 * @param isProven whether an operator has the consent for the form's purpose in writing, or the address has confirmed it
 */
record LeadBefore(
        UUID id,
        @Nullable Consent consent,
        @Nullable Consent forPurpose,
        boolean isBot,
        boolean inReview,
        boolean isProven) {
    static LeadBefore none(UUID id) {
        return new LeadBefore(id, null, null, false, false, false);
    }

    /** Of the columns 2 to 9: id, its consent, the consent for the purpose, and the three flags. */
    static LeadBefore read(Row row) throws SQLException {
        String purposeStatus = row.textOrNull(5);
        return new LeadBefore(
                row.id(2),
                new Consent(ConsentStatus.ofKey(row.text(3)), row.timeOrNull(4)),
                purposeStatus == null ? null : new Consent(ConsentStatus.ofKey(purposeStatus), row.timeOrNull(6)),
                row.flag(7),
                row.flag(8),
                row.flag(9));
    }

    /** Whether an operator has to look at the lead after this capture: the first form of a person decides. */
    boolean isInReviewAfter(Capture capture) {
        boolean begins = consent == null || (isBot && !capture.isOfBot());
        return begins ? capture.forReview() : inReview;
    }

    /**
     * Whether a capture may change the consent. A bot's may not, nor may one that needs a review where the lead does not. What
     * forms say for a lead in review waits for the operator, so it may be recorded, unless the consent is proven already.
     */
    boolean takesConsentOf(Capture capture) {
        if (capture.isOfBot()) {
            return false;
        }
        return isInReviewAfter(capture) ? !isProven : !capture.forReview();
    }

    /** Whether the consent for the form's purpose is express, so that no mail has to ask for it. */
    boolean isExpressForPurpose() {
        return forPurpose != null && forPurpose.status() == ConsentStatus.EXPRESS;
    }
}
