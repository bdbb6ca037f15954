package com.altcontext.attribution;

import java.net.IDN;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the host of a referrer. {@link java.net.URI} is not used, since it refuses much of what browsers send (spaces,
 * bars, underscores in hosts). Whatever follows the host is ignored.
 */
public final class ReferrerHost {
    private static final int MAX_HOST = 253;
    private static final int MAX_LABEL = 63;
    private static final String[] SCHEMES = {"https://", "http://", "//", "android-app://"};

    private ReferrerHost() {}

    /**
     * The host of an absolute {@code http}, {@code https} or {@code android-app} URL, or of one without a scheme
     * ({@code //host/path}): in lower case, IDN as ASCII, without user, port and final dot.
     *
     * @return null when there is no host or it cannot be read; never throws
     */
    public static @Nullable String of(@Nullable String referrer) {
        if (referrer == null) {
            return null;
        }
        String url = referrer.strip();
        int start = afterScheme(url);
        if (start < 0) {
            return null;
        }
        int end = start;
        while (end < url.length() && !endsHost(url.charAt(end))) {
            end++;
        }
        // The user name ends at the last @: in http://google.com@evil.com/ the host is evil.com.
        int at = url.lastIndexOf('@', end - 1);
        return normal(withoutPort(url.substring(at >= start ? at + 1 : start, end)));
    }

    /**
     * The host of a page as its script reports it, with or without a port. If it cannot be a host, it is only
     * lower-cased.
     */
    public static String ofPage(String hostname) {
        String host = normal(withoutPort(hostname));
        return host == null ? hostname.toLowerCase(Locale.ROOT) : host;
    }

    /**
     * Whether the host is the domain or a subdomain of it, by whole labels: {@code netflix.com} is not in
     * {@code x.com}.
     */
    static boolean within(String host, String domain) {
        return host.endsWith(domain)
                && !domain.isEmpty()
                && (host.length() == domain.length() || host.charAt(host.length() - domain.length() - 1) == '.');
    }

    /** A host without a port, in the form of {@link #of}; null if it can't be a host. */
    static @Nullable String normal(@Nullable String host) {
        if (host == null) {
            return null;
        }
        String bare = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (bare.isEmpty() || bare.length() > MAX_HOST) {
            return null;
        }
        if (bare.startsWith("[")) {
            return isBracketedAddress(bare) ? bare.toLowerCase(Locale.ROOT) : null;
        }
        String ascii = isAscii(bare) ? bare : toAscii(bare);
        return ascii != null && isHost(ascii) ? ascii.toLowerCase(Locale.ROOT) : null;
    }

    private static boolean endsHost(char c) {
        return c == '/' || c == '\\' || c == '?' || c == '#';
    }

    private static int afterScheme(String url) {
        for (String scheme : SCHEMES) {
            if (url.regionMatches(true, 0, scheme, 0, scheme.length())) {
                return scheme.length();
            }
        }
        return -1;
    }

    private static @Nullable String withoutPort(String authority) {
        int colon = authority.indexOf(':', Math.max(0, authority.indexOf(']')));
        if (colon < 0) {
            return authority;
        }
        for (int i = colon + 1; i < authority.length(); i++) {
            if (!isDigit(authority.charAt(i))) {
                return null;
            }
        }
        return authority.substring(0, colon);
    }

    private static @Nullable String toAscii(String host) {
        try {
            return IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
        } catch (RuntimeException e) {
            // IDN documents IllegalArgumentException, but has thrown others on hostile labels.
            return null;
        }
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHost(String host) {
        int label = 0;
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c == '.' ? label == 0 : !(isLetter(c) || isDigit(c) || c == '-' || c == '_')) {
                return false;
            }
            label = c == '.' ? 0 : label + 1;
            if (label > MAX_LABEL) {
                return false;
            }
        }
        return label > 0 && host.length() <= MAX_HOST;
    }

    private static boolean isBracketedAddress(String host) {
        return host.endsWith("]")
                && host.chars().filter(c -> c == ':').count() >= 2
                && host.substring(1, host.length() - 1)
                        .chars()
                        .allMatch(c -> Character.digit(c, 16) >= 0 || c == ':' || c == '.');
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
