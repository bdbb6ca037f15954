package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallerTurnsTest {
    private static final int PER_CALLER = 2;
    private static final int WAITING = 3;

    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(3, 3, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(8));
    private final CallerTurns turns = new CallerTurns(threads, PER_CALLER, WAITING);
    private final CountDownLatch release = new CountDownLatch(1);
    private final Semaphore begun = new Semaphore(0);
    private final List<String> done = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        release.countDown();
        threads.shutdown();
    }

    /** Starts work that runs until the test releases it. */
    private void begin(String caller, String name) {
        turns.execute(caller, () -> {
            begun.release();
            try {
                assertThat(release.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
            done.add(name);
        });
    }

    private void begin(String caller, int count) {
        for (int i = 1; i <= count; i++) {
            begin(caller, caller + i);
        }
    }

    private void awaitBegun(int count) throws InterruptedException {
        assertThat(begun.tryAcquire(count, 30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_caller_with_much_work_leaves_a_thread_to_other_callers() throws Exception {
        begin("a", PER_CALLER + WAITING);
        awaitBegun(PER_CALLER);

        CompletableFuture<String> other = new CompletableFuture<>();
        turns.execute("b", () -> other.complete("answered"));

        assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo("answered");
        assertThat(done).isEmpty();
    }

    @Test
    void waiting_work_runs_after_the_callers_other_work_and_the_caller_is_then_forgotten() throws Exception {
        begin("a", PER_CALLER + WAITING);
        release.countDown();
        awaitBegun(PER_CALLER + WAITING);
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

        assertThat(done).containsExactlyInAnyOrder("a1", "a2", "a3", "a4", "a5");
        assertThat(turns.callers()).isZero();
    }

    @Test
    void work_beyond_the_callers_limit_is_refused_until_earlier_work_is_done() throws Exception {
        begin("a", PER_CALLER + WAITING);
        assertThatThrownBy(() -> begin("a", "more")).isInstanceOf(RejectedExecutionException.class);
        release.countDown();
        awaitBegun(PER_CALLER + WAITING);

        begin("a", "later");
        awaitBegun(1);
    }

    /** The thread may be an event loop, which must not wait for the database. */
    @Test
    void a_thread_whose_work_is_refused_does_not_run_work_that_came_meanwhile() throws Exception {
        List<Thread> ran = new CopyOnWriteArrayList<>();
        List<Thread> others = new CopyOnWriteArrayList<>();
        CallerTurns[] full = new CallerTurns[1];
        full[0] = new CallerTurns(
                work -> {
                    if (others.isEmpty()) {
                        Thread other = Thread.ofPlatform().unstarted(() -> {
                            try {
                                full[0].execute("a", () -> ran.add(Thread.currentThread()));
                            } catch (RejectedExecutionException refused) {
                                // This work may be refused as well.
                            }
                        });
                        others.add(other);
                        other.start();
                        while (other.isAlive() && other.getState() != Thread.State.BLOCKED) {
                            Thread.onSpinWait();
                        }
                    }
                    throw new RejectedExecutionException();
                },
                1,
                WAITING);

        assertThatThrownBy(() -> full[0].execute("a", () -> ran.add(Thread.currentThread())))
                .isInstanceOf(RejectedExecutionException.class);
        others.getFirst().join();
        assertThat(ran).isEmpty();
        assertThat(full[0].callers()).isZero();
    }

    @Test
    void accepted_work_is_done_even_if_the_threads_stop() throws Exception {
        begin("a", PER_CALLER + WAITING);
        awaitBegun(PER_CALLER);
        threads.shutdown();
        assertThatThrownBy(() -> begin("b", "b1")).isInstanceOf(RejectedExecutionException.class);
        release.countDown();

        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(done).hasSize(PER_CALLER + WAITING);
        assertThat(turns.callers()).isZero();
    }
}
