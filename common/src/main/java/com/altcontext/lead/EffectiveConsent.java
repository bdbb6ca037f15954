package com.altcontext.lead;

import com.altcontext.db.Tx;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A lead's consent at a given time. It is the {@link ConsentStatus}, with two exceptions: implied consent that has
 * expired permits no message any more (CASL, S.C. 2010, c. 23, s. 10(10)), and the consent that forms give for a lead
 * in review counts as pending ({@link LeadReview}).
 */
public enum EffectiveConsent {
    PENDING,
    /** Implied consent that has not expired. */
    IMPLIED,
    EXPIRED,
    EXPRESS,
    WITHDRAWN;

    /**
     * An SQL expression on a row {@code l} of {@code leads}. Its only parameter is the time. Consent that is proven
     * needs no review, as in {@link MailPermission}. Any proven row is enough, since after a withdrawal only a proven
     * consent makes the status express again.
     */
    public static final String SQL = "CASE WHEN l.in_review AND l.consent_status <> 'withdrawn' AND NOT ("
            + "l.consent_status = 'express' AND EXISTS (SELECT FROM consent_events AS c WHERE c.lead_id = l.id AND "
            + MailPermission.IS_PROVEN + ")) THEN 'pending'"
            + " WHEN l.consent_status = 'implied' AND l.consent_expires_at <= ? THEN 'expired' ELSE l.consent_status END";

    /**
     * An SQL expression on a row {@code l} of {@code leads}: when its consent ends or ended. Null for a lead in review:
     * its implied consent counts as pending, and its proven consent has no end.
     */
    public static final String EXPIRES_AT_SQL = "CASE WHEN NOT l.in_review THEN l.consent_expires_at END";

    /**
     * An SQL condition on a row {@code l} of {@code leads}: whether the lead may be written to. Its only parameter is
     * the time.
     */
    public static final String IS_MAILABLE = SQL + " IN ('express', 'implied')";

    private static final String COUNT = "SELECT " + SQL
            + ", count(*) FROM leads AS l WHERE NOT is_bot AND (?::text IS NULL OR property_id = ?) GROUP BY 1";

    private final String key = name().toLowerCase(Locale.ROOT);

    /** Its name in requests and answers. */
    public String key() {
        return key;
    }

    /** The value with this key, or null if there is none. */
    public static @Nullable EffectiveConsent named(String key) {
        for (EffectiveConsent effective : values()) {
            if (effective.key.equals(key)) {
                return effective;
            }
        }
        return null;
    }

    /**
     * The number of leads with each value, including zeros. Leads that only bots sent are left out.
     *
     * @param propertyId null for all properties
     */
    public static Map<EffectiveConsent, Long> count(Tx tx, @Nullable String propertyId, Instant at) {
        Map<EffectiveConsent, Long> counts = new EnumMap<>(EffectiveConsent.class);
        for (EffectiveConsent effective : values()) {
            counts.put(effective, 0L);
        }
        var _ = tx.query(Tx.WITHOUT_JIT, row -> row.text(1));
        tx.each(
                COUNT,
                row -> counts.put(valueOf(row.text(1).toUpperCase(Locale.ROOT)), row.number(2)),
                at,
                propertyId,
                propertyId);
        return counts;
    }
}
