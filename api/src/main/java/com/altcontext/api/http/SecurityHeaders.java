package com.altcontext.api.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The headers of every answer: the request's id, and those that keep browsers from misusing the answer. */
public final class SecurityHeaders {
    static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-request-id");

    private static final CharSequence NOSNIFF_NAME = HttpHeaders.createOptimized("x-content-type-options");
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
    private static final CharSequence CSP_NAME = HttpHeaders.createOptimized("content-security-policy");
    private static final CharSequence CSP = HttpHeaders.createOptimized("default-src 'none'; frame-ancestors 'none'");
    private static final CharSequence REFERRER_POLICY = HttpHeaders.createOptimized("referrer-policy");
    private static final CharSequence NO_REFERRER = HttpHeaders.createOptimized("no-referrer");
    /** As the contract writes it, which Vert.x's own constant does not. */
    private static final CharSequence ORIGIN = HttpHeaders.createOptimized("Origin");

    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence HSTS_NAME = HttpHeaders.createOptimized("strict-transport-security");
    private static final CharSequence HSTS = HttpHeaders.createOptimized("max-age=31536000");
    private static final int MAX_REQUEST_ID = 64;

    private final boolean onFly;

    /** @param onFly whether the platform's proxy speaks HTTPS with every client */
    public SecurityHeaders(boolean onFly) {
        this.onFly = onFly;
    }

    /** @param requestId the client's name for its request; replaced if it is not a short token */
    public void set(MultiMap headers, @Nullable String requestId) {
        // Ours must be unique in a log, not secret.
        String id = requestId != null && isShortToken(requestId)
                ? requestId
                : HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        headers.set(REQUEST_ID, id);
        headers.set(NOSNIFF_NAME, NOSNIFF);
        headers.set(CSP_NAME, CSP);
        headers.set(REFERRER_POLICY, NO_REFERRER);
        headers.set(HttpHeaders.CACHE_CONTROL, NO_STORE);
        headers.set(HttpHeaders.VARY, ORIGIN);
        if (onFly) {
            headers.set(HSTS_NAME, HSTS);
        }
    }

    private static boolean isShortToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!plain && c != '-' && c != '_' && c != '.') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= MAX_REQUEST_ID;
    }
}
