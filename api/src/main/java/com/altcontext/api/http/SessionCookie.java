package com.altcontext.api.http;

import com.altcontext.value.HmacSha256;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The session of an operator who has signed in to the dashboard: a cookie that says until when it lasts, with an HMAC-SHA256 of
 * that. Nothing is stored, so every machine knows it; the signing key is derived from the admin key, so a new admin key
 * ends all sessions.
 */
public final class SessionCookie {
    public static final Duration LENGTH = Duration.ofHours(8);

    /** One that lasts longer than this beyond its length was signed by a clock that was wrong, and is not believed. */
    private static final Duration MAX_SKEW = Duration.ofMinutes(10);

    private static final byte VERSION = 1;
    private static final int NONCE_BYTES = 16;
    private static final int SIGNED_BYTES = 1 + Long.BYTES + NONCE_BYTES;
    private static final int MAC_BYTES = HmacSha256.LENGTH;

    /** Base64 of all of it, which needs no padding. */
    private static final int CHARACTERS = (SIGNED_BYTES + MAC_BYTES) / 3 * 4;

    private final @Nullable HmacSha256 key;
    private final String name;
    private final String attributes;
    private final String scheme;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param adminKey without it there is no session
     * @param https whether browsers reach the service by HTTPS: then the cookie has a name that only this very host can
     *     set (RFC 6265bis, section 4.1.3.2), and never travels in the open
     */
    public SessionCookie(Optional<String> adminKey, boolean https, InstantSource clock) {
        this.key = adminKey.map(secret -> new HmacSha256(new HmacSha256(secret).of("altcontext.dashboard")))
                .orElse(null);
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
        HmacSha256 signing = Objects.requireNonNull(key, "there is no session without an admin key");
        Instant expiresAt = clock.instant().plus(LENGTH).truncatedTo(ChronoUnit.SECONDS);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] signed = ByteBuffer.allocate(SIGNED_BYTES)
                .put(VERSION)
                .putLong(expiresAt.getEpochSecond())
                .put(nonce)
                .array();
        byte[] value = ByteBuffer.allocate(SIGNED_BYTES + MAC_BYTES)
                .put(signed)
                .put(signing.of(signed))
                .array();
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(value);
        return new Begun(expiresAt, name + '=' + text + "; Max-Age=" + LENGTH.toSeconds() + attributes);
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
        Instant latest = null;
        for (String header : request.headers().getAll(HttpHeaders.COOKIE)) {
            for (String pair : header.split(";", -1)) {
                Instant end = isOurs(pair) ? verify(pair.strip().substring(name.length() + 1)) : null;
                if (end != null && (latest == null || end.isAfter(latest))) {
                    latest = end;
                }
            }
        }
        return latest;
    }

    /** Whether the request has a cookie of that name, good or not. */
    boolean isClaimed(HttpServerRequest request) {
        return request.headers().getAll(HttpHeaders.COOKIE).stream()
                .flatMap(header -> Arrays.stream(header.split(";", -1)))
                .anyMatch(this::isOurs);
    }

    private boolean isOurs(String pair) {
        return pair.strip().startsWith(name + '=');
    }

    private @Nullable Instant verify(String value) {
        if (key == null || value.length() != CHARACTERS) {
            return null;
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(value);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
        // Fewer, where the last characters are padding.
        if (bytes.length != SIGNED_BYTES + MAC_BYTES || bytes[0] != VERSION) {
            return null;
        }
        byte[] signed = Arrays.copyOf(bytes, SIGNED_BYTES);
        if (!MessageDigest.isEqual(key.of(signed), Arrays.copyOfRange(bytes, SIGNED_BYTES, bytes.length))) {
            return null;
        }
        Instant end =
                Instant.ofEpochSecond(ByteBuffer.wrap(signed, 1, Long.BYTES).getLong());
        Instant now = clock.instant();
        return end.isAfter(now) && !end.isAfter(now.plus(LENGTH).plus(MAX_SKEW)) ? end : null;
    }
}
