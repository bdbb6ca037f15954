package com.altcontext.report;

import com.altcontext.metrics.Window;
import com.altcontext.value.Rejected;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAdjusters;

/**
 * Monday to Sunday, as ISO 8601 counts weeks, of a property's own days.
 *
 * @param monday its first day
 */
public record ReportWeek(LocalDate monday) {
    private static final int DAYS = 7;

    public ReportWeek {
        if (monday.getDayOfWeek() != DayOfWeek.MONDAY) {
            throw new IllegalArgumentException("a week begins on Monday");
        }
    }

    /**
     * @param text like {@code 2026-W47}
     * @throws Rejected if it is no week
     */
    public static ReportWeek parse(String text) {
        try {
            return new ReportWeek(LocalDate.parse(text + "-1", DateTimeFormatter.ISO_WEEK_DATE));
        } catch (DateTimeParseException unreadable) {
            throw Rejected.of("week", "must be a week like 2026-W47");
        }
    }

    /** @param today the day that is not over yet */
    public static ReportWeek lastFull(LocalDate today) {
        return new ReportWeek(
                today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).minusDays(DAYS));
    }

    /** Whether it is still to end by UTC. */
    public boolean isAfter(Instant now) {
        return end(ZoneOffset.UTC).isAfter(now);
    }

    /** The moment at which it ends in a zone. */
    Instant end(ZoneId zone) {
        return monday.plusDays(DAYS).atStartOfDay(zone).toInstant();
    }

    /** In the form that {@link #parse} reads. */
    public String text() {
        return DateTimeFormatter.ISO_WEEK_DATE.format(monday).substring(0, "2026-W47".length());
    }

    public Window window() {
        return new Window(monday, monday.plusDays(DAYS - 1));
    }

    /** The week before. */
    public Window before() {
        return window().back(DAYS);
    }
}
