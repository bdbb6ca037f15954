package com.altcontext.metrics;

import com.altcontext.value.Rejected;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

/**
 * Consecutive days in a property's time zone, both ends included. For several properties, each property's days are in
 * its own time zone.
 */
public record Window(LocalDate from, LocalDate to) {
    /** The maximum length of a window. */
    public static final int MAX_DAYS = 366;

    /** The first day that a window can have. */
    public static final LocalDate EARLIEST = LocalDate.of(1970, 1, 1);

    /** @throws Rejected if it ends before it begins, is too long, or begins before 1970 */
    public Window {
        if (to.isBefore(from)) {
            throw Rejected.of("to", "must not be before the first day");
        }
        if (from.isBefore(EARLIEST)) {
            throw Rejected.of("from", "must not be before " + EARLIEST);
        }
        if (ChronoUnit.DAYS.between(from, to) >= MAX_DAYS) {
            throw Rejected.of("from", "must begin a window of at most " + MAX_DAYS + " days");
        }
    }

    /**
     * The window from one day to another, at the latest today.
     *
     * @throws Rejected also if it ends after today
     */
    public static Window between(LocalDate from, LocalDate to, LocalDate today) {
        if (to.isAfter(today)) {
            throw Rejected.of("to", "must not be after today, which is " + today + " for the property");
        }
        return new Window(from, to);
    }

    /**
     * The last days that are over.
     *
     * @param days how many
     * @param today the current day, which is not over
     * @throws Rejected if the number is not from 1 to {@value #MAX_DAYS}
     */
    public static Window lastFull(int days, LocalDate today) {
        if (days < 1 || days > MAX_DAYS) {
            throw Rejected.of("window", "must be 1 to " + MAX_DAYS);
        }
        return new Window(today.minusDays(days), today.minusDays(1));
    }

    public int days() {
        return (int) ChronoUnit.DAYS.between(from, to) + 1;
    }

    /** Each of its days, in order. */
    public Stream<LocalDate> eachDay() {
        return from.datesUntil(to.plusDays(1));
    }

    /** Whether this is one of the window's days. */
    public boolean holds(LocalDate day) {
        return !day.isBefore(from) && !day.isAfter(to);
    }

    /** The equally long window that many days earlier. */
    public Window back(int days) {
        return new Window(from.minusDays(days), to.minusDays(days));
    }
}
