package com.altcontext.metrics;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Reads in a thread and transaction of its own, in parallel to the transaction that writes: so two processes of the
 * database work on a day at once, and divide the work better than PostgreSQL would divide each statement. It hands over
 * its rows in parts, and waits while too many characters are not used yet: all rows of many properties are more than a
 * small heap holds.
 *
 * @param <T> a row
 */
final class ParallelReader<T> implements AutoCloseable {
    /** How many rows a part should have. */
    static final int ROWS = 100;

    /** In characters: up to 2 MB. */
    private static final int MAX_WAITING = 1 << 20;

    private final ToIntFunction<T> length;
    private final Semaphore room = new Semaphore(MAX_WAITING);
    private final BlockingQueue<List<T>> parts = new LinkedBlockingQueue<>();
    private final CompletableFuture<Boolean> read;
    private volatile boolean isClosed;

    /** Reads the rows and hands over parts. */
    @FunctionalInterface
    interface Reader<T> {
        void read(Tx tx, Consumer<List<T>> parts);
    }

    /**
     * Starts reading at once.
     *
     * @param length of a row, in characters
     */
    ParallelReader(Sql sql, ToIntFunction<T> length, Reader<T> reader) {
        this.length = length;
        read = CompletableFuture.supplyAsync(
                        () -> sql.inTransaction(tx -> {
                            reader.read(tx, this::put);
                            return true;
                        }),
                        task -> Thread.ofPlatform().name("rollup").daemon().start(task))
                .whenComplete((_, _) -> parts.add(List.of()));
    }

    /**
     * Takes the parts until the end of the rows.
     *
     * @throws RuntimeException what the reading threw
     */
    void each(Consumer<List<T>> consumer) {
        try {
            for (List<T> part = parts.take(); !part.isEmpty(); part = parts.take()) {
                consumer.accept(part);
                room.release(length(part));
            }
            var _ = read.join();
        } catch (InterruptedException stop) {
            throw stopped(stop);
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    private void put(List<T> part) {
        try {
            room.acquire(length(part));
        } catch (InterruptedException stop) {
            throw stopped(stop);
        }
        if (!isClosed) {
            parts.add(part);
        }
    }

    private int length(List<T> part) {
        return Math.min(MAX_WAITING, part.stream().mapToInt(length).sum());
    }

    private static IllegalStateException stopped(InterruptedException stop) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("stopped during a rollup", stop);
    }

    /** Waits for the thread even after a failure, so that no statement outlives the rollup. */
    @Override
    public void close() {
        isClosed = true;
        room.release(Integer.MAX_VALUE - MAX_WAITING);
        var _ = read.handle((result, failure) -> true).join();
    }
}
