package com.altcontext.lead;

import java.time.Duration;

/**
 * What the operator decides about leads.
 *
 * @param heuristicLinking whether visitors who only look like the lead's own are linked
 * @param heuristicWindow how long before the capture they were last seen at most
 * @param impliedConsentMonths calendar months after which implied consent ends; at least 1
 * @param outbox whether captures are to be passed on by the webhook
 */
public record LeadRules(boolean heuristicLinking, Duration heuristicWindow, int impliedConsentMonths, boolean outbox) {}
