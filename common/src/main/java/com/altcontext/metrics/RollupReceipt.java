package com.altcontext.metrics;

import java.time.Duration;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * The result of rolling up a day.
 *
 * @param property the one that was asked for; null if all
 * @param events raw events that it was computed from, bots included
 */
public record RollupReceipt(LocalDate day, @Nullable String property, long events, Duration took) {}
