package com.altcontext.privacy;

import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The time by which work must be done, since a client waits for it. At the deadline PostgreSQL cancels the running
 * statement, so that nothing keeps running, and the transaction is rolled back. If PostgreSQL does not answer any more,
 * the driver gives up {@link Tx#DRIVER_EXTRA_TIME} later.
 */
final class Deadline {
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
        Duration left = Duration.ofNanos(endNanos - System.nanoTime());
        if (left.toMillis() <= 0) {
            throw new TookTooLong();
        }
        tx.limit(left);
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
