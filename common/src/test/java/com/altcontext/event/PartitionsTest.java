package com.altcontext.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.testing.Database;
import com.altcontext.testing.Sent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class PartitionsTest {
    private final Database database = Database.migrated();
    private final Instant now = Instant.now();

    private static InstantSource at(Instant time) {
        return InstantSource.fixed(time);
    }

    private long partitions() {
        return database.count("SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass");
    }

    @Test
    void the_migration_makes_them_from_a_week_ago_to_a_week_ahead() {
        assertThat(partitions()).as("16 days and the default").isEqualTo(17);
        assertThat(new Partitions(database.sql(), at(now)).ensureComing()).isZero();
    }

    @Test
    void the_coming_days_are_made_as_time_passes() {
        assertThat(new Partitions(database.sql(), at(now.plus(Duration.ofDays(3)))).ensureComing())
                .isEqualTo(3);
        assertThat(partitions()).isEqualTo(20);
    }

    @Test
    void rows_that_the_default_partition_caught_move_when_theirs_is_made() {
        Instant future = now.plus(Duration.ofDays(10));
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        List<Event> events = List.of(
                Sent.at("visitor-0001", future).event(),
                Sent.at("visitor-0002", future.plus(Duration.ofDays(9))).event());
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
    void two_makers_at_once_make_each_day_once() throws Exception {
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

    /** Else all events would wait behind it, for as long as a backup takes. */
    @Test
    void a_default_partition_that_is_being_read_is_not_waited_for() {
        Sql impatient = database.anotherMachine().withPatience(Duration.ofSeconds(10));
        Partitions tomorrows = new Partitions(impatient, at(now.plus(Duration.ofDays(1))));

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
    void a_role_that_may_not_change_the_schema_makes_partitions_and_nothing_else() {
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
        List<Event> today = List.of(Sent.at("visitor-0001", now).event());
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        assertThat(limited.sql().inTransaction(tx -> store.write(tx, today)).getFirst())
                .isInstanceOf(Outcome.Stored.class);
        database.run("DROP OWNED BY " + role, "DROP ROLE " + role);
    }

    @Test
    void no_partition_is_made_for_a_day_that_no_clock_should_show() {
        assertThatThrownBy(() -> database.count("SELECT ensure_event_partition('2126-01-01')::int"))
                .isInstanceOfSatisfying(
                        SqlFailure.class, refused -> assertThat(refused.state()).isEqualTo("22023"));
    }
}
