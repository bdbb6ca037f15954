package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.DatabaseState;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What writers do when the database refuses rows or cannot store them. */
@Timeout(60)
class GroupCommitFaultsTest extends GroupCommitFixture {
    @Test
    void one_bad_row_does_not_fail_the_other_rows_of_its_batch() throws Exception {
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
                    // A node of a cluster does not say which kind of constraint failed.
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
    void if_one_row_is_bad_the_other_rows_are_still_stored_in_the_order_of_their_times() throws Exception {
        database.run("ALTER TABLE events ADD CONSTRAINT poison CHECK (path <> '/poison') NOT VALID");
        try {
            TestEvent view = TestEvent.at("visitor-0001", Instant.now());
            Instant now = view.receivedAt();
            GroupCommit writer = started();

            List<Outcome> outcomes = answer(writer.submit(List.of(
                    view.timestamp(now.minusMillis(100)).type("engagement").event(),
                    view.timestamp(now.minusMillis(150))
                            .path("/b")
                            .utmSource("two")
                            .event(),
                    view.timestamp(now.minusMillis(300))
                            .path("/a")
                            .utmSource("one")
                            .event(),
                    view.timestamp(now).path("/poison").event())));

            assertThat(outcomes)
                    .map(outcome -> outcome instanceof Outcome.Stored)
                    .containsExactly(true, true, true, false);
            assertThat(database.texts(
                            "SELECT concat_ws(' ', utm_source, entry_path, events) FROM sessions ORDER BY started_at"))
                    .containsExactly("one /a 1", "two /b 2");
        } finally {
            database.run("ALTER TABLE events DROP CONSTRAINT poison");
        }
    }

    @Test
    void the_writer_waits_until_the_database_has_its_schema() throws Exception {
        Database bare = Database.at(com.altcontext.devdb.TestDatabase.fresh());
        CountDownLatch committed = new CountDownLatch(1);
        DatabaseState state = new DatabaseState(bare.sql(), InstantSource.system());
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        GroupCommit writer = new GroupCommit(
                bare.sql(),
                state,
                noNodes(bare.sql()),
                store,
                rejections,
                BOUNDS,
                new MemoryBudget(MEMORY),
                batch -> committed.countDown());
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
    void the_writer_survives_any_failure_before_the_database_is_ready() throws Exception {
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
    void the_writer_survives_a_batch_that_fails_unexpectedly() throws Exception {
        GroupCommit writer = started();
        Event good = event("visitor-0001", "/");
        // This time has no epoch milliseconds. No code creates such a time today.
        Event broken = new Event(
                good.id(), good.visitor(), good.beacon(), good.origin(), Instant.MAX, good.receivedAt(), true, false);

        for (int i = 0; i < 3; i++) {
            assertUnavailable(() -> writer.submit(List.of(broken)), Unavailable.Reason.WRITER_FAILED);
        }
        assertThat(writer.isRunning()).isTrue();
        assertThat(answer(writer.submit(List.of(good)))).hasOnlyElementsOfType(Outcome.Stored.class);
    }

    @Test
    @Tag("single-node") // On Citus, the tests reuse their connections, to which a new default does not apply.
    void events_are_refused_while_the_database_is_read_only_and_this_is_reported_until_one_is_stored()
            throws Exception {
        Database own = Database.migrated();
        DatabaseState state = new DatabaseState(own.sql(), InstantSource.system());
        state.check();
        GroupCommit writer = writer(own.sql(), state);
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
        assertThat(state.isReady()).as("the database can still be read").isTrue();

        readOnly(own, "off");
        // With several buckets, a bucket pauses after a failure.
        CompletableFuture<List<Outcome>> stored = Awaitility.await()
                .ignoreException(Unavailable.class)
                .until(() -> writer.submit(List.of(event("visitor-0001", "/"))), Objects::nonNull);
        assertThat(answer(stored)).hasSize(1);
        assertThat(writer.uncommittedFor()).isZero();
        writer.close();
        assertThat(own.count("SELECT count(*) FROM events")).isEqualTo(1);
        assertThat(own.count("SELECT sum(count) FROM ingest_rejections")).isEqualTo(1);
    }

    private static void readOnly(Database database, String onOrOff) {
        database.run(
                "SET TRANSACTION READ WRITE",
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = " + onOrOff
                        + "', current_database()); END $$");
    }
}
