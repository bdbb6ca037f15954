package com.altcontext.api.http;

import com.altcontext.access.DashboardSessions;
import com.altcontext.access.Secret;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The cookie of an operator who has signed in to the dashboard: the token of one of the {@link DashboardSessions}. */
public final class SessionCookie {
    /**
     * Another cookie with the same name, which a sibling subdomain could set without HTTPS, must not hide the valid
     * one.
     */
    private static final int MAX_TOKENS = 5;

    private final String name;
    private final String attributes;
    private final String scheme;

    /**
     * @param https whether browsers reach the service over HTTPS. If so, the cookie has a name that only this very host
     *     can set (RFC 6265bis, section 4.1.3.2), and is never sent without encryption.
     */
    public SessionCookie(boolean https) {
        this.name = https ? "__Host-altcontext-dashboard" : "altcontext-dashboard";
        this.attributes = "; Path=/; HttpOnly; SameSite=Strict" + (https ? "; Secure" : "");
        this.scheme = https ? "https" : "http";
    }

    /** Whose page sent a request. */
    public FetchSite fetchSite(HttpServerRequest request) {
        return FetchSite.of(request, scheme);
    }

    /** The value of {@code Set-Cookie} that stores a session. */
    public String set(Secret token) {
        return name + '=' + token.text() + "; Max-Age=" + DashboardSessions.LENGTH.toSeconds() + attributes;
    }

    /** The value of {@code Set-Cookie} that deletes the cookie. */
    public String remove() {
        return name + "=; Max-Age=0" + attributes;
    }

    /** The values of the request's cookies of that name that have the form of a token. */
    public List<Secret> tokens(HttpServerRequest request) {
        return values(request)
                .filter(Secret::isToken)
                .distinct()
                .limit(MAX_TOKENS)
                .map(Secret::new)
                .toList();
    }

    /** Whether the request has a cookie of that name, valid or not. */
    public boolean isPresent(HttpServerRequest request) {
        return values(request).findAny().isPresent();
    }

    private Stream<String> values(HttpServerRequest request) {
        return request.headers().getAll(HttpHeaders.COOKIE).stream()
                .flatMap(header -> Arrays.stream(header.split(";", -1)))
                .map(String::strip)
                .filter(pair -> pair.startsWith(name + '='))
                .map(pair -> pair.substring(name.length() + 1));
    }
}
