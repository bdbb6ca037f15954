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

    /** IDNA 2003 turns a name with one of these into the name of another host than IDNA 2008 and browsers do. */
    private static final Pattern MEANS_TWO_NAMES = Pattern.compile("[ßς\u200C\u200D]");

    private HostName() {}

    /**
     * The name in lower case and in its ASCII form (IDNA 2003, RFC 3490, as {@link IDN} implements it); null if it is
     * not the name of a host, or if it could mean two.
     */
    public static @Nullable String ascii(String name) {
        try {
            // Most names are in ASCII, and IDN would load its tables for them too.
            String ascii = name.chars().allMatch(c -> c < 128) ? name : encoded(name);
            String lower = ascii.toLowerCase(Locale.ROOT);
            return lower.length() <= MAX_LENGTH && SYNTAX.matcher(lower).matches() ? lower : null;
        } catch (IllegalArgumentException | IndexOutOfBoundsException unencodable) {
            return null;
        }
    }

    private static String encoded(String name) {
        if (MEANS_TWO_NAMES.matcher(name).find()) {
            throw new IllegalArgumentException("the name means two hosts");
        }
        return IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES);
    }
}
