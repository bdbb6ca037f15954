package com.altcontext.ingest;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Shares threads between callers. Each caller has only a few tasks there at a time; its further tasks wait here and do
 * not delay those of other callers.
 */
final class CallerTurns {
    private final Executor threads;
    private final int perCaller;
    private final int maxWaiting;
    private final Map<String, CallerState> callers = new HashMap<>();
    private int waiting;

    /**
     * @param perCaller how many tasks of one caller the threads have at a time, running or in their queue
     * @param maxWaiting how many tasks may wait here, of all callers together
     */
    CallerTurns(Executor threads, int perCaller, int maxWaiting) {
        this.threads = threads;
        this.perCaller = perCaller;
        this.maxWaiting = maxWaiting;
    }

    private static final class CallerState {
        private int running;
        private final Queue<Runnable> waiting = new ArrayDeque<>();
    }

    /** @throws RejectedExecutionException if too many tasks wait, or the threads take no more */
    synchronized void execute(String name, Runnable work) {
        CallerState caller = callers.getOrDefault(name, new CallerState());
        if (caller.running < perCaller) {
            // This must be done under the lock. Otherwise a later task could be made to wait for this one, and would
            // wait for ever if the threads refuse this one.
            threads.execute(() -> run(name, work));
            caller.running++;
            callers.put(name, caller);
        } else if (waiting == maxWaiting) {
            throw new RejectedExecutionException();
        } else {
            waiting++;
            caller.waiting.add(work);
        }
    }

    private void run(String caller, Runnable work) {
        try {
            work.run();
        } finally {
            runNext(caller);
        }
    }

    private void runNext(String caller) {
        Runnable next = next(caller);
        if (next == null) {
            return;
        }
        try {
            // It goes to the end of the threads' queue, behind the tasks of other callers.
            threads.execute(() -> run(caller, next));
        } catch (RejectedExecutionException full) {
            // The task was accepted, so it must run. This thread is one of the pool's.
            run(caller, next);
        }
    }

    private synchronized @Nullable Runnable next(String name) {
        CallerState caller = callers.get(name);
        if (caller == null) {
            throw new IllegalStateException("no task of this caller is running");
        }
        Runnable next = caller.waiting.poll();
        if (next != null) {
            waiting--;
        } else if (--caller.running == 0) {
            callers.remove(name);
        }
        return next;
    }

    /** The number of callers that have tasks. */
    synchronized int callers() {
        return callers.size();
    }
}
