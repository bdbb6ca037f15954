package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.Buckets;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import com.altcontext.visit.VisitorLock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Events of visitors in several buckets, on one PostgreSQL. */
class LanesTest {
    private static final Buckets EIGHT = new Buckets(8);
    private static final String IN_WRONG_BUCKET = """
            SELECT (SELECT count(*) FROM visitors WHERE bucket <> bucket_of(visitor_id, BUCKETS))
                 + (SELECT count(*) FROM sessions WHERE bucket <> bucket_of(visitor_id, BUCKETS))
                 + (SELECT count(*) FROM events WHERE bucket <> bucket_of(visitor_id, BUCKETS))
            """;

    private static final String WAITING_WRITERS = """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND NOT granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """;

    private final Database database = Database.migrated();
    private final DatabaseState state = new DatabaseState(database.sql(), InstantSource.system());
    private GroupCommit writer = writer(database.sql());

    private GroupCommit writer(Sql sql) {
        return new GroupCommit(
                sql,
                state,
                GroupCommitFixture.noNodes(sql),
                new EventStore(new SessionRule(Duration.ofMinutes(30))),
                new Rejections(property -> ZoneOffset.UTC, InstantSource.system()),
                GroupCommit.Bounds.SMALL_MACHINE,
                new MemoryBudget(4 << 20),
                batch -> {});
    }

    private long inWrongBucket() {
        return database.count(
                IN_WRONG_BUCKET.replace("BUCKETS", String.valueOf(database.count("SELECT buckets FROM cluster"))));
    }

