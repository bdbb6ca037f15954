package com.altcontext.api;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * So many of each kind for one client and minute, by a token bucket that refills steadily. An IPv6 client is its /64,
 * since a single machine can use all of that. What is kept of clients is in {@link ClientBuckets}: 1 MB in all.
 */
final class RateLimiter {
    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final long PERIOD_NANOS = PERIOD.toNanos();

    private final Map<Endpoint.Limit, Integer> perMinute = new EnumMap<>(Endpoint.Limit.class);
    private final LongSupplier nanoTime;
    private final ClientBuckets requests;
    /** Apart, so that no flood of requests, of which everybody may send some, has a part in who may try keys. */
    private final ClientBuckets wrongKeys;

    private final @Nullable SharedAllowance shared;

    RateLimiter(Map<Endpoint.Limit, Integer> perMinute, LongSupplier nanoTime) {
        this(perMinute, nanoTime, null);
    }

    /** @param shared what other machines allow the same client; null where there is none */
    RateLimiter(Map<Endpoint.Limit, Integer> perMinute, LongSupplier nanoTime, @Nullable SharedAllowance shared) {
        this.perMinute.putAll(perMinute);
        this.nanoTime = nanoTime;
        this.requests = new ClientBuckets(nanoTime.getAsLong());
        this.wrongKeys = new ClientBuckets(nanoTime.getAsLong());
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
        ClientNetwork network = ClientNetwork.of(client);
        Verdict verdict = spend(limit, network, count, count);
        if (shared != null && verdict.passed) {
            shared.spend(
                    limit.policy() + ' ' + network, count, verdict.perMinute, left -> catchUp(limit, network, left));
        }
        return verdict;
    }

    /** Whether there is one to take, which is not taken. */
    Verdict look(Endpoint.Limit limit, InetAddress client) {
        return spend(limit, ClientNetwork.of(client), 1, 0);
    }

    /** Takes so many if as many as asked for are there. */
    private Verdict spend(Endpoint.Limit limit, ClientNetwork client, int asked, int taken) {
        int capacity = capacity(limit);
        ClientBuckets buckets = bucketsOf(limit);
        long wanted = nanos(asked, capacity);
        synchronized (buckets) {
            long now = nanoTime.getAsLong();
            int bucket = buckets.find(limit.name().hashCode(), client, now);
            long spent = buckets.untilFull(bucket, now);
            long missing = spent + wanted - PERIOD_NANOS;
            if (missing > 0) {
                return new Verdict(false, limit, capacity, tokens(PERIOD_NANOS - spent, capacity), seconds(missing));
            }
            if (taken > 0) {
                spent += nanos(taken, capacity);
                buckets.fillAt(bucket, now + spent);
            }
            return new Verdict(true, limit, capacity, tokens(PERIOD_NANOS - spent, capacity), 0);
        }
    }

    /** Takes away what was spent on other machines, into debt where that is more than there is. */
    private void catchUp(Endpoint.Limit limit, ClientNetwork client, long left) {
        int capacity = capacity(limit);
        ClientBuckets buckets = bucketsOf(limit);
        synchronized (buckets) {
            long now = nanoTime.getAsLong();
            int bucket = buckets.find(limit.name().hashCode(), client, now);
            long spent = nanos(capacity - left, capacity);
            if (spent > buckets.untilFull(bucket, now)) {
                buckets.fillAt(bucket, now + spent);
            }
        }
    }

    private ClientBuckets bucketsOf(Endpoint.Limit limit) {
        return limit == Endpoint.Limit.ADMIN_FAILURES ? wrongKeys : requests;
    }

    private int capacity(Endpoint.Limit limit) {
        return perMinute.getOrDefault(limit, limit.usual);
    }

    /** In what time so many are refilled. */
    private static long nanos(long tokens, int capacity) {
        return (long) ((double) PERIOD_NANOS * tokens / capacity);
    }

    /** How many whole ones are refilled in that time. */
    private static long tokens(long nanos, int capacity) {
        return Math.max(0, (long) ((double) nanos * capacity / PERIOD_NANOS));
    }

    private static long seconds(long nanos) {
        return Math.clamp(TimeUnit.NANOSECONDS.toSeconds(nanos) + 1, 1, PERIOD.toSeconds());
    }

    /** How many allowances are not whole. */
    int size() {
        int size = 0;
        for (ClientBuckets buckets : new ClientBuckets[] {requests, wrongKeys}) {
            synchronized (buckets) {
                size += buckets.size(nanoTime.getAsLong());
            }
        }
        return size;
    }

    void close() {
        if (shared != null) {
            shared.close();
        }
    }
}
