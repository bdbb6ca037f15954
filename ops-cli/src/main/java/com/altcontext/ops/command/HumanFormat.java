package com.altcontext.ops.command;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers and times as people read them. */
public final class HumanFormat {
    private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB"};
    private static final double STEP = 1024;

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_./:@+~?&=%#-]+");
    private static final Pattern CONTROL =
            Pattern.compile("[\\p{Cc}\\u061C\\u200E\\u200F\\u2028-\\u202E\\u2066-\\u2069&&[^\t]]");

    private HumanFormat() {}

    /** {@code 1 204 300}. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
    }

    /** {@code 1 event}, {@code 2 events}. */
    public static String count(long number, String noun) {
        return count(number) + " " + noun + (number == 1 ? "" : "s");
    }

    /** {@code 3.2 MB}, by steps of 1024, as PostgreSQL counts. */
    public static String size(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= STEP && unit < UNITS.length - 1) {
            size /= STEP;
            unit++;
        }
        return (unit == 0 ? String.valueOf(bytes) : String.format(Locale.ROOT, "%.1f", size)) + " " + UNITS[unit];
    }

    /**
     * Formats text from outside for use in a line: unchanged if it is one word, else in quotation marks, so that it cannot be taken for
     * the line's own words.
     */
    public static String quoted(String text) {
        return WORD.matcher(text).matches() ? text : JsonOutput.of(text);
    }

    /**
     * Escapes control characters, which could command the terminal or begin another line, and characters that change the direction
     * of text. They are shown as in JSON.
     */
    static String visible(String line) {
        return CONTROL.matcher(line)
                .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0)));
    }

    /** A time to the second. */
    public static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
