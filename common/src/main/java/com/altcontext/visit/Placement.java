package com.altcontext.visit;

import java.time.Instant;
import java.util.UUID;

/**
 * The session that an event belongs to, and its time there.
 *
 * @param at the time that the event gets: its own, unless that is outside of the session
 * @param isBot whether its session is a bot's, and so is the event
 */
public record Placement(UUID sessionId, Instant at, boolean isBot) {}
