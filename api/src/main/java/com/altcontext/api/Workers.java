package com.altcontext.api;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.SqlFailure;
import com.altcontext.ingest.LimitedLog;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.Unavailable;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs what waits for the database away from the event loops: few threads, each with a connection while it works, and a
 * short queue, so that nobody waits longer than a sender would. Events do not come here: see
 * {@link com.altcontext.ingest.GroupCommit}.
 */
final class Workers {
    /** What an operator's question or a short form brings along. */
    private static final int OBJECTS = 4_096;

    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ThreadPoolExecutor threads;
    private final DatabaseState database;
    private final MemoryBudget memory;
    private final LimitedLog failures = new LimitedLog(System.getLogger(Workers.class.getName()));

    Workers(String name, int most, int mostWaiting, DatabaseState database, MemoryBudget memory) {
        this.memory = memory;
        this.database = database;
        this.threads = new ThreadPoolExecutor(
                most,
                most,
                IDLE.toSeconds(),
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(mostWaiting),
                Thread.ofPlatform().name(name + "-", 1).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Does the work on one of the threads and gives what it made to the answer on the request's event loop.
     *
     * @throws Unavailable if the database is away, or too much waits or holds too much memory
     */
    <T> void run(Exchange exchange, Supplier<T> work, Consumer<T> answer) {
        MemoryBudget.Reservation waiting = memory.reserve(OBJECTS + exchange.weight());
        try {
            run(() -> {
                try {
                    T result = attempt(work);
                    exchange.later(() -> {
                        waiting.release();
                        answer.accept(result);
                    });
                } catch (RuntimeException | Error failure) {
                    exchange.later(() -> {
                        waiting.release();
                        exchange.failed(failure);
                    });
                }
            });
        } catch (Unavailable full) {
            waiting.release();
            throw full;
        }
    }

    /**
     * Runs on one of the threads what is for several requests, and tells them itself.
     *
     * @throws Unavailable if the database is away or too much waits
     */
    void run(Runnable work) {
        checkDatabase();
        try {
            threads.execute(work);
        } catch (RejectedExecutionException full) {
            throw new Unavailable(isStopped() ? Unavailable.Reason.STOPPING : Unavailable.Reason.QUEUE_FULL);
        }
    }

    /**
     * Does work with the database on the caller's thread, which is one of these.
     *
     * @throws Unavailable if the database is away, or cannot do it now
     */
    <T> T attempt(Supplier<T> work) {
        // It may have gone while this waited: then those behind are told at once, each without its own time limit.
        checkDatabase();
        try {
            return work.get();
        } catch (SqlFailure failed) {
            if (!failed.isUnavailability()) {
                throw failed;
            }
            failures.log(System.Logger.Level.WARNING, "the database cannot do it now: " + failed.getMessage());
            if (failed.isLostConnection()) {
                // If the database is there, it is found again within a fifth of a second.
                database.lost();
            }
            throw new Unavailable(Unavailable.Reason.DATABASE_AWAY);
        }
    }

    boolean isStopped() {
        return threads.isShutdown();
    }

    private void checkDatabase() {
        if (!database.isReady()) {
            throw new Unavailable(Unavailable.Reason.DATABASE_AWAY);
        }
    }

    /** Takes nothing more; what was taken goes on. */
    void stop() {
        threads.shutdown();
    }

    /** Waits until all is finished that was taken before {@link #stop}, but not beyond this {@link System#nanoTime}. */
    void await(long deadline) {
        try {
            var _ = threads.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
