package com.altcontext.lead;

import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The consent of a lead. It rises from pending to implied to express: a weaker status never replaces a stronger one.
 * It can be withdrawn at any time. A form cannot end a withdrawal, since a stranger can fill it in; a confirmation by
 * mail and {@link OperatorConsent} can.
 *
 * @param expiresAt when implied consent expires; null for every other status
 */
public record Consent(ConsentStatus status, @Nullable Instant expiresAt) {
    /** The purpose of a consent if the form does not name one (CASL, S.C. 2010, c. 23, s. 10(1)(a)). */
    public static final String DEFAULT_PURPOSE = "newsletter";

    /** In characters. */
    public static final int MAX_PURPOSE = 255;

    /** In characters, of the reason that is kept in the record of consent. */
    public static final int MAX_REASON = 512;

    /**
     * The consent that is given at a time.
     *
     * @param impliedMonths how many months implied consent lasts, in the UTC calendar: six after an inquiry (CASL s.
     *     10(10)(e)); it expires on the last day of the last month if that month is too short
     */
    public static Consent given(ConsentStatus status, Instant at, int impliedMonths) {
        boolean ends = status == ConsentStatus.IMPLIED;
        return new Consent(
                status,
                ends ? at.atOffset(ZoneOffset.UTC).plusMonths(impliedMonths).toInstant() : null);
    }

    /** Whether a status that is given now is recorded: it changes this consent, or grants the same consent again. */
    boolean isChangedBy(ConsentStatus given) {
        return switch (status) {
            case PENDING, IMPLIED -> given != ConsentStatus.PENDING;
            case EXPRESS -> given == ConsentStatus.EXPRESS || given == ConsentStatus.WITHDRAWN;
            case WITHDRAWN -> false;
        };
    }

    /** The consent that holds after another was given. A renewal that arrives late does not shorten a later one. */
    Consent after(Consent given) {
        if (!isChangedBy(given.status)) {
            return this;
        }
        boolean longer = expiresAt != null && given.expiresAt != null && expiresAt.isAfter(given.expiresAt);
        return longer ? this : given;
    }
}
