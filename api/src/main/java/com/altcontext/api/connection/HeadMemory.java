package com.altcontext.api.connection;

import com.altcontext.ingest.MemoryBudget;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Limits the heap of the heads of requests, for all connections together. If it is used up, further ones are refused,
 * and the connections whose clients have made the service wait longest are ended. Safe for use by several threads.
 */
final class HeadMemory {
    /** As much as unfinished bodies may hold. */
    private static final int MAX_BYTES = 6 << 20;

    private final MemoryBudget heads;

    /** The connections that hold some, the oldest first. */
    private final Set<ConnectionHeads> holders = new LinkedHashSet<>();

    /** @param memory the budget of all waiting work, of which this is a part */
    HeadMemory(MemoryBudget memory) {
        this.heads = memory.part(MAX_BYTES);
    }

    /**
     * Takes this many more bytes for a connection. If there is no room, it ends another connection, whose bytes are free
     * once it is closed.
     *
     * @return false if there is no room now
     */
    boolean take(ConnectionHeads connection, long bytes) {
        if (!heads.take(bytes)) {
            ConnectionHeads slowest = slowest(connection);
            if (slowest != null) {
                slowest.drop();
            }
            return false;
        }
        synchronized (holders) {
            holders.add(connection);
        }
        return true;
    }

    /** Another connection of this event loop: only its own thread may touch a connection. */
    private @Nullable ConnectionHeads slowest(ConnectionHeads except) {
        synchronized (holders) {
            return holders.stream()
                    .filter(each -> each != except && each.isOfThisThread() && each.waitsForClient())
                    .findFirst()
                    .orElse(null);
        }
    }

    /** @param isRest whether the connection holds nothing any more */
    void give(ConnectionHeads connection, long bytes, boolean isRest) {
        heads.give(bytes);
        if (isRest) {
            synchronized (holders) {
                holders.remove(connection);
            }
        }
    }
}
