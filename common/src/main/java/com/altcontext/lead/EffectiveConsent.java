package com.altcontext.lead;

import com.altcontext.db.Tx;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A lead's consent at a given time: its {@link ConsentStatus}, except that implied consent whose time is over permits no
 * message any more (CASL, S.C. 2010, c. 23, s. 10(10)), and that of a lead in review is pending ({@link LeadReview}).
 */
public enum EffectiveConsent {
    PENDING,
    /** Still running. */
    IMPLIED,
    EXPIRED,
    EXPRESS,
    WITHDRAWN;

    /** Of a row of {@code leads}; its only parameter is the moment. */
    public static final String SQL = "CASE WHEN in_review AND consent_status <> 'withdrawn' THEN 'pending'"
            + " WHEN consent_status = 'implied' AND consent_expires_at <= ? THEN 'expired' ELSE consent_status END";

    /** Whether the lead may be written to; of a row of {@code leads}, and its only parameter is the moment. */
    public static final String IS_MAILABLE = SQL + " IN ('express', 'implied')";

    private static final String COUNT = "SELECT " + SQL
            + ", count(*) FROM leads WHERE NOT is_bot AND (?::text IS NULL OR property_id = ?) GROUP BY 1";

    private final String key = name().toLowerCase(Locale.ROOT);

    /** As it is written and asked for. */
    public String key() {
        return key;
    }

    /** The one with this key, or null if there is none. */
    public static @Nullable EffectiveConsent ofKey(String key) {
        for (EffectiveConsent effective : values()) {
            if (effective.key.equals(key)) {
                return effective;
            }
        }
        return null;
    }

    /**
     * How many leads have each, zeros included. Leads that only bots sent are left out.
     *
     * @param propertyId null for all properties
     */
    public static Map<EffectiveConsent, Long> count(Tx tx, @Nullable String propertyId, Instant at) {
        Map<EffectiveConsent, Long> counts = new EnumMap<>(EffectiveConsent.class);
        for (EffectiveConsent effective : values()) {
            counts.put(effective, 0L);
        }
        tx.each(
                COUNT,
                row -> counts.put(valueOf(row.text(1).toUpperCase(Locale.ROOT)), row.number(2)),
                at,
                propertyId,
                propertyId);
        return counts;
    }
}
