package com.altcontext.lead;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a lead may be written to for one purpose (CASL, S.C. 2010, c. 23, s. 6(1)(a) and 10).
 *
 * @param until when implied consent expires, or when it expired; null in all other cases
 */
public record MailPermission(
        Verdict verdict, Reason reason, @Nullable Instant until) {
    /** Whether a message may be sent. */
    public enum Verdict {
        MAY,
        /** Until implied consent ends. */
        MAY_UNTIL,
        MAY_NOT;

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The reason for the verdict. */
    public enum Reason {
        EXPRESS,
        IMPLIED,
        EXPIRED,
        PENDING,
        WITHDRAWN,
        /** Nothing is on record for this purpose. */
        NO_CONSENT,
        /** Only bots have sent the address. */
        BOT,
        /** No operator has accepted the lead yet ({@link LeadReview}). */
        IN_REVIEW;

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Joins, as {@code c}, the row of {@code consent_events} that holds for a purpose {@code p.purpose} of a lead
     * {@code l}.
     */
    public static final String JOIN_CONSENT =
            "LEFT JOIN consent_events AS c ON c.id = " + currentConsent("l.id", "p.purpose");

    /**
     * Whether {@code c} comes from a form, or does not exist. Other consent needs neither a form by a person nor a
     * review: an operator has it in writing, or the address has confirmed it.
     */
    static final String IS_BY_FORM = "coalesce(c.source, 'form') = 'form'";

    /** Whether {@code c} is express consent that an operator has in writing or the address has confirmed. */
    static final String IS_PROVEN = "c.status = 'express' AND c.source IN ('operator', 'confirmed')";

    /**
     * Two columns: whether {@code c} is on hold because only bots have sent {@code l}, and whether it is on hold
     * because {@code l} is in review.
     */
    public static final String ON_HOLD_COLUMNS = "l.is_bot AND %1$s, l.in_review AND %1$s".formatted(IS_BY_FORM);

    /** Whether the consent {@code c} of {@code l} is on hold for one of these reasons. */
    static final String IS_ON_HOLD = IS_BY_FORM + " AND c.status <> 'withdrawn' AND (l.is_bot OR l.in_review)";

    /**
     * The id of the row of {@code consent_events} that holds for a purpose of a lead: the newest row for that purpose
     * or for all purposes. A pending row holds only if there is no other: it asks for consent, but does not take any
     * away.
     */
    static String currentConsent(String lead, String purpose) {
        return """
            coalesce(
                greatest(
                    (SELECT max(e.id) FROM consent_events AS e
                     WHERE e.lead_id = %1$s AND e.purpose = %2$s AND e.status <> 'pending'),
                    (SELECT max(e.id) FROM consent_events AS e WHERE e.lead_id = %1$s AND e.purpose IS NULL)),
                (SELECT max(e.id) FROM consent_events AS e WHERE e.lead_id = %1$s AND e.purpose = %2$s))
            """.formatted(lead, purpose);
    }

    /**
     * @param consent for the purpose; null if none is on record
     * @param isBot the first of {@link #ON_HOLD_COLUMNS}
     * @param inReview the second of {@link #ON_HOLD_COLUMNS}
     */
    public static MailPermission of(@Nullable Consent consent, boolean isBot, boolean inReview, Instant at) {
        boolean isWithdrawn = consent != null && consent.status() == ConsentStatus.WITHDRAWN;
        if (isBot && !isWithdrawn) {
            return new MailPermission(Verdict.MAY_NOT, Reason.BOT, null);
        }
        if (consent == null) {
            return new MailPermission(Verdict.MAY_NOT, Reason.NO_CONSENT, null);
        }
        if (inReview && !isWithdrawn) {
            return new MailPermission(Verdict.MAY_NOT, Reason.IN_REVIEW, null);
        }
        Instant end = consent.expiresAt();
        return switch (consent.status()) {
            case PENDING -> new MailPermission(Verdict.MAY_NOT, Reason.PENDING, null);
            case WITHDRAWN -> new MailPermission(Verdict.MAY_NOT, Reason.WITHDRAWN, null);
            case EXPRESS -> new MailPermission(Verdict.MAY, Reason.EXPRESS, null);
            case IMPLIED ->
                end != null && !end.isAfter(at)
                        ? new MailPermission(Verdict.MAY_NOT, Reason.EXPIRED, end)
                        : new MailPermission(Verdict.MAY_UNTIL, Reason.IMPLIED, end);
        };
    }
}
