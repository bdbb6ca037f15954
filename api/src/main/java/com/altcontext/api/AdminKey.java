package com.altcontext.api;

import io.vertx.core.http.HttpHeaders;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who may use the operator's endpoints: whoever sends the key that the operator has set. */
final class AdminKey {
    static final CharSequence HEADER = HttpHeaders.createOptimized("x-admin-key");

    private final byte @Nullable [] key;
    private final RateLimiter limiter;

    AdminKey(Optional<String> key, RateLimiter limiter) {
        this.key = key.map(text -> text.getBytes(StandardCharsets.UTF_8)).orElse(null);
        this.limiter = limiter;
    }

    /** What became of an attempt: a problem, with the limiter's word if that is why; or neither. */
    record Verdict(@Nullable Problem problem, RateLimiter.@Nullable Verdict limit) {
        static final Verdict WELCOME = new Verdict(null, null);
    }

    boolean isSet() {
        return key != null;
    }

    /** What is told to whoever has made no attempt; it counts as none. */
    Verdict unasked() {
        return new Verdict(isSet() ? Problem.UNAUTHORIZED : Problem.ADMIN_AUTH_NOT_CONFIGURED, null);
    }

    /**
     * Judges one attempt, in a time that does not tell how much of the key was right. A client that has failed too often
     * is not listened to for a while, whatever it sends: else the answers would tell it when it is right.
     */
    Verdict judge(@Nullable String given, InetAddress client) {
        if (key == null) {
            return new Verdict(Problem.ADMIN_AUTH_NOT_CONFIGURED, null);
        }
        RateLimiter.Verdict failures = limiter.look(Endpoint.Limit.ADMIN_FAILURES, client);
        if (!failures.passed()) {
            return new Verdict(Problem.RATE_LIMITED, failures);
        }
        if (given != null && MessageDigest.isEqual(key, given.getBytes(StandardCharsets.UTF_8))) {
            return Verdict.WELCOME;
        }
        var _ = limiter.take(Endpoint.Limit.ADMIN_FAILURES, client, 1);
        return new Verdict(Problem.UNAUTHORIZED, null);
    }
}
