package com.altcontext.value;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object from a client, read by name and rule. A field that breaks its rule is reported as an
 * issue and then counts as absent, so that the others are still checked. Null counts as absent. Values are those of
 * JSON: {@link Map} by name, {@link List}, {@link String}, {@link Number}, {@link Boolean}.
 */
public final class Fields {
    private static final Pattern NUMERIC = Pattern.compile("[+-]?\\d{1,20}(\\.\\d{1,20})?([eE][+-]?\\d{1,2})?");

    private final Map<?, ?> object;
    private final String prefix;
    private final Issues issues;

    private Fields(@Nullable Object value, String prefix, Issues issues) {
        this.object = value instanceof Map<?, ?> map ? map : Map.of();
        this.prefix = prefix;
        this.issues = issues;
    }

    public static Fields of(@Nullable Object value, Issues issues) {
        if (!(value instanceof Map)) {
            issues.add("", "must be a JSON object");
        }
        return new Fields(value, "", issues);
    }

    /** The fields of a nested object; if the object is absent, all of them are. */
    public Fields object(String name) {
        Object value = value(name);
        if (value != null && !(value instanceof Map)) {
            issue(name, "must be an object");
        }
        return new Fields(value, prefix + name + '.', issues);
    }

    public boolean has(String name) {
        return value(name) != null;
    }

    /** @return the trimmed text; empty, after adding an issue, if it is missing or breaks the rule */
    public String text(String name, int min, int max) {
        if (!has(name)) {
            issue(name, "is required");
            return "";
        }
        String text = optionalText(name, min, max);
        return text == null ? "" : text;
    }

    public @Nullable String optionalText(String name, int min, int max) {
        Object value = value(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof String sent)) {
            issue(name, "must be a string");
            return null;
        }
        String text = sent.strip();
        String fault = Text.lengthFault(text, min, max);
        if (fault != null) {
            issue(name, fault);
            return null;
        }
        // Text that cannot be stored was already reported when the body was read.
        return text;
    }

    public @Nullable Boolean flag(String name) {
        Object value = value(name);
        if (value != null && !(value instanceof Boolean)) {
            issue(name, "must be true or false");
        }
        return value instanceof Boolean flag ? flag : null;
    }

    /** A number, which may also be written as a string. */
    public @Nullable Double number(String name, long min, long max) {
        Object value = value(name);
        if (value == null) {
            return null;
        }
        double number = numberOf(value);
        boolean within = number >= min && number <= max;
        if (!within) {
            issue(name, "must be a number from " + min + " to " + max);
            return null;
        }
        return number;
    }

    /** Like {@link #number}, but a number over the maximum counts as the maximum. */
    public @Nullable Double numberUpTo(String name, long min, long max) {
        boolean isBeyond = numberOf(value(name)) > max;
        return isBeyond ? Double.valueOf((double) max) : number(name, min, max);
    }

    private static double numberOf(@Nullable Object value) {
        return switch (value) {
            case Number number -> number.doubleValue();
            case String text when NUMERIC.matcher(text.strip()).matches() -> Double.parseDouble(text.strip());
            case null, default -> Double.NaN;
        };
    }

    public @Nullable UUID uuid(String name) {
        String text = optionalText(name, 0, Integer.MAX_VALUE);
        if (text == null) {
            return null;
        }
        if (!isUuid(text)) {
            issue(name, "must be a UUID");
            return null;
        }
        return UUID.fromString(text);
    }

    /** {@link UUID#fromString} alone would accept shortened groups. */
    private static boolean isUuid(String text) {
        for (int i = 0; i < text.length(); i++) {
            boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
            if (hyphen ? text.charAt(i) != '-' : Character.digit(text.charAt(i), 16) < 0 || text.charAt(i) > 'f') {
                return false;
            }
        }
        return text.length() == 36;
    }

    /** Whether a honeypot is filled in: a field that people leave empty. */
    public boolean isFilled(String name) {
        Object value = value(name);
        return value != null && !(value instanceof String text && text.isBlank());
    }

    /**
     * An object of any content, as JSON text; null if it is missing.
     *
     * @param maxKeys the most keys that it may have, with those of nested objects
     */
    public @Nullable String document(String name, int maxKeys) {
        Object value = value(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Map)) {
            issue(name, "must be an object");
            return null;
        }
        if (keys(value) > maxKeys) {
            issue(name, "must not hold more than " + maxKeys + " keys");
            return null;
        }
        StringBuilder json = new StringBuilder(256);
        JsonText.write(json, value);
        return json.toString();
    }

    private static int keys(@Nullable Object value) {
        int keys = value instanceof Map<?, ?> map ? map.size() : 0;
        for (Object child : children(value)) {
            keys += keys(child);
        }
        return keys;
    }

    private static Collection<?> children(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> map.values();
            case List<?> list -> list;
            case null, default -> List.of();
        };
    }

    public @Nullable Object value(String name) {
        return object.get(name);
    }

    /** A number, boolean or string as text; empty for an object or a list. */
    public String plain(String name, String fallback) {
        Object value = value(name);
        return value == null ? fallback : value instanceof Map || value instanceof List ? "" : value.toString();
    }

    public void issue(String name, String message) {
        issues.add(prefix + name, message);
    }
}
