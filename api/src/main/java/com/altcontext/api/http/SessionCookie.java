package com.altcontext.api.http;

import com.altcontext.access.SessionToken;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The session of an operator who has signed in to the dashboard: a cookie with a {@link SessionToken}. */
public final class SessionCookie {
    private final @Nullable SessionToken token;
    private final String name;
    private final String attributes;
    private final String scheme;
    private final InstantSource clock;

    /**
     * @param adminKey without it there is no session
     * @param https whether browsers reach the service by HTTPS: then the cookie has a name that only this very host can
     *     set (RFC 6265bis, section 4.1.3.2), and never travels in the open
     */
    public SessionCookie(Optional<String> adminKey, boolean https, InstantSource clock) {
        this.token = adminKey.map(key -> new SessionToken(key, clock)).orElse(null);
        this.name = https ? "__Host-altcontext-dashboard" : "altcontext-dashboard";
        this.attributes = "; Path=/; HttpOnly; SameSite=Strict" + (https ? "; Secure" : "");
        this.scheme = https ? "https" : "http";
        this.clock = clock;
    }

    /** @param setCookie the value of {@code Set-Cookie} */
    public record Begun(Instant expiresAt, String setCookie) {}

    /** Whose page sent a request. */
    public FetchSite fetchSite(HttpServerRequest request) {
        return FetchSite.of(request, scheme);
    }

    /** Begins a session, for an operator who has shown the admin key. */
    public Begun begin() {
        SessionToken signing = Objects.requireNonNull(token, "there is no session without an admin key");
        Instant end = clock.instant().plus(SessionToken.LENGTH).truncatedTo(ChronoUnit.SECONDS);
        String maxAge = "; Max-Age=" + SessionToken.LENGTH.toSeconds();
        return new Begun(end, name + '=' + signing.until(end) + maxAge + attributes);
    }

    /** What takes the cookie out of the browser, the value of {@code Set-Cookie}. */
    public String end() {
        return name + "=; Max-Age=0" + attributes;
    }

    /**
     * Until when the request's session lasts, or null if it has none that holds. Another cookie of the same name, such as
     * a sibling subdomain may set where there is no HTTPS, does not hide a good one.
     */
    public @Nullable Instant of(HttpServerRequest request) {
        SessionToken signed = token;
        return signed == null
                ? null
                : values(request)
                        .flatMap(value -> Stream.ofNullable(signed.verify(value)))
                        .max(Comparator.naturalOrder())
                        .orElse(null);
    }

    /** Whether the request has a cookie of that name, good or not. */
    boolean isClaimed(HttpServerRequest request) {
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
