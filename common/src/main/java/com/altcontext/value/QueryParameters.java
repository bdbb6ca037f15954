package com.altcontext.value;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters in a URL's query, read by name and rule. A parameter that breaks its rule is reported as an issue and
 * then counts as absent, so that the others are still checked.
 */
public final class QueryParameters {
    private final Map<String, String> params;
    private final Issues issues;

    /** @param params the first value of each name */
    public QueryParameters(Map<String, String> params, Issues issues) {
        this.params = params;
        this.issues = issues;
    }

    public boolean has(String name) {
        return params.containsKey(name);
    }

    public @Nullable String text(String name) {
        return params.get(name);
    }

    /** A day, which is required: if it is missing or can't be read, this adds an issue and returns null. */
    public @Nullable LocalDate day(String name) {
        String text = params.get(name);
        try {
            if (text != null) {
                return LocalDate.parse(text.strip());
            }
        } catch (DateTimeParseException unreadable) {
            // reported below
        }
        issues.add(name, "must be a day like 2026-01-31");
        return null;
    }

    public int number(String name, int fallback, int max) {
        return number(name, fallback, max, "");
    }

    /** @param also is appended to the issue: what else than a number the parameter may be, with a comma before it */
    public int number(String name, int fallback, int max, String also) {
        String text = params.get(name);
        if (text == null) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= 1 && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        issues.add(name, "must be a whole number from 1 to " + max + also);
        return fallback;
    }

    /** @param fallback the value of an absent parameter */
    public boolean flag(String name, boolean fallback) {
        String text = params.get(name);
        return switch (text) {
            case "true", "yes", "on", "1" -> true;
            case null -> fallback;
            case "false", "no", "off", "0" -> false;
            default -> {
                issues.add(name, "must be true or false (or yes, no, on, off, 1, 0)");
                yield fallback;
            }
        };
    }
}
