package com.altcontext.api.http;

import com.altcontext.client.Limit;
import com.altcontext.client.RateLimiter;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The operator's key, which holds every {@link Scope}. */
public final class AdminKey {
    static final CharSequence HEADER = HttpHeaders.createOptimized("x-admin-key");

    private final byte @Nullable [] key;
    private final RateLimiter limiter;

    public AdminKey(Optional<String> key, RateLimiter limiter) {
        this.key = key.map(text -> text.getBytes(StandardCharsets.UTF_8)).orElse(null);
        this.limiter = limiter;
    }

    /** The answer to a request that shows no key; it does not count as an attempt. */
    public Problem problemWithoutAttempt() {
        return key == null ? Problem.ADMIN_AUTH_NOT_CONFIGURED : Problem.UNAUTHORIZED;
    }

    /**
     * Judges one attempt, in a time that does not depend on how much of the key was right. A client that has failed too often
     * is refused for a while even with the right key: else the answers would show when a guess is right.
     *
     * @throws Refusal if the key is wrong, missing or not configured, or after too many attempts
     */
    public void check(@Nullable String given, RequestContext request) {
        if (key == null) {
            throw new Refusal(Problem.ADMIN_AUTH_NOT_CONFIGURED);
        }
        RateLimiter.Decision failures =
                limiter.look(Limit.ADMIN_FAILURES, request.client().address());
        if (!failures.isAllowed()) {
            throw request.beyond(failures);
        }
        if (given == null || !MessageDigest.isEqual(key, given.getBytes(StandardCharsets.UTF_8))) {
            var _ = limiter.take(Limit.ADMIN_FAILURES, request.client().address(), 1);
            throw new Refusal(Problem.UNAUTHORIZED);
        }
    }
}
