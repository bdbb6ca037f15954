package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.event.Event;
import com.altcontext.event.Outcome;
import com.altcontext.event.Receipt;
import com.altcontext.testing.TestEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupCommitTest extends GroupCommitFixture {
    @Test
    void an_event_is_stored_before_it_is_answered() throws Exception {
        Receipt receipt = receipt(
                answer(started().submit(List.of(event("visitor-0001", "/")))).getFirst());

        assertThat(database.count("SELECT count(*) FROM events WHERE id = ?", receipt.eventId()))
                .isEqualTo(1);
    }

    @Test
    void three_hundred_identical_events_at_once_give_one_row_and_one_receipt() throws Exception {
        Event same = event("visitor-0001", "/");
        GroupCommit writer = started();

        List<CompletableFuture<List<Outcome>>> answers = IntStream.range(0, 300)
                .mapToObj(i -> writer.submit(List.of(same)))
                .toList();

        List<Outcome> outcomes = new ArrayList<>();
        for (CompletableFuture<List<Outcome>> future : answers) {
            outcomes.addAll(answer(future));
        }
        assertThat(outcomes.stream().filter(outcome -> outcome instanceof Outcome.Stored))
                .hasSize(1);
        assertThat(outcomes.stream().map(GroupCommitTest::receipt).distinct()).hasSize(1);
        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(1);
    }

    @Test
    void two_hundred_events_of_one_visitor_at_once_on_two_machines_make_one_session() throws Exception {
        GroupCommit one = started();
        GroupCommit another = writer(database.anotherMachine(), BOUNDS);
        another.start();

        List<CompletableFuture<List<Outcome>>> answers = IntStream.range(0, 200)
                .parallel()
                .mapToObj(i -> (i % 2 == 0 ? one : another).submit(List.of(event("visitor-0001", "/" + i))))
                .toList();
        for (CompletableFuture<List<Outcome>> future : answers) {
            assertThat(answer(future)).hasOnlyElementsOfType(Outcome.Stored.class);
        }

        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(200);
        assertThat(database.count("SELECT count(*) FROM visitors")).isEqualTo(1);
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
    }

    @Test
    void waiting_events_are_written_together() throws Exception {
        GroupCommit writer = writer(database.sql(), BOUNDS);
        List<CompletableFuture<List<Outcome>>> answers = IntStream.range(0, 100)
                .mapToObj(i -> writer.submit(List.of(event("visitor-0001", "/" + i))))
                .toList();

        writer.start();
        for (CompletableFuture<List<Outcome>> future : answers) {
            answer(future);
        }

        assertThat(batches).extracting(CommittedBatch::events).containsExactly(100);
    }

    @Test
    void a_request_is_never_split_over_two_transactions() throws Exception {
        GroupCommit writer = writer(database.sql(), BOUNDS);
        List<CompletableFuture<List<Outcome>>> answers = new ArrayList<>();
        for (int request = 0; request < 5; request++) {
            String path = "/" + request;
            answers.add(writer.submit(IntStream.range(0, 100)
                    .mapToObj(i -> event("visitor-0001", path + "/" + i))
                    .toList()));
        }

        writer.start();
        for (CompletableFuture<List<Outcome>> future : answers) {
            assertThat(answer(future)).hasSize(100);
        }

        assertThat(batches).extracting(CommittedBatch::events).containsExactly(200, 200, 100);
    }

    @Test
    void a_full_queue_refuses_at_once_and_stores_everything_it_accepted() throws Exception {
        GroupCommit writer = writer(database.sql(), new GroupCommit.Bounds(10, 256, 4 << 20, MAX_STOP));
        List<CompletableFuture<List<Outcome>>> taken = IntStream.range(0, 10)
                .mapToObj(i -> writer.submit(List.of(event("visitor-0001", "/" + i))))
                .toList();

        assertThatThrownBy(() -> writer.submit(List.of(event("visitor-0001", "/one-too-many"))))
                .isInstanceOfSatisfying(
                        Unavailable.class, full -> assertThat(full.reason()).isEqualTo(Unavailable.Reason.QUEUE_FULL));

        writer.start();
        for (CompletableFuture<List<Outcome>> future : taken) {
            assertThat(answer(future)).hasOnlyElementsOfType(Outcome.Stored.class);
        }
    }

    @Test
    void large_events_are_refused_once_they_use_up_the_memory_of_the_queue() {
        GroupCommit writer = writer(database.sql(), BOUNDS, new MemoryBudget(1 << 20));
        Event large = TestEvent.at("visitor-0001", Instant.now())
                .props("{\"x\":\"" + "x".repeat(60_000) + "\"}")
                .event();

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 20; i++) {
                        writer.submit(List.of(large));
                    }
                })
                .isInstanceOf(Unavailable.class);
        assertThat(writer.depth()).isBetween(4, 10);
    }

    @Test
    void closing_stores_waiting_events_and_accepts_no_more() throws Exception {
        GroupCommit writer = writer(database.sql(), BOUNDS);
        CompletableFuture<List<Outcome>> waiting = writer.submit(List.of(event("visitor-0001", "/")));
        rejections.count("default", "events", "invalid_request", 1);

        writer.start();
        writer.close();

        assertThat(waiting).isCompleted();
        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(1);
        assertThat(database.count("SELECT sum(count) FROM ingest_rejections")).isEqualTo(1);
        assertThatThrownBy(() -> writer.submit(List.of(event("visitor-0001", "/2"))))
                .isInstanceOfSatisfying(
                        Unavailable.class, stop -> assertThat(stop.reason()).isEqualTo(Unavailable.Reason.STOPPING));
    }
}
