package com.altcontext.ops.command;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/** A day on the command line, like {@code 2026-01-31}. */
public final class DayArgument {
    /** {@link LocalDate#parse} also takes longer years with a sign, and no day follows the last of them. */
    private static final Pattern FORM = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

    private DayArgument() {}

    /** Empty if the text is not a day, or its year has not four digits. */
    public static Optional<LocalDate> parse(String text) {
        if (!FORM.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDate.parse(text));
        } catch (DateTimeParseException notInTheCalendar) {
            return Optional.empty();
        }
    }
}
