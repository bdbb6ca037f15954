package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.TestEvent;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each wait is given a day: a test ends in time only if the queue ends the wait. */
@Timeout(60)
class WriteQueueTest {
    private static final long DAY = TimeUnit.DAYS.toNanos(1);

    private final WriteQueue queue = new WriteQueue(100);
    private final MemoryBudget memory = new MemoryBudget(1 << 20);

    private void put(String anonId) {
        queue.put(new Ticket(List.of(TestEvent.at(anonId, Instant.EPOCH).event()), memory));
    }

    private CompletableFuture<Void> gathering(int wanted) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        queue.gather(wanted, DAY);
                    } catch (InterruptedException stop) {
                        throw new AssertionError(stop);
                    }
                },
                Thread::startVirtualThread);
    }

    @Test
    void a_writer_that_gathers_goes_on_with_the_last_event_that_it_waits_for() throws Exception {
        put("visitor-0001");
        CompletableFuture<Void> gathering = gathering(3);
        put("visitor-0002");
        assertThat(gathering).isNotDone();
        put("visitor-0003");

        gathering.get();
        assertThat(queue.take(100, Long.MAX_VALUE, 0)).hasSize(3);
    }

    @Test
    void nothing_is_waited_for_when_enough_events_are_there() throws Exception {
        put("visitor-0001");

        queue.gather(1, DAY);

        assertThat(queue.depth()).isEqualTo(1);
    }

    @Test
    void gathering_ends_after_its_time_without_enough_events() throws Exception {
        put("visitor-0001");

        queue.gather(2, 1);

        assertThat(queue.depth()).isEqualTo(1);
    }

    @Test
    void gathering_ends_when_the_queue_is_closed() throws ExecutionException, InterruptedException {
        CompletableFuture<Void> gathering = gathering(2);

        queue.close();

        gathering.get();
        assertThat(queue.isClosed()).isTrue();
    }
}
