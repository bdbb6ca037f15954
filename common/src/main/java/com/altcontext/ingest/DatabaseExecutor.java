package com.altcontext.ingest;

import com.altcontext.db.Buckets;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.SqlFailure;
import com.altcontext.value.LimitedLog;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs work that waits for the database, so that event loops do not have to wait. It has a few threads, each with a
 * connection while it works, and a short queue, so that no request waits longer than its client would. Events are
 * stored by {@link GroupCommit} instead.
 */
public final class DatabaseExecutor {
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ThreadPoolExecutor threads;
    private final CallerTurns turns;
    private final DatabaseState database;
    private final MemoryBudget memory;
    private final LimitedLog failures = new LimitedLog(System.getLogger(DatabaseExecutor.class.getName()));

    public DatabaseExecutor(String name, int size, int maxWaiting, DatabaseState database, MemoryBudget memory) {
        this(name, size, Integer.MAX_VALUE, maxWaiting, database, memory);
    }

    /** @param perCaller how many tasks of one caller may run or be queued to run; further ones wait for these */
    public DatabaseExecutor(
            String name, int size, int perCaller, int maxWaiting, DatabaseState database, MemoryBudget memory) {
        this.memory = memory;
        this.database = database;
        this.threads = new ThreadPoolExecutor(
                size,
                size,
                IDLE.toSeconds(),
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(maxWaiting),
                Thread.ofPlatform().name(name + "-", 1).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
        this.turns = new CallerTurns(threads, perCaller, maxWaiting);
    }

    /**
     * Does the work for a request.
     *
     * @param caller identifies the caller, if work is limited per caller
     * @param requestId identifies the request in the log
     * @param weight bytes of heap that the request holds while it waits
     * @param eventLoop the request's event loop
     * @return completes on the event loop
     * @throws Unavailable if the database is away, too many tasks wait, or the memory budget is used up
     */
    public <T> CompletionStage<T> submit(
            String caller, String requestId, int weight, Executor eventLoop, Supplier<T> work) {
        MemoryBudget.Reservation waiting = memory.reserve(weight);
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            execute(caller, () -> {
                try {
                    T result = attempt(work, "; request " + requestId);
                    eventLoop.execute(() -> {
                        waiting.release();
                        answer.complete(result);
                    });
                } catch (RuntimeException | Error failure) {
                    eventLoop.execute(() -> {
                        waiting.release();
                        answer.completeExceptionally(failure);
                    });
                }
            });
        } catch (Unavailable full) {
            waiting.release();
            throw full;
        }
        return answer;
    }

    /**
     * Runs work for several requests on one of the threads.
     *
     * @throws Unavailable if the database is away or too many tasks wait
     */
    public void execute(Runnable work) {
        execute("", work);
    }

    private void execute(String caller, Runnable work) {
        checkDatabase();
        if (isStopped()) {
            throw new Unavailable(Unavailable.Reason.STOPPING);
        }
        try {
            turns.execute(caller, work);
        } catch (RejectedExecutionException full) {
            throw new Unavailable(isStopped() ? Unavailable.Reason.STOPPING : Unavailable.Reason.QUEUE_FULL);
        }
    }

    /**
     * Does work with the database on the calling thread, which must be one of this executor's.
     *
     * @throws Unavailable if the database is away or can't do the work at present
     */
    <T> T attempt(Supplier<T> work) {
        return attempt(work, "");
    }

    /** @param suffix is appended to the log message of a failure */
    private <T> T attempt(Supplier<T> work, String suffix) {
        // The database may have gone away while this task waited. Then all waiting tasks are refused at once, not each
        // after its own timeout.
        checkDatabase();
        try {
            return work.get();
        } catch (SqlFailure failed) {
            if (!failed.isUnavailability()) {
                throw failed;
            }
            failures.log(
                    System.Logger.Level.WARNING,
                    "the database cannot serve a request now: " + failed.getMessage() + suffix);
            if (failed.isLostConnection()) {
                // The writer checks this within 0.2 seconds, in case only the connection was lost.
                database.lost();
            }
            throw new Unavailable(Unavailable.Reason.DATABASE_AWAY);
        }
    }

    /** The buckets of the database when it was last checked. */
    Buckets buckets() {
        return database.buckets();
    }

    public boolean isStopped() {
        return threads.isShutdown();
    }

    private void checkDatabase() {
        if (!database.isReady()) {
            throw new Unavailable(Unavailable.Reason.DATABASE_AWAY);
        }
    }

    /** Takes no more work; accepted work goes on. */
    public void stop() {
        threads.shutdown();
    }

    /** Waits until the accepted work is done, at the latest until this {@link System#nanoTime}. */
    public void await(long deadline) {
        try {
            var _ = threads.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
