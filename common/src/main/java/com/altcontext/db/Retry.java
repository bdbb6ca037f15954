package com.altcontext.db;

import java.util.function.Supplier;

/** Retries work whose transaction the database cancelled because it conflicted with another one. */
public final class Retry {
    private static final int MAX_TRIES = 5;

    private Retry() {}

    /**
     * Runs the work in a transaction; after a conflict, again in a new one.
     *
     * @throws SqlFailure if the last try conflicts too, or at once for any other reason
     */
    public static <T> T inTransaction(Sql sql, Sql.Work<T> work) {
        return onConflict(() -> sql.inTransaction(work));
    }

    /** Runs work that begins its transaction itself, and runs it again after a conflict. */
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
