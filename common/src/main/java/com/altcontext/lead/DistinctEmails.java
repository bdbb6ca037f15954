package com.altcontext.lead;

import com.altcontext.client.ClientNetwork;
import com.altcontext.value.KeyedHash;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * How many distinct addresses one client may submit in an hour before its further ones are kept for review: people have
 * one or two, list fillers have thousands. Repeating an address costs nothing. Whether the address is a lead does not
 * matter.
 *
 * <p>No address is forgotten before its hour is over, however many clients come. When memory is full, new clients are
 * counted together with others of their network, and finally all together.
 */
public final class DistinctEmails {
    public static final Duration PERIOD = Duration.ofHours(1);

    /** How many addresses are remembered: about 5 MB if each is another client's. */
    static final int MAX_OF_CLIENTS = 10_000;

    static final int MAX_OF_NEIGHBOURHOODS = 2_000;

    /** A higher limit means no limit, and then nothing is remembered. */
    private static final int NO_LIMIT = 1_000;

    private static final ClientNetwork ALL_CLIENTS = new ClientNetwork(false, 0);

    private final int maxPerHour;
    private final KeyedHash hash;
    private final LongSupplier nanoTime;
    private final Submitted byClient = new Submitted(MAX_OF_CLIENTS);
    private final Submitted byNeighbourhood = new Submitted(MAX_OF_NEIGHBOURHOODS);
    private final Submitted byAll = new Submitted(Integer.MAX_VALUE);

    /** @param hash under a secret key: else an attacker could find addresses that count as one */
    public DistinctEmails(int maxPerHour, KeyedHash hash, LongSupplier nanoTime) {
        this.maxPerHour = maxPerHour;
        this.hash = hash;
        this.nanoTime = nanoTime;
    }

    /** Notes the address, and returns true, unless it is one too many. */
    public boolean note(ClientNetwork client, Email email) {
        if (maxPerHour > NO_LIMIT) {
            return true;
        }
        Long address = ByteBuffer.wrap(hash.of(email.value())).getLong();
        synchronized (this) {
            long now = nanoTime.getAsLong();
            if (byClient.counts(client, address, now)) {
                return byClient.note(client, address, now);
            }
            ClientNetwork neighbourhood = client.neighbourhood();
            return byNeighbourhood.counts(neighbourhood, address, now)
                    ? byNeighbourhood.note(neighbourhood, address, now)
                    : byAll.note(ALL_CLIENTS, address, now);
        }
    }

    /** The addresses of the last hour by who submitted them, as many as there is room for. */
    private final class Submitted {
        private record Noted(ClientNetwork by, Long address, long at) {}

        private final int max;
        private final Map<ClientNetwork, Set<Long>> bySender = new HashMap<>();
        private final Deque<Noted> inOrder = new ArrayDeque<>();

        Submitted(int max) {
            this.max = max;
        }

        /**
         * Whether this table can decide: there is room, the sender has reached the limit, or the address is not new.
         */
        boolean counts(ClientNetwork sender, Long address, long now) {
            forget(now);
            Set<Long> known = bySender.getOrDefault(sender, Set.of());
            return inOrder.size() < max || known.size() >= maxPerHour || known.contains(address);
        }

        boolean note(ClientNetwork sender, Long address, long now) {
            forget(now);
            Set<Long> known = bySender.computeIfAbsent(sender, first -> new HashSet<>(4));
            if (known.contains(address)) {
                return true;
            }
            if (known.size() >= maxPerHour) {
                return false;
            }
            known.add(address);
            inOrder.add(new Noted(sender, address, now));
            return true;
        }

        private void forget(long now) {
            for (Noted first = inOrder.peek();
                    first != null && now - first.at >= PERIOD.toNanos();
                    first = inOrder.peek()) {
                inOrder.remove();
                Set<Long> known = bySender.getOrDefault(first.by, new HashSet<>());
                known.remove(first.address);
                if (known.isEmpty()) {
                    bySender.remove(first.by);
                }
            }
        }
    }
}
