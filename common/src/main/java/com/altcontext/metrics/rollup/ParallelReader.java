package com.altcontext.metrics.rollup;

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
 * Reads rows in a thread and transaction of its own, in parallel to the transaction that writes. So two database
 * processes work on a day at the same time, which divides the work better than parallel workers for each statement
 * would. The rows are handed over in parts. The reader waits while too many characters are not consumed yet, since all
 * rows of many properties do not fit into a small heap.
 *
 * @param <T> the type of a row
 */
final class ParallelReader<T> implements AutoCloseable {
    /** The number of rows of a part. */
    static final int ROWS = 100;

    /** In characters; up to 2 MB. */
    private static final int MAX_WAITING = 1 << 20;

    private final ToIntFunction<T> length;
    private final Semaphore capacity = new Semaphore(MAX_WAITING);
    private final BlockingQueue<List<T>> parts = new LinkedBlockingQueue<>();
    private final CompletableFuture<Boolean> read;
    private volatile boolean isClosed;

    /** Reads the rows and hands them over in parts. */
    @FunctionalInterface
    interface Reader<T> {
        void read(Tx tx, Consumer<List<T>> parts);
    }

    /**
     * Starts reading at once.
     *
     * @param length gives the size of a row in characters
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
     * Passes all parts to the consumer, until there are no more rows.
     *
     * @throws RuntimeException the failure of the reader, if it failed
     */
    void each(Consumer<List<T>> consumer) {
        try {
            for (List<T> part = parts.take(); !part.isEmpty(); part = parts.take()) {
                consumer.accept(part);
                capacity.release(length(part));
            }
            var _ = read.join();
        } catch (InterruptedException interruption) {
            throw interrupted(interruption);
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    private void put(List<T> part) {
        try {
            capacity.acquire(length(part));
        } catch (InterruptedException interruption) {
            throw interrupted(interruption);
        }
        if (!isClosed) {
            parts.add(part);
        }
    }

    private int length(List<T> part) {
        return Math.min(MAX_WAITING, part.stream().mapToInt(length).sum());
    }

    private static IllegalStateException interrupted(InterruptedException interruption) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted during a rollup", interruption);
    }

    /**
     * Waits for the reading thread, even after a failure, so that no statement is still running when the rollup has
     * ended.
     */
    @Override
    public void close() {
        isClosed = true;
        capacity.release(Integer.MAX_VALUE - MAX_WAITING);
        var _ = read.handle((result, failure) -> true).join();
    }
}
