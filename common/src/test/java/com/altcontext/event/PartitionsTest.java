package com.altcontext.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PartitionsTest {
    private final Database database = Database.migrated();
    private final Instant now = Database.migratedAt();

    private static InstantSource at(Instant time) {
        return InstantSource.fixed(time);
    }

    private long partitions() {
        return database.count("SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass");
    }

    @Test
    void the_migration_creates_partitions_from_a_week_ago_to_a_week_ahead() {
        assertThat(partitions()).as("16 days and the default").isEqualTo(17);
        assertThat(new Partitions(database.sql(), at(now)).ensureComing()).isZero();
    }

    @Test
    void partitions_of_coming_days_are_created_as_time_passes() {
        assertThat(new Partitions(database.sql(), at(now.plus(Duration.ofDays(3)))).ensureComing())
                .isEqualTo(3);
        assertThat(partitions()).isEqualTo(20);
    }

    @Test
    void rows_in_the_default_partition_move_when_the_partition_of_their_day_is_created() {
        Instant future = now.plus(Duration.ofDays(10));
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        List<Event> events = List.of(
                TestEvent.at("visitor-0001", future).event(),
                TestEvent.at("visitor-0002", future.plus(Duration.ofDays(9))).event());
        database.sql().inTransaction(tx -> store.write(tx, events));
        assertThat(database.count("SELECT count(*) FROM events_default")).isEqualTo(2);

        new Partitions(database.sql(), at(future)).ensureComing();

        assertThat(database.count("SELECT count(*) FROM events_default")).isEqualTo(1);
        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(2);
        assertThat(database.count(
                        "SELECT count(*) FROM events WHERE day = (?::timestamptz AT TIME ZONE 'UTC')::date", future))
                .isEqualTo(1);
    }

    @Test
    void two_machines_at_once_create_each_partition_once() throws Exception {
        InstantSource later = at(now.plus(Duration.ofDays(12)));
        Callable<Integer> one = () -> new Partitions(database.sql(), later).ensureComing();
        Callable<Integer> another = () -> new Partitions(database.anotherMachine(), later).ensureComing();

        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            int made = 0;
            for (var future : pool.invokeAll(List.of(one, another))) {
                made += future.get();
            }
            assertThat(made).isEqualTo(12);
        }
    }

    /** If the call waited, all events would wait behind it, for as long as a backup takes. */
    @Test
    void creating_a_partition_does_not_wait_while_the_default_partition_is_read() {
        Sql sql = database.anotherMachine().withTimeout(Duration.ofSeconds(10));
        Partitions tomorrows = new Partitions(sql, at(now.plus(Duration.ofDays(1))));

        database.sql().inTransaction(backup -> {
            backup.update("LOCK TABLE events_default IN ACCESS SHARE MODE");
            assertThatThrownBy(tomorrows::ensureComing)
                    .isInstanceOfSatisfying(
                            SqlFailure.class, busy -> assertThat(busy.state()).isEqualTo("55P03"));
            return backup;
        });

        assertThat(tomorrows.ensureComing()).isEqualTo(1);
    }

    @Test
    void a_role_that_may_not_change_the_schema_can_create_partitions_and_nothing_else() {
        String role = "api_" + UUID.randomUUID().toString().replace("-", "");
        database.run(
                "CREATE ROLE " + role + " LOGIN PASSWORD 'only-for-this-test'",
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
                "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO " + role);
        Database limited = Database.as(database.url(), role, "only-for-this-test");

        int made = new Partitions(limited.sql(), at(now.plus(Duration.ofDays(1)))).ensureComing();

        assertThat(made).isEqualTo(1);
        assertThatThrownBy(() -> limited.run("CREATE TABLE mine (x int)"))
                .isInstanceOfSatisfying(
                        SqlFailure.class, denied -> assertThat(denied.state()).isEqualTo("42501"));
        List<Event> today = List.of(TestEvent.at("visitor-0001", now).event());
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        assertThat(limited.sql().inTransaction(tx -> store.write(tx, today)).getFirst())
                .isInstanceOf(Outcome.Stored.class);
        database.run("DROP OWNED BY " + role, "DROP ROLE " + role);
    }

    /** This also holds when the function is called by hand, without the timeouts that the service sets. */
    @Test
    void a_manual_call_of_the_function_neither_waits_nor_blocks() {
        String byHand = "SELECT ensure_event_partition((now() AT TIME ZONE 'UTC')::date + 20)::int";
        Sql other = database.anotherMachine().withTimeout(Duration.ofSeconds(10));

        for (String lock : List.of(
                "LOCK TABLE events_default IN ACCESS SHARE MODE",
                "LOCK TABLE ONLY events IN SHARE UPDATE EXCLUSIVE MODE",
                "DO $$ BEGIN PERFORM pg_advisory_xact_lock(hashtextextended('altcontext.event-partitions', 0)); END $$")) {
            database.sql().inTransaction(holder -> {
                holder.update(lock);
                assertThatThrownBy(() -> other.inTransaction(tx -> tx.query(byHand, row -> row.number(1))))
                        .as(lock)
                        .isInstanceOfSatisfying(
                                SqlFailure.class,
                                busy -> assertThat(busy.state()).isEqualTo("55P03"));
                return holder;
            });
        }

        assertThat(database.count(byHand)).isEqualTo(1);
    }

    /**
     * The move is paused each time that rows have left the default partition. During each pause, a writer that waits
     * for locks for at most a millisecond stores another row, and all rows are visible.
     */
    @Test
    @Tag("single-node") // Its SQL does not run on a cluster.
    @Tag("slow")
    void a_hundred_thousand_rows_leave_the_default_partition_while_events_are_stored() throws Exception {
        Instant future = now.plus(Duration.ofDays(30));
        insertIntoDefaultPartition(100_000, future);
        stopAfterEachMove();
        Sql writer = database.anotherMachine();

        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Future<Long> made = database.sql().inTransaction(second -> {
                stop(second, 2);
                Future<Long> begun = database.sql().inTransaction(first -> {
                    stop(first, 1);
                    Future<Long> call = pool.submit(() -> ensure(day(future)));
                    awaitWaiter("objid = 1");
                    writeWithoutWaiting(writer, "visitor-0001", future);
                    writeWithoutWaiting(writer, "visitor-0002", now);
                    assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(100_002);
                    return call;
                });
                awaitWaiter("objid = 2");
                writeWithoutWaiting(writer, "visitor-0003", future);
                assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(100_003);
                return begun;
            });
            assertThat(made.get()).isEqualTo(1);
        }

        assertThat(database.texts("SELECT rows || ' ' || locked FROM moves ORDER BY id"))
                .as("rows that were moved, and whether writers had to wait meanwhile")
                .containsExactly("100000 false", "1 false", "1 true");
        assertThat(database.count("SELECT count(*) FROM events_default")).isZero();
        assertThat(database.count("SELECT count(*) FROM events WHERE day = ?", day(future)))
                .isEqualTo(100_002);
        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(100_003);
    }

    @Test
    @Tag("single-node") // Its SQL does not run on a cluster.
    void events_that_are_deleted_during_a_move_do_not_come_back() throws Exception {
        Instant future = now.plus(Duration.ofDays(31));
        insertIntoDefaultPartition(10, future);
        stopAfterEachMove();

        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            record Moves(Future<Long> move, Future<Integer> removal) {}
            Moves begun = database.sql().inTransaction(first -> {
                stop(first, 1);
                Future<Long> move = pool.submit(() -> ensure(day(future)));
                awaitWaiter("objid = 1");
                Future<Integer> removal = pool.submit(() -> database.anotherMachine()
                        .inTransaction(tx -> tx.update("DELETE FROM events WHERE day = ?", day(future))));
                awaitWaiter("locktype = 'transactionid'");
                return new Moves(move, removal);
            });
            assertThatThrownBy(begun.move::get)
                    .cause()
                    .isInstanceOfSatisfying(
                            SqlFailure.class, busy -> assertThat(busy.state()).isEqualTo("55P03"));
            assertThat(begun.removal.get()).isEqualTo(10);
        }

        assertThat(database.count("SELECT count(*) FROM events")).isZero();
        assertThat(ensure(day(future))).isEqualTo(1);
    }

    private long ensure(LocalDate day) {
        return database.count("SELECT ensure_event_partition(?)::int", day);
    }

    private static void stop(Tx tx, int move) {
        tx.query("SELECT true FROM pg_advisory_xact_lock(0, ?)", row -> row.flag(1), move);
    }

    /** Waits until a transaction waits for such a lock. */
    private void awaitWaiter(String lock) {
        Awaitility.await("a transaction that waits for " + lock)
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> database.count("SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                                + " WHERE datname = current_database() AND NOT granted AND " + lock)
                        > 0);
    }

    private static LocalDate day(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    /** So many rows would start autovacuum, which would hold a lock for too long. */
    private void insertIntoDefaultPartition(int count, Instant at) {
        database.run("ALTER TABLE events_default SET (autovacuum_enabled = false)");
        database.texts("""
                WITH made AS (
                    INSERT INTO events (visitor_id, id, day, session_id, property_id, occurred_at, received_at, event_type,
                                        path, traffic_source, device, is_conversion)
                    SELECT gen_random_uuid(), gen_random_uuid(), ?, gen_random_uuid(), 'default', ?, now(), 'page_view',
                           '/', 'direct', 'desktop', false
                    FROM generate_series(1, ?)
                    RETURNING 1)
                SELECT count(*)::text FROM made
                """, day(at), at, count);
    }

    private static void writeWithoutWaiting(Sql writer, String anonId, Instant at) {
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        List<Event> events = List.of(TestEvent.at(anonId, at).event());
        writer.inTransaction(tx -> {
            tx.update("SET LOCAL lock_timeout = 1");
            return store.write(tx, events);
        });
    }

    /**
     * Makes each move out of the default partition record itself, and then wait until the test releases the lock with
     * the number of the move.
     */
    private void stopAfterEachMove() {
        database.run(
                "CREATE TABLE moves (id integer GENERATED ALWAYS AS IDENTITY, rows bigint, locked boolean)", """
                CREATE FUNCTION note_move() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS $$
                DECLARE
                    locked boolean := EXISTS (
                        SELECT FROM pg_locks WHERE relation = 'events_default'::regclass
                        AND mode = 'AccessExclusiveLock' AND pid = pg_backend_pid());
                BEGIN
                    INSERT INTO moves (rows, locked) SELECT count(*), locked FROM gone;
                    IF NOT locked THEN
                        PERFORM pg_advisory_xact_lock_shared(0, (SELECT count(*)::integer FROM moves));
                    END IF;
                    RETURN NULL;
                END $$
                """, """
                CREATE TRIGGER moved AFTER DELETE ON events_default
                REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_move()
                """);
    }

    @Test
    void no_partition_is_created_for_a_day_in_the_distant_future() {
        assertThatThrownBy(() -> database.count("SELECT ensure_event_partition('2126-01-01')::int"))
                .isInstanceOfSatisfying(
                        SqlFailure.class, refused -> assertThat(refused.state()).isEqualTo("22023"));
    }
}
