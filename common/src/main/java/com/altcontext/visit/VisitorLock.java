package com.altcontext.visit;

import com.altcontext.db.Buckets;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import java.util.Arrays;
import java.util.Collection;
import java.util.UUID;

/**
 * Keeps other writers away from some visitors until the transaction ends: two machines that write events of one visitor
 * at once would each begin a session for the same visit. Locks are taken in the same order everywhere, so that two
 * holders never wait for each other. They belong to the transaction, so they work through a pooler in transaction mode.
 *
 * <p>The same statement sets the planner up for the statements after it. A batch looks up keys in tables that are empty
 * at midnight and hold a million rows at noon: a plan made for the empty table (a scan) must never be used for the full
 * one, and planning again for each batch would cost more than the look-ups. Plans without scans look so costly to the planner
 * that it would compile them each time (JIT), which takes 0.2 seconds. Citus sends a statement to one node only if it is
 * planned with the values of its parameters.
 *
 * <p>On a cluster the locks are on its coordinator, through which all writers go: one place, whichever node a shard moves
 * to, and no message to a node.
 */
public final class VisitorLock {
    private static final String TAKE = """
            SELECT (SELECT buckets FROM cluster WHERE only_row),
                   set_config('plan_cache_mode', (
                       SELECT CASE WHEN is_distributed THEN 'force_custom_plan' ELSE 'force_generic_plan' END
                       FROM cluster WHERE only_row), true),
                   set_config('jit', 'off', true),
                   set_config('enable_seqscan', 'off', true),
                   set_config('enable_hashjoin', 'off', true),
                   set_config('enable_mergejoin', 'off', true),
                   set_config('enable_material', 'off', true),
                   count(pg_advisory_xact_lock(key))
            FROM unnest(?::int8[]) AS key
            """;

    /** How many visitors one transaction locks where work can be split: the server's table of locks has room for some thousands. */
    public static final int MAX_VISITORS = 500;

    private VisitorLock() {}

    /**
     * Adds the lock to the pipeline. Later statements see the changes that it waited for.
     *
     * @return one row: the buckets that visitors are in, until the transaction ends
     */
    public static Pipeline.Pending<Buckets> take(Pipeline pipeline, Collection<UUID> visitors) {
        long[] keys = new long[visitors.size()];
        int size = 0;
        for (UUID visitor : visitors) {
            keys[size++] = visitor.getMostSignificantBits();
        }
        // Locking a key twice is one lock.
        Arrays.sort(keys);
        return pipeline.query(TAKE, row -> new Buckets(Math.toIntExact(row.number(1))), keys);
    }

    /** Takes the lock in its own round trip. */
    public static Buckets take(Tx tx, Collection<UUID> visitors) {
        Pipeline pipeline = tx.pipeline();
        Pipeline.Pending<Buckets> buckets = take(pipeline, visitors);
        pipeline.send();
        return buckets.row();
    }
}
