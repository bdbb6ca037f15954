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
    synchronized void execute(String name, Runnable work) {
        Caller caller = callers.getOrDefault(name, new Caller());
        if (caller.running < perCaller) {
            // Under the lock: otherwise, work that comes meanwhile could wait for this, which is then refused.
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
            // Behind what waits of others.
            threads.execute(() -> run(caller, next));
        } catch (RejectedExecutionException full) {
            // It was accepted, and this is one of the threads.
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
