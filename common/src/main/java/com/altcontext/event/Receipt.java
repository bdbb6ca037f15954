package com.altcontext.event;

import java.util.UUID;

/** The ids under which an event is stored. */
public record Receipt(UUID eventId, UUID visitorId, UUID sessionId) {}
