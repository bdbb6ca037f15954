package com.altcontext.client;

import com.altcontext.value.BitMixer;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The token buckets of clients, in 0.5 MB of memory for any number of clients. A bucket is stored as the time at which
 * it will be full again. A full bucket can be forgotten without loss, and only full ones are forgotten. So a flood of
 * clients gives nobody a new allowance. If there is no place left for a client, it shares a bucket with other new
 * clients of its network. So a flood uses up the allowance of the networks that it comes from.
 *
 * <p>Must be used by one thread at a time.
 */
final class ClientBuckets {
    /** The number of clients that can have a bucket of their own that is not full. */
    static final int MAX_CLIENTS = 32_768;

    /** The number of places in which a client's bucket can be. */
    private static final int WAYS = 8;

    private static final int MAX_NEIGHBOURHOODS = 4_096;

    private final long[] owners = new long[MAX_CLIENTS];
    private final long[] fullAt = new long[MAX_CLIENTS + MAX_NEIGHBOURHOODS];

    /** Secret, so that an attacker can't choose addresses that compete for the same places. */
    private final long firstKey;

    private final long secondKey;

    /** @param now the time in nanoseconds since any fixed moment */
    ClientBuckets(long now) {
        SecureRandom random = new SecureRandom();
        firstKey = random.nextLong();
        secondKey = random.nextLong();
        Arrays.fill(fullAt, now);
    }

    /** The index of this client's bucket of that kind. */
    int find(int kind, ClientNetwork client, long now) {
        long owner = hash(kind, client);
        int first = (int) (owner & (MAX_CLIENTS / WAYS - 1)) * WAYS;
        int free = -1;
        for (int place = first; place < first + WAYS; place++) {
            if (owners[place] == owner) {
                return place;
            }
            if (free < 0 && fullAt[place] - now <= 0) {
                free = place;
            }
        }
        int shared = MAX_CLIENTS + (int) (hash(kind, client.neighbourhood()) & (MAX_NEIGHBOURHOODS - 1));
        if (free < 0) {
            return shared;
        }
        owners[free] = owner;
        // Before it had a place, this client may have spent from the shared bucket.
        fullAt[free] = now + untilFull(shared, now);
        return free;
    }

    /** How long until the bucket is full, in nanoseconds; 0 if it is. */
    long untilFull(int bucket, long now) {
        return Math.max(0, fullAt[bucket] - now);
    }

    void fillAt(int bucket, long moment) {
        fullAt[bucket] = moment;
    }

    /** The number of buckets that are not full. */
    int size(long now) {
        int size = 0;
        for (long moment : fullAt) {
            size += moment - now > 0 ? 1 : 0;
        }
        return size;
    }

    private long hash(int kind, ClientNetwork client) {
        long text = BitMixer.mix(client.network() ^ firstKey);
        return BitMixer.mix(text + (client.ipv6() ? -1L - kind : kind) ^ secondKey);
    }
}
