package com.altcontext.api.http;

import com.altcontext.ingest.RequestAttribution;
import com.altcontext.value.Issues;
import io.vertx.core.MultiMap;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * The fields in the query of an address, read by name and rule. One that breaks its rule is an issue, and reads as absent,
 * so that the others are still looked at.
 */
public final class QueryParameters {
    private final MultiMap params;
    private final Issues issues;

    private QueryParameters(MultiMap params, Issues issues) {
        this.params = params;
        this.issues = issues;
    }

    public static QueryParameters of(RequestContext request, Issues issues) {
        try {
            return new QueryParameters(request.request().params(), issues);
        } catch (IllegalArgumentException malformed) {
            issues.add("", "the query's percent signs must be followed by two digits");
            return new QueryParameters(MultiMap.caseInsensitiveMultiMap(), issues);
        }
    }

    public boolean has(String name) {
        return params.contains(name);
    }

    public @Nullable String text(String name) {
        return params.get(name);
    }

    /** Required. */
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
        issues.add(name, "must be a whole number from 1 to " + max);
        return fallback;
    }

    /** Absent is false. */
    public boolean flag(String name) {
        String text = params.get(name);
        return switch (text) {
            case "true", "yes", "on", "1" -> true;
            case null -> false;
            case "false", "no", "off", "0" -> false;
            default -> {
                issues.add(name, "must be true or false (or yes, no, on, off, 1, 0)");
                yield false;
            }
        };
    }

    /**
     * The slug that {@code propertyId} names, or null if it is absent.
     *
     * @throws com.altcontext.ingest.Unavailable if the database was never there
     */
    public @Nullable String property(RequestAttribution known) {
        String slug = params.get("propertyId");
        if (slug != null && known.property(slug) == null) {
            issues.add("propertyId", "is not a known property");
        }
        return slug;
    }

    /**
     * The same, or the default property where none is named; null for all together.
     *
     * @throws com.altcontext.ingest.Unavailable if the database was never there
     */
    public @Nullable String property(RequestAttribution known, @Nullable String fallback) {
        String slug = property(known);
        if (slug == null && fallback != null && known.property(fallback) == null) {
            issues.add("propertyId", "is absent, and ROLLUP_DEFAULT_PROPERTY_ID is not a known property");
        }
        return slug == null ? fallback : slug;
    }
}
