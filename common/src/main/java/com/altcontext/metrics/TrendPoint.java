package com.altcontext.metrics;

import java.time.LocalDate;

/** One day of a trend; a day that nobody visited, or that was not rolled up, is all zeros. */
public record TrendPoint(LocalDate day, long uniqueVisitors, long pageViews, long sessions, long newLeads) {}
