package com.altcontext.visit;

import java.time.Instant;
import java.util.UUID;

/**
 * The session that an event belongs to, and the time under which it is stored.
 *
 * @param at the event's own time, or a time within the session if its own lies outside
 * @param isBot whether the session is a bot's; the event is then stored as a bot's too
 */
public record Placement(UUID sessionId, Instant at, boolean isBot) {}
