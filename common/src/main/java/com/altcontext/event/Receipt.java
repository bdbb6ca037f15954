package com.altcontext.event;

import java.util.UUID;

/** The ids that an event is stored under. */
public record Receipt(UUID eventId, UUID visitorId, UUID sessionId) {}
