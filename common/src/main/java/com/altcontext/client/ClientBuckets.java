package com.altcontext.client;

import com.altcontext.value.BitMixer;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Where the token buckets of clients are kept, in fixed memory: 0.5 MB for any number of clients. A bucket is stored as
 * the moment at which it will be full again. A full bucket can be forgotten without loss, and only full ones are: a
 * flood of clients gives nobody a new allowance. Clients for whom no place is left share a bucket with other new
 * clients of their network, so a flood uses up the allowance of the networks that it comes from.
 *
 * <p>To be used by one thread at a time.
 */
final class ClientBuckets {
    /** How many clients can have a bucket that is not full. */
    static final int MAX_CLIENTS = 32_768;

    /** The number of columns; a client's bucket can be in any of them. */
    private static final int WAYS = 8;

    private static final int MAX_NEIGHBOURHOODS = 4_096;

    private final long[] owners = new long[MAX_CLIENTS];
    private final long[] fullAt = new long[MAX_CLIENTS + MAX_NEIGHBOURHOODS];

    /** Secret, so that no attacker can choose addresses that crowd into the same places. */
    private final long firstKey;

    private final long secondKey;

    /** @param now on a clock that counts nanoseconds from any moment */
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
        // While this client had no place, it may have taken from there.
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

    /** How many buckets are not full. */
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
