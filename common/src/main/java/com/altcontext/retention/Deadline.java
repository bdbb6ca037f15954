package com.altcontext.retention;

import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The time by which work must be done, since a client waits for it. At the deadline PostgreSQL cancels the running
 * statement, so that nothing keeps running, and the transaction is rolled back.
 */
final class Deadline {
    private static final String LIMIT = "SELECT set_config('statement_timeout', ?, true)";

    private final @Nullable Duration timeout;
    private final long endNanos;

    private Deadline(@Nullable Duration timeout) {
        this.timeout = timeout;
        this.endNanos = System.nanoTime() + (timeout == null ? 0 : timeout.toNanos());
    }

    /** @param timeout from now; null for none */
    static Deadline in(@Nullable Duration timeout) {
        return new Deadline(timeout);
    }

    /**
     * Limits each statement that follows in the transaction to the time that is left. Call it again before each
     * statement that may take long.
     *
     * @throws TookTooLong if no time is left
     */
    void limit(Tx tx) {
        if (timeout == null) {
            return;
        }
        long millis = Duration.ofNanos(endNanos - System.nanoTime()).toMillis();
        if (millis <= 0) {
            throw new TookTooLong();
        }
        var _ = tx.query(LIMIT, row -> row.text(1), String.valueOf(millis));
    }

    /**
     * Does the work.
     *
     * @throws TookTooLong if PostgreSQL has cancelled it, at this deadline or for another timeout
     */
    <T> T run(Supplier<T> work) {
        try {
            return work.get();
        } catch (SqlFailure failed) {
            if (timeout != null && failed.isCanceled()) {
                throw new TookTooLong();
            }
            throw failed;
        }
    }
}
