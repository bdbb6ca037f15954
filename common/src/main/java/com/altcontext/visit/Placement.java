package com.altcontext.visit;

import java.time.Instant;
import java.util.UUID;

/**
 * Where an event belongs.
 *
 * @param at when it is said to have happened: not when the event says, where that is outside of its session
 * @param isBot whether its session is a bot's, and so is the event
 */
public record Placement(UUID sessionId, Instant at, boolean isBot) {}
