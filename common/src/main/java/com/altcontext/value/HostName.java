package com.altcontext.value;

import java.net.IDN;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names of hosts: the syntax of RFC 1123, section 2.1, with the lengths of RFC 1035. */
public final class HostName {
    private static final int MAX_LENGTH = 253;

    private static final Pattern SYNTAX =
            Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*");

    private HostName() {}

    /**
     * The name in lower case and in its ASCII form (IDNA 2003, RFC 3490, as {@link IDN} implements it); null if it is
     * not the name of a host.
     */
    public static @Nullable String ascii(String name) {
        try {
            // Most names are in ASCII, and IDN would load its tables for them too.
            String ascii = name.chars().allMatch(c -> c < 128) ? name : IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES);
            String lower = ascii.toLowerCase(Locale.ROOT);
            return lower.length() <= MAX_LENGTH && SYNTAX.matcher(lower).matches() ? lower : null;
        } catch (IllegalArgumentException | IndexOutOfBoundsException unencodable) {
            return null;
        }
    }
}
