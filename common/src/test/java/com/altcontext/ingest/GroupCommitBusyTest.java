package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseState;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the writer is busy, so that queries leave it room. */
@Timeout(60)
class GroupCommitBusyTest {
    private static final int IN_BATCH = 10;

    private final Database database = Database.migrated();
    /** Whether the writer was busy after each batch. */
    private final List<Boolean> busy = new ArrayList<>();

    /** Stores the given number of events. All of them wait before the first is stored. */
    private void store(int events) {
        DatabaseState state = new DatabaseState(database.sql(), InstantSource.system());
        state.check();
        GroupCommit[] writer = new GroupCommit[1];
        try (GroupCommit made = new GroupCommit(
                database.sql(),
                state,
                GroupCommitFixture.noNodes(database.sql()),
                new EventStore(new SessionRule(Duration.ofMinutes(30))),
                new Rejections(_ -> ZoneOffset.UTC, InstantSource.system()),
                new GroupCommit.Bounds(1_000, IN_BATCH, 1 << 20, Duration.ofSeconds(4)),
                new MemoryBudget(4 << 20),
                _ -> busy.add(writer[0].isBusy()))) {
            writer[0] = made;
            assertThat(made.isBusy()).isFalse();
            List<CompletableFuture<List<Outcome>>> answers = new ArrayList<>();
            for (int i = 0; i < events; i++) {
                // The events are of one visitor, so that all are in one lane.
                answers.add(made.submit(List.of(TestEvent.at("visitor-busy", Instant.now())
                        .path("/" + i)
                        .event())));
            }
            made.start();
            answers.forEach(CompletableFuture::join);
        }
    }

    @Test
    void the_writer_is_busy_while_many_events_wait_at_the_end_of_a_commit() {
        store(4 * IN_BATCH);

        assertThat(busy).hasSize(4).startsWith(true, true);
    }

    @Test
    void the_writer_is_not_busy_if_all_waiting_events_fit_into_one_batch() {
        store(IN_BATCH);

        assertThat(busy).containsExactly(false);
    }
}
