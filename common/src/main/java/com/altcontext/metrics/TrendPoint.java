package com.altcontext.metrics;

import java.time.LocalDate;

/** One day of a trend. A day without visitors, or without a rollup, is all zeros. */
public record TrendPoint(LocalDate day, long uniqueVisitors, long pageViews, long sessions, long newLeads) {}
