package com.altcontext.api;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where a Redis is: {@code redis://user:password@host:6379/0}, or {@code rediss://} for TLS; all but the host may be left
 * out. The login is percent-encoded.
 */
record RedisUrl(boolean tls, String host, int port, Optional<String> user, Optional<String> password, int database) {
    private static final int DEFAULT_PORT = 6379;

    /** @throws IllegalArgumentException if it is no such address; the message holds nothing of it */
    static RedisUrl parse(String text) {
        URI uri = read(text);
        boolean tls = "rediss".equals(uri.getScheme());
        String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceFirst("^/", "");
        if ((!tls && !"redis".equals(uri.getScheme()))
                || uri.getHost() == null
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null
                || !path.matches("[0-9]{0,3}")) {
            throw unreadable();
        }
        String login = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        int colon = login.indexOf(':');
        if (colon < 0 && !login.isEmpty()) {
            throw unreadable(); // a name alone opens nothing
        }
        return new RedisUrl(
                tls,
                uri.getHost().replaceAll("[\\[\\]]", ""),
                uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                colon > 0 ? Optional.of(decoded(login.substring(0, colon))) : Optional.empty(),
                colon >= 0 ? Optional.of(decoded(login.substring(colon + 1))) : Optional.empty(),
                path.isEmpty() ? 0 : Integer.parseInt(path));
    }

    private static URI read(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw unreadable();
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static IllegalArgumentException unreadable() {
        return new IllegalArgumentException("not the address of a Redis");
    }

    /** Without the login. */
    @Override
    public String toString() {
        return (tls ? "rediss://" : "redis://") + host + ":" + port + "/" + database;
    }
}
