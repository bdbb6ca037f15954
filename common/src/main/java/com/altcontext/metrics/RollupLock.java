package com.altcontext.metrics;

import com.altcontext.db.Tx;

/** What only one transaction at a time may do: write rollups. */
public final class RollupLock {
    private static final String ID = "hashtextextended('altcontext.rollup', 0)";

    static final String WAIT = "SELECT true FROM pg_advisory_xact_lock(" + ID + ")";

    /** False if another holds it. */
    static final String TRY = "SELECT pg_try_advisory_xact_lock(" + ID + ")";

    private RollupLock() {}

    /** Waits until no rollup is running, and blocks others until the transaction ends. */
    public static void take(Tx tx) {
        var _ = tx.query(WAIT, row -> row.flag(1));
    }
}
