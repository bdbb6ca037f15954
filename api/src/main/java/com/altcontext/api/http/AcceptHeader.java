package com.altcontext.api.http;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads {@code Accept} headers. */
final class AcceptHeader {
    private AcceptHeader() {}

    /** Whether the header names this very media type: a range does not count, nor does {@code q=0}. */
    static boolean names(@Nullable String accept, String type) {
        return accept != null
                && Arrays.stream(accept.toLowerCase(Locale.ROOT).split(",", -1))
                        .map(range -> range.replace(" ", "").split(";", -1))
                        .anyMatch(range ->
                                range[0].equals(type) && Arrays.stream(range).noneMatch(AcceptHeader::isZeroWeight));
    }

    /** Without a regular expression: a malicious header could make one take a second. */
    private static boolean isZeroWeight(String parameter) {
        return parameter.startsWith("q=0") && parameter.chars().skip(2).allMatch(digit -> digit == '0' || digit == '.');
    }
}
