package com.altcontext.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.AnonId;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PurgeTest {
    private static final EventStore STORE = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    private static final RetentionPolicy POLICY = RetentionPolicy.DEFAULT;

    @SuppressWarnings("TimeInStaticInitializer") // No partition is made for days that are too far from the real one.
    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static final LocalDate TODAY = LocalDate.ofInstant(NOW, ZoneOffset.UTC);

    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        database.run(
                "TRUNCATE visitors, sessions, events",
                "TRUNCATE daily_metric_rollups, daily_dimension_rollups, daily_ingest_rollups, rollup_days",
                "TRUNCATE ingest_rejections, purge_log");
        database.texts(
                "SELECT drop_event_partition((now() AT TIME ZONE 'UTC')::date - d) FROM generate_series(20, 200) d");
    }

    private static Instant daysAgo(int days) {
        return NOW.minus(Duration.ofDays(days));
    }

    /** A visitor's page view so many days ago. */
    private static void visit(String anonId, int daysAgo) {
        visitAt(anonId, daysAgo(daysAgo));
    }

    private static void visitAt(String anonId, Instant at) {
        List<Event> events = List.of(TestEvent.at(anonId, at).event());
        var _ = database.sql().inTransaction(tx -> STORE.write(tx, events));
    }

    private static void partition(int daysAgo) {
        database.texts("SELECT ensure_event_partition(?)", TODAY.minusDays(daysAgo));
    }

    private static void rolledUp(int daysAgo) {
        rolledUp("default", daysAgo);
    }

    private static void rolledUp(String property, int daysAgo) {
        var _ = database.sql()
                .inTransaction(tx -> tx.update(
                        "INSERT INTO daily_metric_rollups (property_id, day) VALUES (?, ?)",
                        property,
                        TODAY.minusDays(daysAgo)));
    }

    private static Purge purge() {
        return new Purge(database.sql(), new Purge.RetryPolicy(0, Duration.ZERO));
    }

    private static PurgeReceipt purgeNow(boolean force) {
        PurgePlan plan = purge().plan(POLICY, NOW, force);
        return purge().apply(plan, NOW, step -> {}).orElseThrow();
    }

    private static long events() {
        return database.count("SELECT count(*) FROM events");
    }

    private static boolean hasPartition(int daysAgo) {
        String name = "events_" + TODAY.minusDays(daysAgo).toString().replace("-", "");
        return database.count("SELECT count(*) FROM pg_class WHERE relname = ?", name) == 1;
    }

    @Test
    void the_days_within_retention_stay_and_the_day_before_them_goes_as_a_whole() {
        partition(90);
        partition(91);
        visitAt("visitor-kept", TODAY.minusDays(90).atStartOfDay().toInstant(ZoneOffset.UTC));
        visitAt(
                "visitor-gone",
                TODAY.minusDays(90).atStartOfDay().toInstant(ZoneOffset.UTC).minusMillis(1));
        rolledUp(91);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.days()).containsExactly(TODAY.minusDays(91));
        assertThat(receipt.events()).isEqualTo(1);
        assertThat(receipt.bytes()).isPositive();
        assertThat(hasPartition(91)).isFalse();
        assertThat(hasPartition(90)).isTrue();
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-kept");
    }

    @Test
    void expired_events_that_never_had_a_partition_go_too() {
        visit("visitor-0001", 95);
        visit("visitor-0002", 3);
        visit("visitor-0003", 60);
        rolledUp(95);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.events()).isEqualTo(1);
        assertThat(receipt.days()).containsExactly(TODAY.minusDays(95));
        assertThat(events()).isEqualTo(2);
        assertThat(database.count("SELECT count(*) FROM events_default")).isEqualTo(1);
    }

    @Test
    void a_plan_changes_nothing_and_says_what_the_purge_then_does() {
        partition(100);
        visit("visitor-0001", 100);
        visit("visitor-0002", 100);
        visit("visitor-0002", 2);
        visit("visitor-0003", 95);
        rolledUp(100);
        rolledUp(95);
        database.run(
                "INSERT INTO ingest_rejections VALUES ('2020-01-01', 'default', 'events', 'invalid', 3), (current_date, 'default', 'events', 'invalid', 3)",
                "INSERT INTO daily_metric_rollups (property_id, day) VALUES ('default', '2020-01-01')");

        PurgePlan plan = purge().plan(POLICY, NOW, false);
        assertThat(events()).isEqualTo(4);
        assertThat(hasPartition(100)).isTrue();
        PurgeReceipt receipt = purge().apply(plan, NOW, step -> {}).orElseThrow();

        assertThat(plan.goingDays()).extracting(PurgePlan.ExpiredDay::day).isEqualTo(receipt.days());
        assertThat(plan.goingDays().stream()
                        .mapToLong(PurgePlan.ExpiredDay::events)
                        .sum())
                .isEqualTo(receipt.events())
                .isEqualTo(3);
        assertThat(plan.sessions()).isEqualTo(receipt.sessions()).isEqualTo(3);
        assertThat(plan.visitors()).isEqualTo(receipt.visitors()).isEqualTo(2);
        assertThat(plan.rollups()).isEqualTo(receipt.rollups()).isEqualTo(1);
        assertThat(plan.rejections()).isEqualTo(receipt.rejections()).isEqualTo(1);
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-0002");
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
        assertThat(database.count("SELECT count(*) FROM daily_metric_rollups")).isEqualTo(2);
        assertThat(purge().plan(POLICY, NOW, false).days()).isEmpty();
    }

    /** One row of each kind of count for a day. */
    private static void counted(LocalDate day) {
        String of = "('default', '" + day + "'";
        database.run(
                "INSERT INTO daily_metric_rollups (property_id, day) VALUES " + of + ")",
                "INSERT INTO daily_dimension_rollups VALUES ('default', 'path', '" + day + "', 1, '/', 1, 1, 1, 0)",
                "INSERT INTO daily_ingest_rollups (property_id, day) VALUES " + of + ")",
                "INSERT INTO rollup_days VALUES ('" + day + "', 1, now(), 1)",
                "INSERT INTO ingest_rejections VALUES ('" + day + "', 'default', 'events', 'invalid', 3)");
    }

    @Test
    void counts_go_after_their_months_to_the_day_and_so_does_the_note_that_they_were_computed() {
        LocalDate kept = TODAY.minusMonths(24);
        counted(kept);
        counted(kept.minusDays(1));

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.rollups()).isEqualTo(4);
        assertThat(receipt.rejections()).isEqualTo(1);
        for (String table : List.of(
                "daily_metric_rollups",
                "daily_dimension_rollups",
                "daily_ingest_rollups",
                "rollup_days",
                "ingest_rejections")) {
            assertThat(database.texts("SELECT day::text FROM " + table))
                    .as(table)
                    .containsExactly(kept.toString());
        }
    }

    @Test
    void the_figures_of_a_day_never_go_before_its_events() {
        RetentionPolicy oneMonth = new RetentionPolicy(90, 1);
        counted(TODAY.minusDays(90));
        counted(TODAY.minusDays(91));

        PurgePlan plan = purge().plan(oneMonth, NOW, false);
        PurgeReceipt receipt = purge().apply(plan, NOW, step -> {}).orElseThrow();

        assertThat(receipt.rollups()).isEqualTo(plan.rollups()).isEqualTo(4);
        assertThat(database.texts("SELECT day::text FROM rollup_days"))
                .containsExactly(TODAY.minusDays(90).toString());
    }

    @Test
    void a_day_whose_figures_have_expired_as_well_needs_no_rollup() {
        visit("visitor-0001", 800);
        visit("visitor-0002", 100);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.days()).containsExactly(TODAY.minusDays(800));
        assertThat(receipt.keptDays()).containsExactly(TODAY.minusDays(100));
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-0002");
    }

    @Test
    void a_session_that_reaches_into_the_days_that_stay_stays() {
        Instant midnight = TODAY.minusDays(90).atStartOfDay().toInstant(ZoneOffset.UTC);
        visitAt("visitor-0001", midnight.minusSeconds(60));
        visitAt("visitor-0001", midnight.plusSeconds(60));
        rolledUp(91);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.events()).isEqualTo(1);
        assertThat(receipt.sessions()).isZero();
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
    }

    @Test
    void a_visitor_who_is_linked_to_a_lead_stays_when_all_sessions_are_gone() {
        UUID visitor = new AnonId("visitor-0001").visitorOf("default");
        visit("visitor-0001", 100);
        rolledUp(100);
        UUID lead = UUID.randomUUID();
        database.run(
                "INSERT INTO leads VALUES ('" + lead
                        + "', 'default', 'a@example.ca', now(), now(), NULL, 'express', NULL)",
                "INSERT INTO lead_identities VALUES ('" + lead + "', '" + visitor
                        + "', 'default', 'form_submit', 1, now())");

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.sessions()).isEqualTo(1);
        assertThat(receipt.visitors()).isZero();
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-0001");

        database.run("DELETE FROM lead_identities", "DELETE FROM leads");
        assertThat(purgeNow(false).visitors()).as("once the lead is gone").isEqualTo(1);
    }

    @Test
    void a_day_that_is_not_rolled_up_for_every_property_is_kept_with_its_sessions() {
        partition(100);
        partition(99);
        visit("visitor-0001", 100);
        visit("visitor-0002", 99);
        visit("visitor-0003", 101);
        var _ = database.sql()
                .inTransaction(tx -> STORE.write(
                        tx,
                        List.of(TestEvent.at("visitor-docs", daysAgo(100))
                                .property("docs")
                                .event())));
        rolledUp(101);
        rolledUp(100);
        rolledUp(99);

        PurgeReceipt receipt = purgeNow(false);

        assertThat(receipt.keptDays()).containsExactly(TODAY.minusDays(100));
        assertThat(receipt.days()).containsExactly(TODAY.minusDays(101), TODAY.minusDays(99));
        assertThat(database.texts("SELECT anon_id FROM visitors ORDER BY 1"))
                .as("whatever is not older than the day that stays")
                .containsExactly("visitor-0001", "visitor-0002", "visitor-docs");

        assertThat(purgeNow(true).days()).containsExactly(TODAY.minusDays(100));
        assertThat(database.count("SELECT count(*) FROM visitors")).isZero();
    }

    @Test
    void an_expired_partition_without_events_goes_unasked() {
        partition(120);

        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(120));
        assertThat(hasPartition(120)).isFalse();
    }

    @Test
    void many_sessions_go_in_several_pieces() {
        database.run("""
                INSERT INTO visitors SELECT md5(v::text)::uuid, 'default', 'anon-' || v, now() - interval '100 days'
                FROM generate_series(1, 1200) v
                """, """
                INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, traffic_source, device)
                SELECT md5(v::text)::uuid, md5(v || '-' || s)::uuid, 'default', now() - interval '100 days',
                       now() - interval '100 days', 'direct', 'desktop'
                FROM generate_series(1, 1200) v, generate_series(1, 3) s
                """);
        List<PurgeReceipt> steps = new ArrayList<>();

        PurgePlan plan = purge().plan(POLICY, NOW, false);
        PurgeReceipt receipt = purge().apply(plan, NOW, steps::add).orElseThrow();

        assertThat(receipt.sessions()).isEqualTo(3600);
        assertThat(receipt.visitors()).isEqualTo(1200);
        assertThat(steps).hasSizeGreaterThan(3);
        assertThat(steps.getLast().sessions()).isEqualTo(3600);
    }

    @Test
    void what_was_found_idle_and_is_active_meanwhile_stays() {
        visit("visitor-0001", 100);
        UUID visitor = new AnonId("visitor-0001").visitorOf("default");
        UUID session =
                UUID.fromString(database.texts("SELECT id::text FROM sessions").getFirst());
        rolledUp(100);

        // Found in vain: between finding and deleting the visitor's session went on.
        IdleVisitors idle = new IdleVisitors(database.sql(), daysAgo(90));
        database.run("UPDATE sessions SET last_event_at = now()");
        idle.deleteSessions(List.of(new IdleVisitors.EndedSession(visitor, session)), (sessions, visitors) -> {
            assertThat(sessions).isZero();
            assertThat(visitors).isZero();
        });

        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
        assertThat(database.count("SELECT count(*) FROM visitors")).isEqualTo(1);
    }

    @Test
    void a_visitor_who_comes_back_during_the_deletion_is_waited_for() throws Exception {
        visit("visitor-0001", 100);
        rolledUp(100);
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch purging = new CountDownLatch(1);

        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            // The writer has found the old session out of reach and begun another, and has not committed.
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
            assertThat(purge.get().sessions()).isEqualTo(1);
            assertThat(purge.get().visitors()).as("who has another session now").isZero();
        }
        assertThat(database.count("SELECT count(*) FROM visitors")).isEqualTo(1);
        assertThat(database.count("SELECT count(*) FROM sessions JOIN visitors USING (visitor_id)"))
                .isEqualTo(1);
    }

    /** Until somebody waits for a lock that another transaction holds. */
    private static void awaitWaiters(CountDownLatch begun) {
        try {
            begun.await();
            while (database.count("SELECT count(*) FROM pg_stat_activity"
                            + " WHERE wait_event_type = 'Lock' AND datname = current_database()")
                    == 0) {
                Thread.onSpinWait();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void two_purges_at_once_are_one_and_the_other_says_so() {
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
    void the_receipt_is_there_before_anything_is_gone_and_says_when_that_was_all() {
        partition(101);
        partition(100);
        visit("visitor-0001", 101);
        visit("visitor-0002", 100);
        PurgePlan plan = purge().plan(POLICY, NOW, true);
        List<String> told = new ArrayList<>();
        String receipt = "SELECT days || ' of 2 days, ' || (finished_at IS NOT NULL) FROM purge_log";

        var _ = purge().apply(plan, NOW, step -> told.addAll(database.texts(receipt)));

        assertThat(told).startsWith("1 of 2 days, false", "2 of 2 days, false").doesNotContain("2 of 2 days, true");
        assertThat(database.texts(receipt)).containsExactly("2 of 2 days, true");
    }

    @Test
    void a_partition_in_use_stays_nobody_waits_for_it_and_the_next_purge_takes_it() throws Exception {
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
            visit("visitor-0002", 0); // with the reader still reading: nothing is left in the way of writers

            assertThat(receipt.busyDays()).containsExactly(TODAY.minusDays(100));
            assertThat(receipt.days()).isEmpty();
            assertThat(receipt.sessions()).as("of a day that is still there").isZero();
            assertThat(database.count("SELECT days_left FROM purge_log")).isEqualTo(1);
            done.countDown();
            assertThat(open.get()).isZero();
        }
        assertThat(purgeNow(false).days()).containsExactly(TODAY.minusDays(100));
        assertThat(database.texts("SELECT anon_id FROM visitors")).containsExactly("visitor-0002");
    }

    @Test
    void ingest_goes_on_while_the_purge_comes_again_and_again_for_a_partition_that_is_read() throws Exception {
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
                assertThat(purge.isDone()).as("it is still refused").isFalse();
            } finally {
                done.countDown();
            }
            assertThat(reader.get()).isZero();
            assertThat(purge.get().days()).containsExactly(TODAY.minusDays(100));
        }
        assertThat(hasPartition(100)).isFalse();
        assertThat(events()).isEqualTo(20);
    }

    /** A drop that waited for its lock until it got it would be waited for by every writer, and here for ever. */
    private static void writeOrFail(String anonId) {
        var _ = database.sql().inTransaction(tx -> {
            var _ = tx.query("SELECT set_config('lock_timeout', '20s', true)", row -> row.text(1));
            return STORE.write(tx, List.of(TestEvent.at(anonId, NOW).event()));
        });
    }

    /** Until the purge asks for the lock that keeps everybody away from events. */
    private static void awaitExclusiveLock(Future<?> purge) {
        while (!purge.isDone() && database.count("""
                        SELECT count(*) FROM pg_locks
                        WHERE relation = 'events'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted
                        """) == 0) {
            Thread.onSpinWait();
        }
    }

    /** The second one holds for each of two tables: 80 ms in all. */
    @Test
    void a_drop_bounds_its_waits_for_locks() {
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

    @Test
    void a_day_that_is_not_over_is_never_dropped() {
        assertThat(
                        database.texts(
                                "SELECT drop_event_partition((now() AT TIME ZONE 'UTC')::date - d) FROM generate_series(300, 301) d"))
                .containsOnly("absent");
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> database.texts("SELECT drop_event_partition((now() AT TIME ZONE 'UTC')::date)"))
                .isInstanceOfSatisfying(
                        com.altcontext.db.SqlFailure.class,
                        refused -> assertThat(refused.state()).isEqualTo("22023"));
    }

    /** Over all pieces each page is read once; deleting is by key. */
    @Test
    void idle_sessions_are_found_by_pages_and_never_by_a_scan_of_the_whole_table() {
        visit("visitor-0001", 100);
        String plan = database.sql().inTransaction(tx -> {
            var _ = tx.query(IdleVisitors.BY_KEY, row -> row.text(1));
            return String.join(
                    "\n",
                    tx.query(
                            "EXPLAIN " + IdleVisitors.ENDED_SESSIONS,
                            row -> row.text(1),
                            "(0,0)",
                            "(4096,0)",
                            daysAgo(90)));
        });

        assertThat(plan).contains("Tid Range Scan on sessions").doesNotContain("Seq Scan");
    }
}