    @BeforeEach
    void start() {
        database.run("UPDATE cluster SET buckets = 8");
        writer.start();
        await().until(state::isReady);
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    @AfterEach
    void close() {
        writer.close();
    }

    private static Event event(String anonId, String path) {
        return TestEvent.at(anonId, Instant.now()).path(path).event();
    }

    private static List<Event> ofManyVisitors(int events) {
        return IntStream.range(0, events)
                .mapToObj(i -> event("visitor-" + (1_000 + i % 30), "/" + i))
                .toList();
    }

    /** @throws Unavailable if the request was refused, at once or later */
    private List<Outcome> submit(List<Event> events) throws Exception {
        try {
            return writer.submit(events).get(30, TimeUnit.SECONDS);
        } catch (ExecutionException refused) {
            throw refused.getCause() instanceof Unavailable away ? away : refused;
        }
    }

    /** Sends the events again until none is refused; those of some buckets may have been stored before. */
    private List<Outcome> untilAccepted(List<Event> events) {
        return await().ignoreException(Unavailable.class).until(() -> submit(events), outcomes -> true);
    }

    @Test
    void a_request_about_visitors_of_several_buckets_is_stored_in_all_of_them_and_answered_in_order() throws Exception {
        List<Event> events = ofManyVisitors(90);

        List<Outcome> outcomes = submit(events);

        assertThat(outcomes)
                .extracting(outcome -> ((Outcome.Stored) outcome).receipt().eventId())
                .isEqualTo(events.stream().map(Event::id).toList());
        assertThat(database.count("SELECT count(DISTINCT bucket) FROM events")).isGreaterThan(5);
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(30);
        assertThat(inWrongBucket()).isZero();
        assertThat(submit(events)).hasOnlyElementsOfType(Outcome.Duplicate.class);
    }

    @Test
    @Tag("single-node") // Its SQL does not run on a cluster.
    void only_the_bucket_whose_node_is_away_refuses_events_and_it_recovers_by_itself() throws Exception {
        Event away = event("visitor-0001", "/");
        short bucket = EIGHT.of(away.visitor().id()).number();
        // Fails with the error of a coordinator that cannot reach a node.
        database.run(
                "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " RAISE EXCEPTION USING ERRCODE = 'connection_failure'; END $$",
                "CREATE TRIGGER away BEFORE INSERT ON visitors FOR EACH ROW WHEN (NEW.bucket = " + bucket
                        + ") EXECUTE FUNCTION away()");

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> submit(List.of(away)))
                    .isInstanceOfSatisfying(
                            Unavailable.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Unavailable.Reason.DATABASE_AWAY));
        }
        List<Event> others = ofManyVisitors(30).stream()
                .filter(event -> EIGHT.of(event.visitor().id()).number() != bucket)
                .toList();
        assertThat(submit(others)).hasOnlyElementsOfType(Outcome.Stored.class);
        assertThat(state.isReady()).isTrue();

        database.run("DROP TRIGGER away ON visitors");
        assertThat(untilAccepted(List.of(away))).hasOnlyElementsOfType(Outcome.Stored.class);
        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(others.size() + 1);
    }

    @Test
    void a_lost_database_becomes_ready_again_while_most_writers_wait_for_their_nodes() throws Exception {
        writer.close();
        List<Event> held = IntStream.range(1_000, 1_200)
                .mapToObj(i -> event("visitor-" + i, "/"))
                .filter(event -> EIGHT.of(event.visitor().id()).number() > 0)
                .toList();
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> holder = CompletableFuture.runAsync(() -> {
            var _ = database.anotherMachine().inTransaction(tx -> {
                var _ = EventStore.lockVisitors(tx, held);
                locked.countDown();
                return awaited(release);
            });
        });
        assertThat(locked.await(30, TimeUnit.SECONDS)).isTrue();

        try (GroupCommit writer = writer(database.sql())) {
            writer.start();
            CompletableFuture<List<Outcome>> waiting = writer.submit(held);
            await().until(() -> database.count(WAITING_WRITERS) == 7);

            state.lost();
            await().until(state::isReady);
            assertThat(waiting).isNotDone();

            release.countDown();
            holder.get(30, TimeUnit.SECONDS);
            assertThat(waiting.get(30, TimeUnit.SECONDS)).hasOnlyElementsOfType(Outcome.Stored.class);
        }
    }

    @Test
    void a_locked_visitor_does_not_delay_visitors_of_other_buckets() throws Exception {
        Event held = event("visitor-0001", "/");
        Event free = ofManyVisitors(30).stream()
                .filter(event -> !EIGHT.of(event.visitor().id())
                        .equals(EIGHT.of(held.visitor().id())))
                .findFirst()
                .orElseThrow();
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> holder = CompletableFuture.runAsync(() -> {
            var _ = database.anotherMachine().inTransaction(tx -> {
                var _ = VisitorLock.take(tx, Set.of(held.visitor().id()));
                locked.countDown();
                return awaited(release);
            });
        });
        assertThat(locked.await(30, TimeUnit.SECONDS)).isTrue();

        try (GroupCommit writer = writer(database.sql())) {
            writer.start();
            CompletableFuture<List<Outcome>> waiting = writer.submit(List.of(held));
            assertThat(writer.submit(List.of(free)).get(30, TimeUnit.SECONDS))
                    .hasOnlyElementsOfType(Outcome.Stored.class);
            assertThat(waiting).isNotDone();

            release.countDown();
            holder.get(30, TimeUnit.SECONDS);
            assertThat(waiting.get(30, TimeUnit.SECONDS)).hasOnlyElementsOfType(Outcome.Stored.class);
        }
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    @Test
    void a_writer_notices_a_changed_number_of_buckets_before_it_writes() {
        database.run("UPDATE cluster SET buckets = 3");

        assertThatThrownBy(() -> submit(ofManyVisitors(30))).isInstanceOf(Unavailable.class);
        assertThat(untilAccepted(ofManyVisitors(30)))
                .hasOnlyElementsOfTypes(Outcome.Stored.class, Outcome.Duplicate.class);

        assertThat(database.count("SELECT max(bucket) FROM events")).isEqualTo(2);
        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(30);
        assertThat(inWrongBucket()).isZero();
    }

    @Test
    void a_lock_on_the_cluster_table_pauses_ingest_and_loses_no_acknowledged_event() throws Exception {
        writer.close();
        writer = writer(database.sql().withSocketTimeout(Duration.ofSeconds(1)));
        writer.start();
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> distribution = CompletableFuture.runAsync(() -> {
            var _ = database.anotherMachine().inTransaction(tx -> {
                tx.update("LOCK TABLE cluster IN ACCESS EXCLUSIVE MODE");
                tx.update("UPDATE cluster SET buckets = 5");
                locked.countDown();
                return awaited(release);
            });
        });
        assertThat(locked.await(30, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> submit(ofManyVisitors(30))).isInstanceOf(Unavailable.class);
        assertThat(database.count("SELECT count(*) FROM events")).isZero();

        release.countDown();
        distribution.get(30, TimeUnit.SECONDS);
        assertThat(untilAccepted(ofManyVisitors(30)))
                .hasOnlyElementsOfTypes(Outcome.Stored.class, Outcome.Duplicate.class);
        assertThat(database.count("SELECT count(*) FROM events WHERE bucket < 5"))
                .isEqualTo(30);
        assertThat(inWrongBucket()).isZero();
    }
}
