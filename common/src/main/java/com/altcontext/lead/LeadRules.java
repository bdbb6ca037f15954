package com.altcontext.lead;

import java.time.Duration;

/**
 * What the operator decides about leads.
 *
 * @param heuristicLinking whether heuristic candidates are linked: visitors who share address and user agent with the lead's visitor
 * @param heuristicWindow how long before the capture a candidate may have been last seen
 * @param impliedConsentMonths calendar months after which implied consent ends; at least 1
 * @param outbox whether captures are to be passed on by the webhook
 */
public record LeadRules(boolean heuristicLinking, Duration heuristicWindow, int impliedConsentMonths, boolean outbox) {}
