package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.lead.Email;
import com.altcontext.metrics.RollupLock;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.metrics.rollup.RollupReceipt;
import com.altcontext.testing.TestEvent;
import com.altcontext.testing.TestForm;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Erasures at the same time as forms, events and rollups of the same person. */
@Tag("slow")
class ErasureConcurrencyTest extends ErasureFixture {
    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void captures_during_an_erasure_leave_one_complete_lead_or_none() throws Exception {
        for (int round = 0; round < 5; round++) {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                TestForm submitted = form("bob@x.ca", "visitor-bob" + i % 3)
                        .at(NOW.plusSeconds(round * 600L + i * 40L))
                        .payload("{\"mail\": \"bob@x.ca\", \"i\": " + i + "}");
                work.add(() -> capture(database.anotherMachine(), submitted).heuristicLinksCreated());
                if (i % 3 == 1) {
                    work.add(() -> erase(BOB).map(erased -> 1).orElse(0));
                }
            }
            try (ExecutorService pool = Executors.newFixedThreadPool(work.size())) {
                for (Future<Integer> done : pool.invokeAll(work)) {
                    var _ = done.get();
                }
            }
            assertWhole();
        }
        erase(BOB);
        assertThat(columnsWith("bob@x.ca")).isEmpty();
        assertThat(List.of(rows("visitors"), rows("sessions"), rows("events"))).containsOnly(0L);
    }

    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void events_during_an_erasure_are_not_stored_without_their_visitor() throws Exception {
        for (int round = 0; round < 5; round++) {
            capture(form("bob@x.ca", "visitor-bob1").at(NOW.plusSeconds(round * 60L)));
            List<Callable<Integer>> work = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                TestEvent beacon = visit("visitor-bob1", "default")
                        .timestamp(NOW.plusSeconds(round * 60L + i))
                        .path("/" + i);
                work.add(() -> database.anotherMachine()
                        .inTransaction(
                                tx -> EVENTS.write(tx, List.of(beacon.event())).size()));
                if (i == 2) {
                    work.add(() -> erase(BOB).map(erased -> 1).orElse(0));
                }
            }
            try (ExecutorService pool = Executors.newFixedThreadPool(work.size())) {
                for (Future<Integer> done : pool.invokeAll(work)) {
                    assertThat(done.get()).isEqualTo(1);
                }
            }
            assertThat(database.count("""
                    SELECT count(*) FROM events AS e
                    WHERE NOT EXISTS (SELECT FROM visitors v WHERE v.visitor_id = e.visitor_id)
                       OR NOT EXISTS (SELECT FROM sessions s WHERE s.visitor_id = e.visitor_id AND s.id = e.session_id)
                    """)).isZero();
            assertThat(rows("lead_identities")).isZero();
            assertThat(database.count("SELECT count(*) FROM events WHERE event_type = 'form_submit'"))
                    .isZero();
        }
    }

    @Test
    void a_running_rollup_does_not_bring_the_address_back() throws Exception {
        send(visit("visitor-0009", "default").path("/hello/bob@x.ca"));
        CountDownLatch read = new CountDownLatch(1);
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Future<Integer> rollup = pool.submit(() -> database.anotherMachine().inTransaction(tx -> {
                RollupLock.take(tx); // as a rollup does
                String path = tx.queryOne("SELECT path FROM events", row -> row.text(1));
                read.countDown();
                awaitWaiter();
                return tx.update(
                        "INSERT INTO daily_dimension_rollups VALUES ('default', 'path', ?, 1, ?, 1, 1, 0)",
                        LocalDate.ofInstant(NOW, ZoneOffset.UTC),
                        path);
            }));
            read.await();
            erase(BOB);
            assertThat(rollup.get()).isEqualTo(1);
        }
        assertThat(columnsWith("bob@x.ca")).isEmpty();
        assertThat(database.texts("SELECT value FROM daily_dimension_rollups")).containsExactly("[erased]");
    }

    @Test
    void an_event_that_is_stored_while_the_erasure_waits_does_not_keep_the_address() throws Exception {
        send(visit("visitor-0009", "default").path("/hello/bob@x.ca"));
        CountDownLatch locked = new CountDownLatch(1);
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Future<Integer> rollup = pool.submit(() -> database.anotherMachine().inTransaction(tx -> {
                RollupLock.take(tx); // as a rollup does
                locked.countDown();
                awaitWaiter();
                send(visit("visitor-0010", "default").path("/again/bob@x.ca"));
                return 1;
            }));
            locked.await();
            assertThat(erase(BOB).orElseThrow().changed()).isEqualTo(4);
            assertThat(rollup.get()).isEqualTo(1);
        }
        assertThat(columnsWith("bob@x.ca")).isEmpty();
    }

    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void erasures_of_people_who_have_sent_each_other_s_addresses_take_turns() throws Exception {
        capture(form("bob@x.ca", "visitor-bob1"));
        capture(form("ann@x.ca", "visitor-ann1"));
        send(visit("visitor-bob1", "default").path("/invite/ann@x.ca"));
        send(visit("visitor-ann1", "default").path("/invite/bob@x.ca"));
        CountDownLatch locked = new CountDownLatch(1);
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            Future<Long> rollup = pool.submit(() -> database.anotherMachine().inTransaction(tx -> {
                RollupLock.take(tx); // as a rollup does
                locked.countDown();
                awaitWaiters(2);
                return database.count("""
                        SELECT count(DISTINCT pid) FROM pg_locks
                        WHERE relation = 'events'::regclass AND mode = 'RowExclusiveLock'
                          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        """);
            }));
            locked.await();
            List<Future<Optional<Erased>>> both = List.of(
                    pool.submit(() -> new Erasure(database.anotherMachine(), HASH).erase(BOB, "altops", NOW)),
                    pool.submit(() ->
                            new Erasure(database.anotherMachine(), HASH).erase(new Email("ann@x.ca"), "altops", NOW)));

            assertThat(rollup.get())
                    .as("the erasures that change events at the same time")
                    .isEqualTo(1);
            for (Future<Optional<Erased>> one : both) {
                assertThat(one.get().orElseThrow().leads()).isEqualTo(1);
            }
        }
        assertThat(columnsWith("@x.ca")).isEmpty();
    }

    /** Waits until a transaction waits for a lock, or until the erasure has finished. */
    private static void awaitWaiter() {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(5))
                .until(() ->
                        waiters() > 0 || database.count("SELECT count(*) FROM events WHERE path LIKE '%bob%'") == 0);
    }

    private static void awaitWaiters(int count) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> waiters() == count);
    }

    private static long waiters() {
        return database.count("""
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                """);
    }

    @Test
    void no_day_is_rolled_up_during_an_erasure() {
        Rollup rollup = new Rollup(database.anotherMachine(), InstantSource.fixed(NOW));
        LocalDate today = LocalDate.ofInstant(NOW, ZoneOffset.UTC);

        Optional<RollupReceipt> meanwhile = database.sql().inTransaction(tx -> {
            RollupLock.take(tx);
            return rollup.tryRun(today, null);
        });

        assertThat(meanwhile).isEmpty();
        assertThat(rollup.tryRun(today, null)).isPresent();
        database.run("TRUNCATE daily_metric_rollups, daily_ingest_rollups, rollup_days");
    }
}
