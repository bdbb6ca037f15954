package com.altcontext.metrics;

import com.altcontext.db.Sql;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Reads in a transaction and a thread of its own, beside the transaction that will write: so two processes of the database work on
 * a day at once, and share it better than PostgreSQL would share each statement.
 *
 * @param <T> what it reads
 */
final class SideReading<T> implements AutoCloseable {
    private final CompletableFuture<T> read;

    /** Begins at once. */
    SideReading(Sql sql, Sql.Work<T> reading) {
        read = CompletableFuture.supplyAsync(
                () -> sql.inTransaction(reading),
                task -> Thread.ofPlatform().name("rollup").daemon().start(task));
    }

    /**
     * Waits for the end.
     *
     * @throws RuntimeException what the reading threw
     */
    T result() {
        try {
            return read.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    /** Waits, whatever the end is, so that no statement outlives the rollup. */
    @Override
    public void close() {
        var _ = read.handle((result, failure) -> true).join();
    }
}
