package com.altcontext.visit;

import com.altcontext.db.Buckets;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import java.util.Arrays;
import java.util.Collection;
import java.util.UUID;

/**
 * Locks visitors against other writers until the transaction ends. Without the lock, two machines that write events of
 * one visitor at the same time would each begin a session for the same visit. A transaction takes all its locks in one
 * statement, and each statement takes them in the same order, so that there are no deadlocks. They belong to the
 * transaction, so they work through a pooler in transaction mode.
 *
 * <p>The statement that takes the locks also sets up the planner for the rest of the transaction. A batch looks up keys
 * in tables that are empty at midnight and hold a million rows at noon. A plan that was made for the empty table (a
 * scan) must never be used for the full one, and planning again for each batch would cost more than the look-ups. So
 * scans are off. Plans without scans look so costly to the planner that it would compile them each time (JIT), which
 * takes 0.2 seconds. So JIT is off too. On Citus, each statement is planned with the values of its parameters: only
 * then is it sent to a single node.
 *
 * <p>On a cluster the locks are on the coordinator, also for writers that store the rows over a connection to a node. So
 * they stay in one place when a shard moves, and need no message to a node.
 */
public final class VisitorLock {
    private static final String NO_SCANS = """
            set_config('jit', 'off', true),
            set_config('enable_seqscan', 'off', true),
            set_config('enable_hashjoin', 'off', true),
            set_config('enable_mergejoin', 'off', true),
            set_config('enable_material', 'off', true)""";

    private static final String TAKE = """
            SELECT (SELECT buckets FROM cluster WHERE only_row),
                   set_config('plan_cache_mode', (
                       SELECT CASE WHEN is_distributed THEN 'force_custom_plan' ELSE 'force_generic_plan' END
                       FROM cluster WHERE only_row), true),
                   %s,
                   count(pg_advisory_xact_lock(key))
            FROM unnest(?::int8[]) AS key
            """.formatted(NO_SCANS);

    private static final String SET_UP_NODE =
            "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), " + NO_SCANS;

    /**
     * The most visitors that one transaction should lock, if its work can be split: the server's lock table has room
     * for only a few thousand locks.
     */
    public static final int MAX_VISITORS = 500;

    private VisitorLock() {}

    /**
     * Adds the lock to the pipeline. If it waits for another transaction, later statements see what that one changed.
     *
     * @return one row: the number of buckets, which can't change until the transaction ends
     */
    public static Pipeline.Pending<Buckets> take(Pipeline pipeline, Collection<UUID> visitors) {
        long[] keys = new long[visitors.size()];
        int size = 0;
        for (UUID visitor : visitors) {
            keys[size++] = visitor.getMostSignificantBits();
        }
        // Duplicates are harmless: the server counts a key that is locked twice as one lock.
        Arrays.sort(keys);
        return pipeline.query(TAKE, row -> new Buckets(Math.toIntExact(row.number(1))), keys);
    }

    /**
     * Adds the set-up of the planner alone, for a transaction on a cluster's node. The locks are held by another
     * transaction, on the coordinator.
     */
    public static void setUpNode(Pipeline pipeline) {
        pipeline.query(SET_UP_NODE, row -> true);
    }

    /** Takes the lock in its own round trip. */
    public static Buckets take(Tx tx, Collection<UUID> visitors) {
        Pipeline pipeline = tx.pipeline();
        Pipeline.Pending<Buckets> buckets = take(pipeline, visitors);
        pipeline.send();
        return buckets.row();
    }
}
