package com.altcontext.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.TestEvent;
import java.time.Duration;
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

/** Purges while visitors, reports and other purges use the same rows. */
@Tag("slow")
class PurgeConcurrencyTest extends PurgeFixture {
    @Test
    void a_visitor_who_becomes_active_during_a_purge_stays() {
        visit("visitor-0001", 100);
        List<IdleVisitors.EndedSession> ended = database.sql()
                .inTransaction(tx -> tx.query(
                        IdleVisitors.ENDED_SESSIONS.formatted("true"),
                        row -> new IdleVisitors.EndedSession(row.id(1), row.time(2), row.id(3)),
                        daysAgo(90)));
        assertThat(ended).hasSize(1);
        rolledUp(100);

        // Between the search and the deletion, the visitor's session continues.
        IdleVisitors idle = new IdleVisitors(database.sql(), daysAgo(90));
        database.run("UPDATE sessions SET last_event_at = now()");
        idle.deleteSessions(ended, (sessions, visitors) -> {
            assertThat(sessions).isZero();
            assertThat(visitors).isZero();
        });

        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
        assertThat(database.count("SELECT count(*) FROM visitors")).isEqualTo(1);
    }

    @Test
    void a_purge_waits_for_a_visitor_who_comes_back_during_the_deletion() throws Exception {
        visit("visitor-0001", 100);
        rolledUp(100);
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch purging = new CountDownLatch(1);

        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            // The writer has begun another session, since the old one is over, and has not committed yet.
            Future<?> writer = pool.submit(() -> database.anotherMachine().inTransaction(tx -> {
                var _ = STORE.write(
                        tx, List.of(TestEvent.at("visitor-0001", NOW).event()));
                written.countDown();
                awaitWaiters(purging);
                return 0;
            }));
            written.await();
            Future<PurgeReceipt> purge = pool.submit(() -> {
                PurgePlan plan = purge().plan(POLICY, NOW, false);
                purging.countDown();
                return purge().apply(plan, NOW, step -> {}).orElseThrow();
            });
            writer.get();
            assertThat(purge.get().count(PurgeCount.SESSIONS)).isEqualTo(1);
            assertThat(purge.get().count(PurgeCount.VISITORS))
                    .as("the visitor has another session now")
                    .isZero();
        }
        assertThat(database.count("SELECT count(*) FROM visitors")).isEqualTo(1);
        assertThat(database.count("SELECT count(*) FROM sessions JOIN visitors USING (bucket, visitor_id)"))
                .isEqualTo(1);
    }

    /** Waits until a transaction waits for a lock that another one holds. */
    private static void awaitWaiters(CountDownLatch begun) {
        try {
            begun.await();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> database.count("SELECT count(*) FROM pg_stat_activity"
                                    + " WHERE wait_event_type = 'Lock' AND datname = current_database()")
                            > 0);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_purge_during_another_one_does_nothing_and_says_so() {
        partition(100);
        PurgePlan plan = purge().plan(POLICY, NOW, false);
        List<Optional<PurgeReceipt>> second = new ArrayList<>();

        Optional<PurgeReceipt> first =
                purge().apply(plan, NOW, step -> second.add(purge().apply(plan, NOW, other -> {})));

        assertThat(first).isPresent();
        assertThat(second).isNotEmpty().allMatch(Optional::isEmpty);
        assertThat(database.count("SELECT count(*) FROM purge_log")).isEqualTo(1);
    }

    @Test
    void a_partition_in_use_stays_without_blocking_writers_and_the_next_purge_drops_it() throws Exception {
        partition(100);
        visit("visitor-0001", 100);
        rolledUp(100);
        PurgePlan plan = purge().plan(POLICY, NOW, false);
        CountDownLatch done = new CountDownLatch(1);
        CountDownLatch reading = new CountDownLatch(1);

        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Callable<Integer> reader = () -> database.anotherMachine().inTransaction(tx -> {
                tx.query("SELECT count(*) FROM events", row -> row.number(1));
                reading.countDown();
                await(done);
                return 0;
            });
            Future<Integer> open = pool.submit(reader);
            reading.await();

            PurgeReceipt receipt = purge().apply(plan, NOW, step -> {}).orElseThrow();
            visit("visitor-0002", 0); // the reader still reads, but no writer waits

            assertThat(receipt.busyDays()).containsExactly(TODAY.minusDays(100));
            assertThat(receipt.days()).isEmpty();
            assertThat(receipt.count(PurgeCount.SESSIONS))
                    .as("sessions of a day that is still there")
                    .isZero();
            assertThat(database.count("SELECT days_left FROM purge_log")).isEqualTo(1);
            done.countDown();
            assertThat(open.get()).isZero();
        }
        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(100));
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-0002");
    }

    @Test
    void ingest_continues_while_a_purge_retries_to_drop_a_partition_in_use() throws Exception {
        partition(100);
        visit("visitor-0001", 100);
        rolledUp(100);
        PurgePlan plan = purge().plan(POLICY, NOW, false);
        CountDownLatch done = new CountDownLatch(1);
        CountDownLatch reading = new CountDownLatch(1);

        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            Future<Integer> reader = pool.submit(() -> database.anotherMachine().inTransaction(tx -> {
                tx.query("SELECT count(*) FROM events", row -> row.number(1));
                reading.countDown();
                await(done);
                return 0;
            }));
            reading.await();
            Purge stubborn = new Purge(
                    database.anotherMachine(), new Purge.RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(1)));
            Future<PurgeReceipt> purge =
                    pool.submit(() -> stubborn.apply(plan, NOW, step -> {}).orElseThrow());
            try {
                for (int i = 0; i < 20; i++) {
                    awaitExclusiveLock(purge);
                    writeOrFail("visitor-n" + (1000 + i));
                }
                assertThat(purge.isDone())
                        .as("the purge has not dropped the partition yet")
                        .isFalse();
            } finally {
                done.countDown();
            }
            assertThat(reader.get()).isZero();
            assertThat(purge.get().days()).containsExactly(TODAY.minusDays(100));
        }
        assertThat(hasPartition(100)).isFalse();
        assertThat(events()).isEqualTo(20);
    }

    /** Stores an event. Fails if a drop waits for its lock without a limit, since every writer then waits behind it. */
    private static void writeOrFail(String anonId) {
        var _ = database.sql().inTransaction(tx -> {
            var _ = tx.query("SELECT set_config('lock_timeout', '20s', true)", row -> row.text(1));
            return STORE.write(tx, List.of(TestEvent.at(anonId, NOW).event()));
        });
    }

    /** Waits until the purge waits for the exclusive lock on events. */
    private static void awaitExclusiveLock(Future<?> purge) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> purge.isDone() || database.count("""
                        SELECT count(*) FROM pg_locks
                        WHERE relation = 'events'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted
                          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        """) > 0);
    }

    /** The second timeout applies to each of two tables, so a drop waits for 80 ms at most. */
    @Test
    void a_drop_limits_its_waits_for_locks() {
        assertThat(database.texts("""
                        SELECT (regexp_matches(prosrc, $re$'lock_timeout', '(\\d+)ms'$re$, 'g'))[1]
                        FROM pg_proc WHERE proname = 'drop_event_partition'
                        """)).containsExactly("60", "10");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
