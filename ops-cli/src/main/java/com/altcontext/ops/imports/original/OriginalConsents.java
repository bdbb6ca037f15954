package com.altcontext.ops.imports.original;

import com.altcontext.db.Tx;
import com.altcontext.lead.Consent;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.ops.imports.original.OriginalLead.GivenConsent;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Adds the consents of the earlier system to a lead's record of consent. Each row says that it was imported, and whether the earlier
 * system had a record of it. The source of each is a form, because that is how the earlier system got its leads. So none of them counts
 * as consent in writing, and those of bots permit nothing.
 */
final class OriginalConsents {
    private static final String RECORD = """
            INSERT INTO consent_events (
                lead_id, property_id, status, source, form_name, purpose, reason, occurred_at, expires_at, ip_hash)
            SELECT r.lead_id, r.property_id, r.status, r.source, r.form_name, r.purpose, r.reason, r.at, r.expires_at, r.ip_hash
            FROM (VALUES (?::uuid, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::timestamptz, ?::timestamptz,
                          ?::bytea))
                AS r(lead_id, property_id, status, source, form_name, purpose, reason, at, expires_at, ip_hash)
            WHERE NOT EXISTS (
                SELECT FROM consent_events AS c
                WHERE c.lead_id = r.lead_id
                  AND ((c.occurred_at > r.at AND NOT ?) OR (c.occurred_at = r.at AND c.status = r.status)))
            """;

    private static final String SET_CONSENT =
            "UPDATE leads SET consent_status = ?, consent_expires_at = ? WHERE id = ?";

    private static final String IMPORTED = "imported from the earlier system";
    private static final String WITHOUT_RECORD = IMPORTED + ", where the lead has this status without a record of it";

    private final int impliedConsentMonths;

    OriginalConsents(int impliedConsentMonths) {
        this.impliedConsentMonths = impliedConsentMonths;
    }

    /**
     * Writes the consents that are missing here.
     *
     * @param held the status that the lead has here
     * @return the consents that were written
     */
    List<GivenConsent> save(Tx tx, List<GivenConsent> record, UUID lead, String slug, ConsentStatus held) {
        List<GivenConsent> written = new ArrayList<>();
        // A stronger consent, or a withdrawal, counts even if a form was sent here later.
        boolean counts = record.getLast().status().compareTo(held) > 0;
        Consent last = new Consent(ConsentStatus.PENDING, null);
        for (GivenConsent given : record) {
            if (given.status().compareTo(held) < 0) {
                continue;
            }
            boolean isWithdrawal = given.status() == ConsentStatus.WITHDRAWN;
            last = Consent.given(given.status(), given.at(), impliedConsentMonths);
            int rows = tx.update(
                    RECORD,
                    lead,
                    slug,
                    given.status().key(),
                    isWithdrawal ? "unsubscribe" : "form",
                    isWithdrawal ? null : given.source(),
                    isWithdrawal ? null : Consent.DEFAULT_PURPOSE,
                    reason(given, isWithdrawal),
                    given.at(),
                    last.expiresAt(),
                    OriginalText.hash(given.ipHash()),
                    counts);
            if (rows > 0) {
                written.add(given);
            }
        }
        if (!written.isEmpty()) {
            tx.update(SET_CONSENT, last.status().key(), last.expiresAt(), lead);
        }
        return written;
    }

    private static String reason(GivenConsent given, boolean isWithdrawal) {
        if (!given.isOnRecord()) {
            return WITHOUT_RECORD;
        }
        return isWithdrawal ? IMPORTED + ": " + given.source() : IMPORTED;
    }
}
