package com.altcontext.api.http;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads {@code Accept} headers (RFC 9110, section 12.5.1). */
final class AcceptHeader {
    /** As long as {@code q=0.123}; a longer text is no weight. */
    private static final int MAX_WEIGHT_LENGTH = 7;

    private AcceptHeader() {}

    /**
     * How much the client wants this very media type: from 0, not at all, to 1. A range does not count, so the weight
     * of a type that the header does not name is 0.
     */
    static double weight(@Nullable String accept, String type) {
        return accept == null
                ? 0
                : Arrays.stream(accept.toLowerCase(Locale.ROOT).split(",", -1))
                        .map(range -> range.replace(" ", "").split(";", -1))
                        .filter(range -> range[0].equals(type))
                        .mapToDouble(AcceptHeader::weight)
                        .max()
                        .orElse(0);
    }

    private static double weight(String[] parameters) {
        for (String parameter : parameters) {
            if (parameter.startsWith("q=") && parameter.length() <= MAX_WEIGHT_LENGTH) {
                try {
                    return Double.parseDouble(parameter.substring(2));
                } catch (NumberFormatException notANumber) {
                    return 1;
                }
            }
        }
        return 1;
    }
}
