package com.altcontext.db;

import java.util.function.Supplier;

/** Tries work again when the database chose its transaction to give way to another. */
public final class Retry {
    private static final int MAX_TRIES = 5;

    private Retry() {}

    /**
     * Does the work in a transaction, and again in another one after a conflict.
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
