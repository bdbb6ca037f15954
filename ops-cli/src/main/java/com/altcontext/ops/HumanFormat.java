package com.altcontext.ops;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Numbers and times as people read them. */
final class HumanFormat {
    private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB"};
    private static final double STEP = 1024;

    private HumanFormat() {}

    /** {@code 1 204 300}. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
    }

    /** {@code 1 event}, {@code 2 events}. */
    static String count(long number, String of) {
        return count(number) + " " + of + (number == 1 ? "" : "s");
    }

    /** {@code 3.2 MB}, by steps of 1024, as PostgreSQL counts. */
    static String size(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= STEP && unit < UNITS.length - 1) {
            size /= STEP;
            unit++;
        }
        return (unit == 0 ? String.valueOf(bytes) : String.format(Locale.ROOT, "%.1f", size)) + " " + UNITS[unit];
    }

    /** To the second. */
    static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
