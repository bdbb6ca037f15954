package com.altcontext.ingest;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Shares threads between callers: each has a few pieces of work there at a time, and its others wait without holding up anyone else's. */
final class CallerTurns {
    private final Executor threads;
    private final int perCaller;
    private final int maxWaiting;
    private final Map<String, Caller> callers = new HashMap<>();
    private int waiting;

    /**
     * @param perCaller how many pieces of work of one caller the threads have at a time
     * @param maxWaiting how many wait for others of their callers
     */
    CallerTurns(Executor threads, int perCaller, int maxWaiting) {
        this.threads = threads;
        this.perCaller = perCaller;
        this.maxWaiting = maxWaiting;
    }

    private static final class Caller {
        private int running;
        private final Queue<Runnable> waiting = new ArrayDeque<>();
    }

    /** @throws RejectedExecutionException if too much waits, or the threads take no more */
    void execute(String caller, Runnable work) {
        if (begins(caller, work)) {
            try {
                threads.execute(() -> run(caller, work));
            } catch (RejectedExecutionException full) {
                runNext(caller);
                throw full;
            }
        }
    }

    private synchronized boolean begins(String name, Runnable work) {
        Caller caller = callers.computeIfAbsent(name, _ -> new Caller());
        if (caller.running < perCaller) {
            caller.running++;
            return true;
        }
        if (waiting == maxWaiting) {
            throw new RejectedExecutionException();
        }
        waiting++;
        caller.waiting.add(work);
        return false;
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
            // Behind what waits of others.
            threads.execute(() -> run(caller, next));
        } catch (RejectedExecutionException full) {
            // It was accepted.
            run(caller, next);
        }
    }

    private synchronized @Nullable Runnable next(String name) {
        Caller caller = callers.get(name);
        if (caller == null) {
            throw new IllegalStateException("a caller has work, or is not there");
        }
        Runnable next = caller.waiting.poll();
        if (next != null) {
            waiting--;
        } else if (--caller.running == 0) {
            callers.remove(name);
        }
        return next;
    }

    /** How many have work. */
    synchronized int callers() {
        return callers.size();
    }
}
