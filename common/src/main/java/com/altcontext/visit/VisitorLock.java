package com.altcontext.visit;

import com.altcontext.db.Pipeline;
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
 * one, and planning again for each batch would cost more than the look-ups.
 */
public final class VisitorLock {
    private static final String TAKE = """
            SELECT set_config('plan_cache_mode', 'force_generic_plan', true),
                   set_config('enable_seqscan', 'off', true),
                   set_config('enable_hashjoin', 'off', true),
                   set_config('enable_mergejoin', 'off', true),
                   set_config('enable_material', 'off', true),
                   count(pg_advisory_xact_lock(key))
            FROM unnest(?::int8[]) AS key
            """;

    private VisitorLock() {}

    /** Adds the lock to the pipeline. Statements after it see what it waited for. */
    public static void take(Pipeline pipeline, Collection<UUID> visitors) {
        long[] keys = new long[visitors.size()];
        int size = 0;
        for (UUID visitor : visitors) {
            keys[size++] = visitor.getMostSignificantBits();
        }
        // Locking a key twice is one lock.
        Arrays.sort(keys);
        pipeline.update(TAKE, keys);
    }
}
