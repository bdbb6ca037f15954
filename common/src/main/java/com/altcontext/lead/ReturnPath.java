package com.altcontext.lead;

import com.altcontext.value.Text;
import com.altcontext.value.UrlEncoded;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the browser goes after a form post without a script: a path on the site that it came from, and never anywhere
 * else (CWE-601, open redirect; CWE-113, header injection).
 */
public final class ReturnPath {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private ReturnPath() {}

    /**
     * The value of {@code Location}.
     *
     * @param path the path that the form names
     * @param origin the {@link #pageOrigin}; if it is not allowed, the value is the path alone
     */
    public static String location(@Nullable String path, @Nullable String origin, Set<String> allowedOrigins) {
        String safe = path != null && isPathOnThisSite(path) ? encoded(path) : "/";
        boolean allowed = origin != null && allowedOrigins.contains(origin.toLowerCase(Locale.ROOT));
        return allowed ? origin + safe : safe;
    }

    /**
     * The origin of the page that sent a form; null if neither header says.
     *
     * @param origin the header {@code Origin}
     * @param referer the header {@code Referer}
     */
    public static @Nullable String pageOrigin(@Nullable String origin, @Nullable String referer) {
        if (origin != null && !origin.equals("null")) {
            return origin;
        }
        if (referer == null) {
            return null;
        }
        try {
            URI page = URI.create(referer);
            return page.getScheme() == null || page.getRawAuthority() == null
                    ? null
                    : page.getScheme() + "://" + page.getRawAuthority();
        } catch (IllegalArgumentException unreadable) {
            return null;
        }
    }

    private static boolean isPathOnThisSite(String path) {
        if (!path.startsWith("/") || path.indexOf('\\') >= 0 || path.startsWith("//")) {
            return false;
        }
        return path.chars().noneMatch(Character::isISOControl) && Text.isStorable(path);
    }

    /**
     * The path in ASCII. Every character that is not allowed in a URL is percent-encoded as UTF-8 (RFC 3986, section
     * 2.1), and so is a percent sign that does not encode anything.
     */
    private static String encoded(String path) {
        StringBuilder address = new StringBuilder(path.length());
        for (byte b : UrlEncoded.wellFormed(path).getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (c > ' ' && c < 0x7F && "\"<>^`{|}".indexOf(c) < 0) {
                address.append(c);
            } else {
                address.append('%').append(HEX.toHexDigits(b));
            }
        }
        return address.toString();
    }
}
