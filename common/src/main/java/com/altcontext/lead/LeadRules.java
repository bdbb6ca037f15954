package com.altcontext.lead;

import java.time.Duration;

/**
 * The operator's settings for leads.
 *
 * @param heuristicLinking whether heuristic candidates are linked: visitors who share address and user agent with the lead's visitor
 * @param heuristicWindow how long before the capture a candidate may have been last seen
 * @param impliedConsentMonths calendar months after which implied consent ends; at least 1
 * @param messages who hears of captures
 */
public record LeadRules(
        boolean heuristicLinking, Duration heuristicWindow, int impliedConsentMonths, LeadMessages messages) {
    public static final int DEFAULT_IMPLIED_CONSENT_MONTHS = 6;

    /** The allowed values of {@code IMPLIED_CONSENT_MONTHS}. */
    public static final int MIN_IMPLIED_CONSENT_MONTHS = 1;

    public static final int MAX_IMPLIED_CONSENT_MONTHS = 24;

    /** Whether what the form says of consent holds only once the owner of the address confirms it. */
    boolean needConfirmation(Capture capture) {
        return messages.sendsMails() && capture.confirms() && capture.form().consent() == ConsentStatus.EXPRESS;
    }
}
