package com.altcontext.metrics;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * One day of a trend. A day without visitors, or without a rollup, is all zeros.
 *
 * @param newLeads null if they are unknown
 */
public record TrendPoint(
        LocalDate day,
        long uniqueVisitors,
        long pageViews,
        long sessions,
        @Nullable Long newLeads) {}
