package com.altcontext.lead;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import java.util.List;
import java.util.UUID;

/**
 * Locks everything that is held about one address, on every property, until the transaction ends. So captures,
 * unsubscribing and erasure of one address run one after the other. A transaction takes this lock first, before any
 * lock of visitors ({@link com.altcontext.visit.VisitorLock}), and waits for only one, so that two holders never wait
 * for each other. The lock belongs to the transaction, so it works through a pooler in transaction mode.
 *
 * <p>If a consent and a withdrawal arrive at the same time, the one that gets the lock second is the one that holds,
 * whatever the clocks of the receiving machines say.
 */
public final class LeadLock {
    private static final String TAKE =
            "SELECT pg_advisory_xact_lock(hashtextextended('altcontext.lead:' || ?::text, 0))";

    private static final String TAKE_FOR_LEAD = """
            SELECT pg_advisory_xact_lock(hashtextextended('altcontext.lead:' || email, 0)) FROM leads WHERE id = ?
            """;

    private static final String TRY = """
            SELECT pg_try_advisory_xact_lock(hashtextextended('altcontext.lead:' || email, 0))
            FROM unnest(?::text[]) WITH ORDINALITY AS sought(email, n)
            ORDER BY n
            """;

    private LeadLock() {}

    /** Adds the lock to the pipeline. Later statements see the changes that it waited for. */
    static void take(Pipeline pipeline, Email email) {
        pipeline.update(TAKE, email.value());
    }

    /** Takes the lock in its own round trip. Later statements see the changes that it waited for. */
    public static void take(Tx tx, Email email) {
        Pipeline pipeline = tx.pipeline();
        take(pipeline, email);
        pipeline.send();
    }

    /**
     * Takes the locks that are free and does not wait for the others, so that one address never delays the rest.
     *
     * @return for each address, in the same order, whether its lock was taken
     */
    static Pipeline.Pending<Boolean> tryTake(Pipeline pipeline, String[] emails) {
        return pipeline.query(TRY, row -> row.flag(1), (Object) emails);
    }

    /** Takes the locks that are free, in its own round trip. */
    public static List<Boolean> tryTake(Tx tx, List<String> emails) {
        Pipeline pipeline = tx.pipeline();
        Pipeline.Pending<Boolean> free = tryTake(pipeline, emails.toArray(String[]::new));
        pipeline.send();
        return free.rows();
    }

    /** Locks the address of a lead. Does nothing if there is no such lead, or no longer. */
    public static void takeForLead(Pipeline pipeline, UUID leadId) {
        pipeline.update(TAKE_FOR_LEAD, leadId);
    }
}
