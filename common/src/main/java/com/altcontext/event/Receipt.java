package com.altcontext.event;

import java.util.UUID;

/** Under what ids an event is stored. */
public record Receipt(UUID eventId, UUID visitorId, UUID sessionId) {}
