package com.altcontext.lead;

import com.altcontext.db.Row;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The state of a lead before a capture.
 *
 * @param consent its strongest consent; null if the lead is new
 * @param forPurpose its consent for the form's purpose; null if it has none on record
 * @param isBot whether only bots have sent the address so far
 * @param isProven whether an operator has the consent for the form's purpose in writing, or the address has confirmed
 *     it
 */
record LeadState(
        UUID id,
        @Nullable Consent consent,
        @Nullable Consent forPurpose,
        boolean isBot,
        boolean inReview,
        boolean isProven) {
    static LeadState ofNew(UUID id) {
        return new LeadState(id, null, null, false, false, false);
    }

    /** Reads the columns 2 to 9: the id, the consent, the consent for the purpose, and the three flags. */
    static LeadState read(Row row) throws SQLException {
        String purposeStatus = row.textOrNull(5);
        return new LeadState(
                row.id(2),
                new Consent(ConsentStatus.ofKey(row.text(3)), row.timeOrNull(4)),
                purposeStatus == null ? null : new Consent(ConsentStatus.ofKey(purposeStatus), row.timeOrNull(6)),
                row.flag(7),
                row.flag(8),
                row.flag(9));
    }

    /**
     * Whether the lead is in review after this capture. Its first form decides, and the first form by a person
     * decides again.
     */
    boolean isInReviewAfter(Capture capture) {
        boolean begins = consent == null || (isBot && !capture.isOfBot());
        return begins ? capture.forReview() : inReview;
    }

    /**
     * Whether a capture may change the consent. A bot's capture may not. A capture that needs a review may not if the
     * lead is not in review. While a lead is in review, the consent that forms give is recorded and waits for the
     * operator, unless the consent is proven already.
     */
    boolean mayChangeConsent(Capture capture) {
        if (capture.isOfBot()) {
            return false;
        }
        return isInReviewAfter(capture) ? !isProven : !capture.forReview();
    }

    /** Whether the consent for the form's purpose is express, so that no mail needs to ask for it. */
    boolean isExpressForPurpose() {
        return forPurpose != null && forPurpose.status() == ConsentStatus.EXPRESS;
    }
}
