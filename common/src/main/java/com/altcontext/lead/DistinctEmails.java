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
 * Limits how many distinct addresses one client may submit in an hour; further ones are kept for review. A person has
 * one or two addresses, somebody who abuses the form has thousands. Submitting an address again does not count. It
 * does not matter whether the address is a lead.
 *
 * <p>An address is remembered until its hour is over, however many clients there are. When the table of clients is
 * full, new clients are counted together with others of their network. When that table is full too, all new clients
 * are counted together.
 */
public final class DistinctEmails {
    public static final Duration PERIOD = Duration.ofHours(1);

    /** How many addresses are remembered by client: about 5 MB if each comes from another client. */
    static final int MAX_BY_CLIENT = 10_000;

    static final int MAX_BY_NEIGHBOURHOOD = 2_000;

    /** A limit above this one means no limit, and then nothing is remembered. */
    private static final int NO_LIMIT = 1_000;

    private static final ClientNetwork ALL_CLIENTS = new ClientNetwork(false, 0);

    private final int maxPerHour;
    private final KeyedHash hash;
    private final LongSupplier nanoTime;
    private final EmailTable byClient = new EmailTable(MAX_BY_CLIENT);
    private final EmailTable byNeighbourhood = new EmailTable(MAX_BY_NEIGHBOURHOOD);
    private final EmailTable byAll = new EmailTable(Integer.MAX_VALUE);

    /** @param hash with a secret key: otherwise an attacker could find addresses that count as one */
    public DistinctEmails(int maxPerHour, KeyedHash hash, LongSupplier nanoTime) {
        this.maxPerHour = maxPerHour;
        this.hash = hash;
        this.nanoTime = nanoTime;
    }

    /**
     * Remembers the address, unless the client has reached its limit.
     *
     * @return whether the address is within the limit
     */
    public boolean note(ClientNetwork client, Email email) {
        if (maxPerHour > NO_LIMIT) {
            return true;
        }
        Long address = ByteBuffer.wrap(hash.of(email.value())).getLong();
        synchronized (this) {
            long now = nanoTime.getAsLong();
            if (byClient.canDecide(client, address, now)) {
                return byClient.note(client, address, now);
            }
            ClientNetwork neighbourhood = client.neighbourhood();
            return byNeighbourhood.canDecide(neighbourhood, address, now)
                    ? byNeighbourhood.note(neighbourhood, address, now)
                    : byAll.note(ALL_CLIENTS, address, now);
        }
    }

    /** The addresses of the last hour by sender, up to a maximum number. */
    private final class EmailTable {
        private record Entry(ClientNetwork by, Long address, long at) {}

        private final int max;
        private final Map<ClientNetwork, Set<Long>> bySender = new HashMap<>();
        private final Deque<Entry> inOrder = new ArrayDeque<>();

        EmailTable(int max) {
            this.max = max;
        }

        /**
         * Whether this table can decide: there is room, the sender has reached the limit, or the address is not new.
         */
        boolean canDecide(ClientNetwork sender, Long address, long now) {
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
            inOrder.add(new Entry(sender, address, now));
            return true;
        }

        private void forget(long now) {
            for (Entry first = inOrder.peek();
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
