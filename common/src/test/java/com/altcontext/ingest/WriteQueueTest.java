package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Buckets;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The lanes of a database with several buckets. */
@Timeout(60)
class WriteQueueTest {
    private static final Buckets TWO = new Buckets(2);

    private final MemoryBudget memory = new MemoryBudget(4 << 20);

    private void put(WriteQueue queue, int bucket, int events) {
        for (int i = 0; i < events; i++) {
            queue.put(List.of(new Ticket(
                    new Bucket((short) bucket, TWO),
                    List.of(TestEvent.at("visitor-" + (1_000 + i), Instant.now())
                            .path("/")
                            .event()),
                    memory)));
        }
    }

    private static WriteQueue.@Nullable Batch take(WriteQueue queue) throws InterruptedException {
        return queue.take(100, 1 << 20, 0);
    }

    private static WriteQueue.Batch takeOf(WriteQueue queue, int bucket, int events) throws InterruptedException {
        WriteQueue.Batch batch = Objects.requireNonNull(take(queue), "a lane should be free");
        assertThat(batch.bucket().number()).isEqualTo((short) bucket);
        assertThat(batch.tickets()).hasSize(events);
        return batch;
    }

    @Test
    void lanes_are_written_one_after_another_and_gather_events_meanwhile() throws InterruptedException {
        WriteQueue queue = new WriteQueue(100, Duration.ofDays(1).toNanos());
        put(queue, 0, 1);
        put(queue, 1, 1);
        WriteQueue.Batch first = takeOf(queue, 0, 1);

        put(queue, 0, 1);
        put(queue, 1, 2);
        assertThat(take(queue)).isNull();

        queue.done(first);
        WriteQueue.Batch second = takeOf(queue, 1, 3);
        assertThat(take(queue)).isNull();
        queue.done(second);
        var _ = takeOf(queue, 0, 1);
    }

    @Test
    void a_slow_lane_does_not_delay_the_others() throws InterruptedException {
        WriteQueue queue = new WriteQueue(100, 0);
        put(queue, 0, 1);
        put(queue, 1, 1);

        var _ = takeOf(queue, 0, 1);
        put(queue, 0, 1);
        var _ = takeOf(queue, 1, 1);
        assertThat(take(queue)).isNull();
    }
}
