package com.altcontext.metrics.rollup;

import java.time.Duration;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * The result of rolling up a day.
 *
 * @param property the only property that was rolled up; null for all
 * @param events raw events that the figures were computed from, including those of bots
 */
public record RollupReceipt(LocalDate day, @Nullable String property, long events, Duration took) {}
