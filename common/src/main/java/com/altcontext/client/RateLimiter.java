package com.altcontext.client;

import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits requests of each kind per client and minute, by token buckets that refill steadily. The buckets are in
 * {@link ClientBuckets} and take 1 MB in all.
 */
public final class RateLimiter implements AutoCloseable {
    public static final Duration PERIOD = Duration.ofMinutes(1);
    private static final long PERIOD_NANOS = PERIOD.toNanos();

    private final Map<Limit, Integer> perMinute = new EnumMap<>(Limit.class);
    private final LongSupplier nanoTime;
    private final ClientBuckets requests;
    /** Separate buckets, so that a flood of requests can't displace those of clients that try keys. */
    private final ClientBuckets wrongKeys;

    private final @Nullable Shared shared;

    /** @param shared shares with other machines what clients have spent; null if limits are not shared */
    public RateLimiter(Map<Limit, Integer> perMinute, LongSupplier nanoTime, @Nullable Shared shared) {
        this.perMinute.putAll(perMinute);
        this.nanoTime = nanoTime;
        this.requests = new ClientBuckets(nanoTime.getAsLong());
        this.wrongKeys = new ClientBuckets(nanoTime.getAsLong());
        this.shared = shared;
    }

    /**
     * A decision of the limiter.
     *
     * @param remaining how many more the client may take now
     * @param retryAfterSeconds how long to wait until the same amount would be allowed; 0 if it was allowed
     */
    public record LimitState(boolean isAllowed, Limit limit, int perMinute, long remaining, long retryAfterSeconds) {}

    /** What each client has spent on all machines together. */
    public interface Shared extends AutoCloseable {
        /**
         * Reports what was spent here.
         *
         * @param bucket the limit and the client
         * @param left is given what is left over all machines; later, on another thread, or never
         */
        void spend(String bucket, int count, int perMinute, LongConsumer left);

        @Override
        void close();
    }

    /** Takes this amount from the client's allowance, all or none. */
    public LimitState take(Limit limit, InetAddress client, int count) {
        ClientNetwork network = ClientNetwork.of(client);
        LimitState decision = spend(limit, network, count, count);
        if (shared != null && decision.isAllowed) {
            shared.spend(
                    limit.policy() + ' ' + network, count, decision.perMinute, left -> catchUp(limit, network, left));
        }
        return decision;
    }

    /** Whether the client has at least one left. Takes nothing. */
    public LimitState peek(Limit limit, InetAddress client) {
        return spend(limit, ClientNetwork.of(client), 1, 0);
    }

    /** Takes the amount if the allowance suffices for it. */
    private LimitState spend(Limit limit, ClientNetwork client, int asked, int taken) {
        int capacity = capacity(limit);
        ClientBuckets buckets = bucketsOf(limit);
        long wanted = nanos(asked, capacity);
        synchronized (buckets) {
            long now = nanoTime.getAsLong();
            int bucket = buckets.find(limit.name().hashCode(), client, now);
            long spent = buckets.untilFull(bucket, now);
            long missing = spent + wanted - PERIOD_NANOS;
            if (missing > 0) {
                return new LimitState(false, limit, capacity, tokens(PERIOD_NANOS - spent, capacity), seconds(missing));
            }
            if (taken > 0) {
                spent += nanos(taken, capacity);
                buckets.fillAt(bucket, now + spent);
            }
            return new LimitState(true, limit, capacity, tokens(PERIOD_NANOS - spent, capacity), 0);
        }
    }

    /** Subtracts what was spent on other machines; the allowance can become negative. */
    private void catchUp(Limit limit, ClientNetwork client, long left) {
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

    private ClientBuckets bucketsOf(Limit limit) {
        return limit == Limit.ADMIN_FAILURES ? wrongKeys : requests;
    }

    private int capacity(Limit limit) {
        return Objects.requireNonNull(perMinute.get(limit), "every limit has its number");
    }

    /** How long it takes to refill this many tokens. */
    private static long nanos(long tokens, int capacity) {
        return (long) ((double) PERIOD_NANOS * tokens / capacity);
    }

    /** How many whole tokens are refilled in this time. */
    private static long tokens(long nanos, int capacity) {
        return Math.max(0, (long) ((double) nanos * capacity / PERIOD_NANOS));
    }

    private static long seconds(long nanos) {
        return Math.clamp(TimeUnit.NANOSECONDS.toSeconds(nanos) + 1, 1, PERIOD.toSeconds());
    }

    /** The number of buckets that are not full. */
    public int size() {
        int size = 0;
        for (ClientBuckets buckets : new ClientBuckets[] {requests, wrongKeys}) {
            synchronized (buckets) {
                size += buckets.size(nanoTime.getAsLong());
            }
        }
        return size;
    }

    @Override
    public void close() {
        if (shared != null) {
            shared.close();
        }
    }
}
