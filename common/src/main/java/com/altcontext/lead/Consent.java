package com.altcontext.lead;

import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The consent of a lead, from pending over implied to express. A weaker status never replaces a stronger one;
 * anything may be withdrawn, and what was withdrawn stays so whatever a form says, since a stranger can fill one in
 * ({@link OperatorConsent} ends it).
 *
 * @param expiresAt when implied consent ends by itself; null for every other status
 */
public record Consent(ConsentStatus status, @Nullable Instant expiresAt) {
    /** What a consent is for if the form does not say (CASL, S.C. 2010, c. 23, s. 10(1)(a)). */
    public static final String DEFAULT_PURPOSE = "newsletter";

    /**
     * The consent that is given at a time.
     *
     * @param impliedMonths calendar months that implied consent lasts, by the UTC calendar: six after an inquiry (CASL
     *     s. 10(10)(e)); a day that the last month lacks is its last day
     */
    public static Consent given(ConsentStatus status, Instant at, int impliedMonths) {
        boolean ends = status == ConsentStatus.IMPLIED;
        return new Consent(
                status,
                ends ? at.atOffset(ZoneOffset.UTC).plusMonths(impliedMonths).toInstant() : null);
    }

    /** Whether a status given now is recorded: it changes this one, or grants the same again. */
    public boolean isChangedBy(ConsentStatus given) {
        return switch (status) {
            case PENDING -> given != ConsentStatus.PENDING;
            case IMPLIED -> given != ConsentStatus.PENDING;
            case EXPRESS -> given == ConsentStatus.EXPRESS || given == ConsentStatus.WITHDRAWN;
            case WITHDRAWN -> false;
        };
    }

    /** The consent that holds afterwards. A renewal that arrives late does not shorten one that was renewed since. */
    public Consent after(Consent given) {
        if (!isChangedBy(given.status)) {
            return this;
        }
        boolean longer = expiresAt != null && given.expiresAt != null && expiresAt.isAfter(given.expiresAt);
        return longer ? this : given;
    }
}
