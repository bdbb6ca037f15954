package com.altcontext.value;

import java.net.URI;
import java.util.Optional;

/**
 * Checks URLs to which personal data is sent, or to which mails link: they must have {@code https}, or {@code http} and
 * be on this machine.
 */
public final class SecureUrl {
    private static final int MAX_PORT = 65_535;

    private SecureUrl() {}

    /** The URL without slashes at its end; empty if it breaks the rule. */
    public static Optional<URI> parse(String text) {
        try {
            URI url = URI.create(text.strip().replaceAll("/+$", ""));
            boolean local = "localhost".equals(url.getHost()) || "127.0.0.1".equals(url.getHost());
            boolean secure = "https".equals(url.getScheme()) || (local && "http".equals(url.getScheme()));
            boolean possible = url.getHost() != null && url.getPort() != 0 && url.getPort() <= MAX_PORT;
            return secure && possible && url.getRawUserInfo() == null && url.getRawFragment() == null
                    ? Optional.of(url)
                    : Optional.empty();
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    /** As {@link #parse}, for a URL to whose end paths are added: it has no query. */
    public static Optional<URI> parseBase(String text) {
        return parse(text).filter(url -> url.getRawQuery() == null);
    }

    /** The URL at which Fly serves an app that has no domain of its own. */
    public static URI ofFlyApp(String name) {
        return URI.create("https://" + name.strip() + ".fly.dev");
    }
}
