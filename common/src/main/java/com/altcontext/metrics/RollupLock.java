package com.altcontext.metrics;

import com.altcontext.db.AdvisoryLock;
import com.altcontext.db.Tx;

/** Held by a transaction that writes rollups, or that changes what they count: only one at a time may. */
public final class RollupLock {
    private static final AdvisoryLock LOCK = new AdvisoryLock("altcontext.rollup");

    private RollupLock() {}

    /** Waits for the lock, and holds it until the transaction ends. */
    public static void take(Tx tx) {
        LOCK.take(tx);
    }

    /** @return false if another transaction holds the lock */
    public static boolean tryTake(Tx tx) {
        return LOCK.tryTake(tx);
    }
}
