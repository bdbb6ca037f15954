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
 * An ISO 8601 week, from Monday to Sunday, of days in a property's time zone.
 *
 * @param monday the first day of the week
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
     * @throws Rejected if it is not a week
     */
    public static ReportWeek parse(String text) {
        try {
            return new ReportWeek(LocalDate.parse(text + "-1", DateTimeFormatter.ISO_WEEK_DATE));
        } catch (DateTimeParseException unreadable) {
            throw Rejected.of("week", "must be a week like 2026-W47");
        }
    }

    /** @param today the current day, which is not over */
    public static ReportWeek lastFull(LocalDate today) {
        return new ReportWeek(
                today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).minusDays(DAYS));
    }

    /** Whether the week is not over yet in UTC. */
    public boolean isAfter(Instant now) {
        return end(ZoneOffset.UTC).isAfter(now);
    }

    /** The moment at which the week ends in a time zone. */
    Instant end(ZoneId zone) {
        return monday.plusDays(DAYS).atStartOfDay(zone).toInstant();
    }

    /** The text that {@link #parse} reads. */
    public String text() {
        return DateTimeFormatter.ISO_WEEK_DATE.format(monday).substring(0, "2026-W47".length());
    }

    public Window window() {
        return new Window(monday, monday.plusDays(DAYS - 1));
    }

    /** The week before. */
    Window before() {
        return window().back(DAYS);
    }
}
