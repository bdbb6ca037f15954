package com.altcontext.db;

/**
 * A named lock that only one transaction at a time can hold, over all machines. It is released when the transaction
 * ends. So it works through a pooler in transaction mode, and a killed process leaves no lock behind.
 *
 * @param name unique among the locks of the product
 */
public record AdvisoryLock(String name) {
    private static final String TAKE = "SELECT true FROM pg_advisory_xact_lock(hashtextextended(?, 0))";
    private static final String TRY = "SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))";

    /** Switches off the timeouts that end an idle transaction. Not every version of PostgreSQL has both. */
    private static final String ALLOW_IDLE = """
            SELECT set_config(name, '0', true) FROM pg_settings
            WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')
            """;

    /** Waits for the lock. */
    public void take(Tx tx) {
        var _ = tx.query(TAKE, row -> row.flag(1), name);
    }

    /**
     * Adds the lock to the pipeline. If it waits for another transaction, later statements see what that one changed.
     */
    public void take(Pipeline pipeline) {
        pipeline.update(TAKE, name);
    }

    /** @return false if another transaction holds the lock */
    public boolean tryTake(Tx tx) {
        return tx.queryOne(TRY, row -> row.flag(1), name);
    }

    /**
     * Takes the lock for a long run that does its work in other transactions. The transaction that holds the lock may
     * be idle for as long as the run takes.
     *
     * @return false if another transaction holds the lock
     */
    public boolean tryTakeForRun(Tx guard) {
        var _ = guard.query(ALLOW_IDLE, row -> row.text(1));
        return tryTake(guard);
    }

    /**
     * Keeps the connection open. Call this from time to time during a long run: poolers and networks close idle
     * connections.
     */
    public static void keepOpen(Tx guard) {
        var _ = guard.query("SELECT true", row -> row.flag(1));
    }
}
