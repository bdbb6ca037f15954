package com.altcontext.lead;

import com.altcontext.client.ClientNetwork;
import com.altcontext.value.KeyedHash;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Limits how many distinct addresses one client may submit in an hour; further ones are kept for review. A person has
 * one or two addresses, somebody who abuses the form has thousands. Submitting an address again does not count. It
 * does not matter whether the address is a lead. An address counts from when its form arrives, so forms that are stored
 * at the same time can't exceed the limit together. It stops counting if none of its forms could be stored.
 *
 * <p>An address is remembered until its hour is over, however many clients there are. When the table of clients is
 * full, new clients are counted together with others of their network. When that table is full too, all new clients
 * are counted together.
 */
public final class DistinctEmails {
    public static final Duration PERIOD = Duration.ofHours(1);

    /** How many addresses are remembered by client: about 2 MB if each comes from another client. */
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

    /** What was remembered of one form. */
    public static final class Note {
        private final boolean isWithinLimit;
        private final Runnable undo;

        private Note(boolean isWithinLimit, Runnable undo) {
            this.isWithinLimit = isWithinLimit;
            this.undo = undo;
        }

        public boolean isWithinLimit() {
            return isWithinLimit;
        }

        /** Forgets the address, unless another form had it too. Call this once, if the form was not stored. */
        public void undo() {
            undo.run();
        }
    }

    /** Remembers the address, unless the client has reached its limit. */
    public Note note(ClientNetwork client, Email email) {
        if (maxPerHour > NO_LIMIT) {
            return new Note(true, () -> {});
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
        private record Key(ClientNetwork sender, Long address) {}

        private static final class Entry {
            final long at;
            /** How many forms had the address and were not undone. */
            int forms;

            Entry(long at) {
                this.at = at;
            }
        }

        private final int max;
        private final Map<Key, Entry> inOrder = new LinkedHashMap<>();
        private final Map<ClientNetwork, Integer> numberBySender = new HashMap<>();

        EmailTable(int max) {
            this.max = max;
        }

        /**
         * Whether this table can decide: there is room, the sender has reached the limit, or the address is not new.
         */
        boolean canDecide(ClientNetwork sender, Long address, long now) {
            forgetOld(now);
            return inOrder.size() < max || isAtLimit(sender) || inOrder.containsKey(new Key(sender, address));
        }

        Note note(ClientNetwork sender, Long address, long now) {
            forgetOld(now);
            Key key = new Key(sender, address);
            Entry known = inOrder.get(key);
            if (known == null && isAtLimit(sender)) {
                return new Note(false, () -> {});
            }
            Entry entry = known == null ? new Entry(now) : known;
            if (known == null) {
                inOrder.put(key, entry);
                numberBySender.merge(sender, 1, Integer::sum);
            }
            entry.forms++;
            return new Note(true, () -> undo(key, entry));
        }

        private boolean isAtLimit(ClientNetwork sender) {
            return numberBySender.getOrDefault(sender, 0) >= maxPerHour;
        }

        private void undo(Key key, Entry entry) {
            synchronized (DistinctEmails.this) {
                entry.forms--;
                if (entry.forms == 0 && inOrder.remove(key, entry)) {
                    countDown(key.sender);
                }
            }
        }

        private void forgetOld(long now) {
            Iterator<Map.Entry<Key, Entry>> oldest = inOrder.entrySet().iterator();
            while (oldest.hasNext()) {
                Map.Entry<Key, Entry> next = oldest.next();
                if (now - next.getValue().at < PERIOD.toNanos()) {
                    break;
                }
                oldest.remove();
                countDown(next.getKey().sender);
            }
        }

        private void countDown(ClientNetwork sender) {
            numberBySender.computeIfPresent(sender, (same, number) -> number == 1 ? null : number - 1);
        }
    }
}
