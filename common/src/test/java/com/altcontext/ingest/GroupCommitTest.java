package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.event.Receipt;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupCommitTest {
    private static final GroupCommit.Bounds BOUNDS = new GroupCommit.Bounds(1_000, 256, 4 << 20);
    private static final long MEMORY = 4 << 20;

    private static Database database;

    private final Rejections rejections = new Rejections(property -> ZoneOffset.UTC, InstantSource.system());
    private final List<CommittedBatch> batches = new ArrayList<>();
    private final List<GroupCommit> open = new ArrayList<>();

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        database.run("TRUNCATE visitors, sessions, events, ingest_rejections");
    }

    @AfterEach
    void close() {
        open.forEach(GroupCommit::close);
    }

    private GroupCommit writer(Sql sql, GroupCommit.Bounds bounds) {
        return writer(sql, bounds, new MemoryBudget(MEMORY));
    }

    private GroupCommit writer(Sql sql, GroupCommit.Bounds bounds, MemoryBudget memory) {
        DatabaseState state = new DatabaseState(sql, InstantSource.system());
        state.ask();
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        GroupCommit writer = new GroupCommit(sql, state, store, rejections, bounds, memory, batch -> {
            synchronized (batches) {
                batches.add(batch);
            }
        });
        open.add(writer);
        return writer;
    }

    private GroupCommit writer(DatabaseState state) {
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        GroupCommit writer = new GroupCommit(
                database.sql(), state, store, rejections, BOUNDS, new MemoryBudget(MEMORY), batch -> {});
        open.add(writer);
        return writer;
    }

    private GroupCommit started() {
        GroupCommit writer = writer(database.sql(), BOUNDS);
        writer.start();
        return writer;
    }

    private static Event event(String anonId, String path) {
        return TestEvent.at(anonId, Instant.now()).path(path).event();
    }

    private static List<Outcome> answer(CompletableFuture<List<Outcome>> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static Receipt receipt(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Stored stored -> stored.receipt();
            case Outcome.Duplicate duplicate -> duplicate.receipt();
            default -> throw new AssertionError("no receipt: " + outcome);
        };
    }

    @Test
    void the_row_is_there_when_the_answer_is() throws Exception {
        Receipt receipt = receipt(
                answer(started().submit(List.of(event("visitor-0001", "/")))).getFirst());

        assertThat(database.count("SELECT count(*) FROM events WHERE id = ?", receipt.eventId()))
                .isEqualTo(1);
    }

    @Test
    void three_hundred_identical_events_at_once_are_one_row_and_one_answer() throws Exception {
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
    void two_hundred_events_of_one_visitor_at_once_from_two_machines_are_one_session() throws Exception {
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
    void one_bad_row_does_not_fail_its_neighbours() throws Exception {
        database.run("ALTER TABLE events ADD CONSTRAINT poison CHECK (path <> '/poison') NOT VALID");
        try {
            GroupCommit writer = writer(database.sql(), BOUNDS);
            List<CompletableFuture<List<Outcome>>> answers = IntStream.range(0, 50)
                    .mapToObj(i -> writer.submit(List.of(event("visitor-0001", i % 17 == 3 ? "/poison" : "/" + i))))
                    .toList();
            writer.start();

            for (int i = 0; i < answers.size(); i++) {
                Outcome outcome = answer(answers.get(i)).getFirst();
                if (i % 17 == 3) {
                    // A node of a cluster does not say by which kind of constraint.
                    assertThat(outcome).isIn(new Outcome.Unstorable("23514"), new Outcome.Unstorable("23000"));
                } else {
                    assertThat(outcome).isInstanceOf(Outcome.Stored.class);
                }
            }
            assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(47);
            assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
        } finally {
            database.run("ALTER TABLE events DROP CONSTRAINT poison");
        }
    }

    @Test
    void a_full_queue_refuses_at_once_and_forgets_nothing_that_it_took() throws Exception {
        GroupCommit writer = writer(database.sql(), new GroupCommit.Bounds(10, 256, 4 << 20));
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
    void large_events_fill_the_queue_by_their_memory() {
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
    void closing_stores_what_waits_and_takes_nothing_more() throws Exception {
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

    @Test
    void a_database_without_the_schema_is_waited_for() throws Exception {
        Database bare = Database.at(com.altcontext.devdb.TestDatabase.fresh());
        CountDownLatch committed = new CountDownLatch(1);
        DatabaseState state = new DatabaseState(bare.sql(), InstantSource.system());
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        GroupCommit writer = new GroupCommit(
                bare.sql(), state, store, rejections, BOUNDS, new MemoryBudget(MEMORY), batch -> committed.countDown());
        open.add(writer);
        writer.start();

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> state.status() == DatabaseState.Status.SCHEMA_OUTDATED);
        assertThat(state.wasReady()).isFalse();
        assertThatThrownBy(() -> writer.submit(List.of(event("visitor-0001", "/"))))
                .isInstanceOf(Unavailable.class);

        com.altcontext.db.Migrations.of(com.altcontext.db.DatabaseUrl.parse(bare.url()))
                .apply();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(state::isReady);
        assertThat(answer(writer.submit(List.of(event("visitor-0001", "/"))))).hasSize(1);
        assertThat(committed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void the_writer_outlives_whatever_fails_before_the_database_is_ready() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        DatabaseState state = new DatabaseState(database.sql(), InstantSource.system(), () -> {
            switch (tries.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("an unreadable row");
                case 2 -> throw new StackOverflowError();
                default -> {}
            }
        });
        GroupCommit writer = writer(state);
        writer.start();

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(state::isReady);
        assertThat(answer(writer.submit(List.of(event("visitor-0001", "/"))))).hasSize(1);
        assertThat(tries).hasValue(3);
    }

    @Test
    void the_writer_outlives_a_batch_that_fails_in_an_unforeseen_way() throws Exception {
        GroupCommit writer = started();
        Event good = event("visitor-0001", "/");
        // No code makes such a time today: it has no epoch milliseconds.
        Event broken = new Event(
                good.id(), good.visitor(), good.beacon(), good.origin(), Instant.MAX, good.receivedAt(), true, false);

        for (int i = 0; i < 3; i++) {
            assertUnavailable(() -> writer.submit(List.of(broken)), Unavailable.Reason.WRITER_FAILED);
        }
        assertThat(writer.isRunning()).isTrue();
        assertThat(answer(writer.submit(List.of(good)))).hasOnlyElementsOfType(Outcome.Stored.class);
    }

    @Test
    @Tag("single-node") // On Citus the tests keep their connections, which a new default does not reach.
    void a_read_only_database_costs_503s_and_is_reported_until_an_event_is_stored() throws Exception {
        Database own = Database.migrated();
        DatabaseState state = new DatabaseState(own.sql(), InstantSource.system());
        state.ask();
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        GroupCommit writer =
                new GroupCommit(own.sql(), state, store, rejections, BOUNDS, new MemoryBudget(MEMORY), batch -> {});
        open.add(writer);
        writer.start();
        assertThat(writer.uncommittedFor()).isZero();

        readOnly(own, "on");
        rejections.count("default", "events", "invalid_request", 1);
        for (int i = 0; i < 3; i++) {
            String path = "/" + i;
            assertUnavailable(
                    () -> writer.submit(List.of(event("visitor-0001", path))), Unavailable.Reason.DATABASE_AWAY);
        }
        Duration soFar = writer.uncommittedFor();
        assertThat(soFar).isPositive();
        assertUnavailable(() -> writer.submit(List.of(event("visitor-0001", "/"))), Unavailable.Reason.DATABASE_AWAY);
        assertThat(writer.uncommittedFor()).isGreaterThan(soFar);
        assertThat(state.isReady()).as("reading goes on").isTrue();

        readOnly(own, "off");
        // One of several buckets rests after a failure.
        CompletableFuture<List<Outcome>> stored = Awaitility.await()
                .ignoreException(Unavailable.class)
                .until(() -> writer.submit(List.of(event("visitor-0001", "/"))), Objects::nonNull);
        assertThat(answer(stored)).hasSize(1);
        assertThat(writer.uncommittedFor()).isZero();
        writer.close();
        assertThat(own.count("SELECT count(*) FROM events")).isEqualTo(1);
        assertThat(own.count("SELECT sum(count) FROM ingest_rejections")).isEqualTo(1);
    }

    private static void readOnly(Database database, String isSo) {
        database.run(
                "SET TRANSACTION READ WRITE",
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = " + isSo
                        + "', current_database()); END $$");
    }

    private static void assertUnavailable(
            Supplier<CompletableFuture<List<Outcome>>> submission, Unavailable.Reason reason) {
        assertThatThrownBy(() -> {
                    try {
                        answer(submission.get());
                    } catch (ExecutionException failed) {
                        throw failed.getCause();
                    }
                })
                .isInstanceOfSatisfying(
                        Unavailable.class, away -> assertThat(away.reason()).isEqualTo(reason));
    }
}
