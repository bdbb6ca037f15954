package com.altcontext.lead;

import java.util.UUID;

/**
 * The outcome of a capture.
 *
 * @param heuristicLinksCreated the number of new links; 0 for a repeat
 * @param repeated whether it was the second click of a double click: the ids are those of the first
 */
public record Captured(UUID leadId, UUID visitorId, UUID sessionId, int heuristicLinksCreated, boolean repeated) {}
