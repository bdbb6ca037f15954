package com.altcontext.visit;

import java.time.Instant;
import java.util.UUID;

/**
 * Where an event belongs.
 *
 * @param at when it is said to have happened: earlier than the event says where it came after the end of its session
 */
public record Placement(UUID sessionId, Instant at) {}
