package com.altcontext.lead;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import java.util.List;
import java.util.UUID;

/**
 * Keeps others away from all that is held about one address, on every property, until the transaction ends: captures,
 * unsubscribe and erasure of one address come one after the other. It is taken first in its transaction, before
 * any lock of visitors ({@link com.altcontext.visit.VisitorLock}), and only one is waited for in a transaction, so that two
 * holders never wait for each other. It belongs to the transaction, hence works through a pooler in transaction mode.
 *
 * <p>Whoever gets it later counts as later: of a yes and a withdrawal that arrive together, the second to be stored
 * holds, whatever the clocks of the machines that received them say.
 */
public final class LeadLock {
    private static final String TAKE =
            "SELECT pg_advisory_xact_lock(hashtextextended('altcontext.lead:' || ?::text, 0))";

    private static final String TAKE_OF_LEAD = """
            SELECT pg_advisory_xact_lock(hashtextextended('altcontext.lead:' || email, 0)) FROM leads WHERE id = ?
            """;

    private static final String TRY = """
            SELECT pg_try_advisory_xact_lock(hashtextextended('altcontext.lead:' || email, 0))
            FROM unnest(?::text[]) WITH ORDINALITY AS sought(email, n)
            ORDER BY n
            """;

    private LeadLock() {}

    /** Adds the taking to what is about to be sent: whatever stands behind it in the pipeline sees what it waited for. */
    public static void take(Pipeline pipeline, Email email) {
        pipeline.update(TAKE, email.value());
    }

    /** Takes it at once: the statements that follow see what it waited for. */
    public static void take(Tx tx, Email email) {
        Pipeline pipeline = tx.pipeline();
        take(pipeline, email);
        pipeline.send();
    }

    /**
     * Takes those that nobody else holds just then, and waits for none: one address is never the reason why others are
     * held up.
     *
     * @return for each address, in their order, whether it was taken
     */
    static List<Boolean> tryTake(Tx tx, String[] emails) {
        return tx.query(TRY, row -> row.flag(1), (Object) emails);
    }

    /** The lock of a lead's address. A lead that is not there (any more) has none, and nothing is locked. */
    static void takeOf(Pipeline pipeline, UUID leadId) {
        pipeline.update(TAKE_OF_LEAD, leadId);
    }
}
