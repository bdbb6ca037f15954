package com.altcontext.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
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

    private final @Nullable SharedAllowance shared;

    RateLimiter(Map<Endpoint.Limit, Integer> perMinute, TimeMeter clock) {
        this(perMinute, clock, null);
    }

    /** @param shared what other machines allow the same client; null where there is none */
    RateLimiter(Map<Endpoint.Limit, Integer> perMinute, TimeMeter clock, @Nullable SharedAllowance shared) {
        this.perMinute.putAll(perMinute);
        this.clock = clock;
        this.shared = shared;
    }

    /**
     * What the limiter says.
     *
     * @param retryAfterSeconds how long to wait before as many would pass; 0 if they passed
     */
    record Verdict(boolean passed, Endpoint.Limit limit, int perMinute, long remaining, long retryAfterSeconds) {
        /** Sets the headers of a refusal. */
        void tell(MultiMap headers) {
            RateLimiter.tell(headers, limit.policy(), perMinute, PERIOD, remaining, retryAfterSeconds);
        }
    }

    /** Sets the headers of a refusal: {@code Retry-After} and those of the IETF draft ratelimit-headers. */
    static void tell(
            MultiMap headers, String policy, int quota, Duration window, long remaining, long retryAfterSeconds) {
        headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(retryAfterSeconds));
        headers.set("RateLimit-Policy", '"' + policy + "\";q=" + quota + ";w=" + window.toSeconds());
        headers.set("RateLimit", '"' + policy + "\";r=" + remaining + ";t=" + retryAfterSeconds);
    }

    /** Takes so many from the client's allowance, all or none. */
    Verdict take(Endpoint.Limit limit, InetAddress client, int count) {
        int capacity = capacity(limit);
        Bucket bucket = bucket(limit, client, capacity);
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(count);
        long wait = probe.isConsumed() ? 0 : seconds(probe.getNanosToWaitForRefill());
        if (shared != null && probe.isConsumed()) {
            String name = limit.policy() + ' ' + ClientNetwork.of(client);
            shared.spend(name, count, capacity, left -> catchUp(bucket, left));
        }
        return new Verdict(probe.isConsumed(), limit, capacity, Math.max(0, probe.getRemainingTokens()), wait);
    }

    /** Takes away what was spent on other machines, into debt where that is more than there is. */
    private static void catchUp(Bucket bucket, long left) {
        long elsewhere = bucket.getAvailableTokens() - left;
        if (elsewhere > 0) {
            bucket.consumeIgnoringRateLimits(elsewhere);
        }
    }

    /** Whether there is one to take, which is not taken. */
    Verdict look(Endpoint.Limit limit, InetAddress client) {
        int capacity = capacity(limit);
        EstimationProbe probe = bucket(limit, client, capacity).estimateAbilityToConsume(1);
        long wait = probe.canBeConsumed() ? 0 : seconds(probe.getNanosToWaitForRefill());
        return new Verdict(probe.canBeConsumed(), limit, capacity, Math.max(0, probe.getRemainingTokens()), wait);
    }

    private int capacity(Endpoint.Limit limit) {
        return perMinute.getOrDefault(limit, limit.usual);
    }

    private static long seconds(long nanos) {
        return Math.clamp(TimeUnit.NANOSECONDS.toSeconds(nanos) + 1, 1, PERIOD.toSeconds());
    }

    private Bucket bucket(Endpoint.Limit limit, InetAddress client, int capacity) {
        Key key = Key.of(limit, client);
        Bucket known = buckets.getIfPresent(key);
        return known != null ? known : buckets.get(key, unknown -> bucket(capacity));
    }

    /** How many clients are remembered. */
    long size() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }

    void close() {
        if (shared != null) {
            shared.close();
        }
    }

    private Bucket bucket(int capacity) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(capacity).refillGreedy(capacity, PERIOD))
                .withCustomTimePrecision(clock)
                .build();
    }

    private record Key(Endpoint.Limit limit, ClientNetwork client) {
        static Key of(Endpoint.Limit limit, InetAddress address) {
            return new Key(limit, ClientNetwork.of(address));
        }

        // Written out, since the generated ones are slow without an optimizing compiler and run for every request.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && key.limit == limit
                    && key.client.network() == client.network()
                    && key.client.ipv6() == client.ipv6();
        }

        @Override
        public int hashCode() {
            return Long.hashCode(client.network()) * 31 + limit.hashCode();
        }
    }
}
