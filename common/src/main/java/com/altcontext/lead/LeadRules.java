package com.altcontext.lead;

import java.time.Duration;

/**
 * The operator's settings for leads.
 *
 * @param heuristicLinking whether a lead is linked to other visitors with the same address and user agent as its
 *     visitor
 * @param heuristicWindow how long before the capture such a visitor may have been last seen
 * @param impliedConsentMonths calendar months after which implied consent ends; at least 1
 * @param messages who is notified of captures
 */
public record LeadRules(
        boolean heuristicLinking, Duration heuristicWindow, int impliedConsentMonths, LeadMessages messages) {
    public static final int DEFAULT_IMPLIED_CONSENT_MONTHS = 6;

    /** The allowed values of {@code IMPLIED_CONSENT_MONTHS}. */
    public static final int MIN_IMPLIED_CONSENT_MONTHS = 1;

    public static final int MAX_IMPLIED_CONSENT_MONTHS = 24;

    /** Whether the consent that the form gives holds only once the owner of the address confirms it. */
    boolean requireConfirmation(Capture capture) {
        return messages.sendsMails() && capture.confirms() && capture.form().consent() == ConsentStatus.EXPRESS;
    }
}
