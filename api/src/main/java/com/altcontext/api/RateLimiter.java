package com.altcontext.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * So many of each kind for one client and minute, by a token bucket that refills steadily. An IPv6 client is its /64,
 * since a single machine can use all of that. Memory is bounded: the buckets of the clients seen least are forgotten.
 */
final class RateLimiter {
    /** About 4 MB when full. */
    static final int MOST_CLIENTS = 10_000;

    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Map<Endpoint.Limit, Integer> perMinute = new EnumMap<>(Endpoint.Limit.class);
    private final TimeMeter clock;
    private final Cache<Key, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(MOST_CLIENTS)
            .expireAfterAccess(PERIOD.multipliedBy(2))
            .build();

    RateLimiter(Map<Endpoint.Limit, Integer> perMinute, TimeMeter clock) {
        this.perMinute.putAll(perMinute);
        this.clock = clock;
    }

    /**
     * What the limiter says.
     *
     * @param retryAfterSeconds how long to wait before as many would pass; 0 if they passed
     */
    record Verdict(boolean passed, Endpoint.Limit limit, int perMinute, long remaining, long retryAfterSeconds) {
        /** Sets the headers of a refusal: {@code Retry-After} and those of the IETF draft ratelimit-headers. */
        void tell(MultiMap headers) {
            headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(retryAfterSeconds));
            headers.set("RateLimit-Policy", '"' + limit.policy() + "\";q=" + perMinute + ";w=" + PERIOD.toSeconds());
            headers.set("RateLimit", '"' + limit.policy() + "\";r=" + remaining + ";t=" + retryAfterSeconds);
        }
    }

    /** Takes so many from the client's allowance, all or none. */
    Verdict take(Endpoint.Limit limit, InetAddress client, int count) {
        int capacity = perMinute.getOrDefault(limit, 60);
        Key key = Key.of(limit, client);
        Bucket known = buckets.getIfPresent(key);
        Bucket bucket = known != null ? known : buckets.get(key, unknown -> bucket(capacity));
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(count);
        long wait = probe.isConsumed()
                ? 0
                : Math.clamp(
                        TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill()) + 1, 1, PERIOD.toSeconds());
        return new Verdict(probe.isConsumed(), limit, capacity, probe.getRemainingTokens(), wait);
    }

    /** How many clients are remembered. */
    long size() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }

    private Bucket bucket(int capacity) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(capacity).refillGreedy(capacity, PERIOD))
                .withCustomTimePrecision(clock)
                .build();
    }

    /** A client's network in few bytes: an IPv4 address, or the upper half of an IPv6 one. */
    private record Key(Endpoint.Limit limit, boolean ipv6, long network) {
        static Key of(Endpoint.Limit limit, InetAddress address) {
            byte[] bytes = address.getAddress();
            long network = 0;
            for (int i = 0; i < Math.min(bytes.length, 8); i++) {
                network = (network << 8) | (bytes[i] & 0xFF);
            }
            return new Key(limit, bytes.length > 4, network);
        }

        // Written out, since the generated ones are slow without an optimizing compiler and run for every request.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.network == network && key.limit == limit && key.ipv6 == ipv6;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(network) * 31 + limit.hashCode();
        }
    }
}
