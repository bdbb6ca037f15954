package com.altcontext.db;

import java.util.function.Supplier;

/** Retries work whose transaction the database cancelled because of a conflict with another. */
public final class Retry {
    private static final int MAX_TRIES = 5;

    private Retry() {}

    /**
     * Does the work in a transaction, and after a conflict again in a new one.
     *
     * @throws SqlFailure of the last try, or at once for any other reason than a conflict
     */
    public static <T> T inTransaction(Sql sql, Sql.Work<T> work) {
        return onConflict(() -> sql.inTransaction(work));
    }

    /** The same for work that begins its transaction itself. */
    public static <T> T onConflict(Supplier<T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return work.get();
            } catch (SqlFailure failed) {
                if (!failed.isWorthRepeating() || tries == MAX_TRIES) {
                    throw failed;
                }
            }
        }
    }
}
