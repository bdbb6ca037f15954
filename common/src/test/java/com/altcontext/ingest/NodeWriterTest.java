package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.Buckets;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.BucketsChanged;
import com.altcontext.visit.SessionRule;
import com.altcontext.visit.VisitorLock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A batch that is stored over a connection to the node of its bucket. Here the coordinator and the node are one
 * PostgreSQL, with a connection each.
 */
@Timeout(60)
@Tag("single-node")
class NodeWriterTest {
    private static final String COUNT_TRIES = "CREATE SEQUENCE tries";

    /** Ends the connection that holds the locks of the visitors, unless it is the trigger's own. */
    private static final String END_COORDINATOR = """
            CREATE FUNCTION end_coordinator() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                PERFORM nextval('tries');
                PERFORM pg_terminate_backend(pid, 10000) FROM pg_locks
                WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
                RETURN NEW;
            END $$
            """;

    private final Database database = Database.migrated();
    private final Sql node = database.anotherMachine();
    private final BucketNodes nodes = new BucketNodes(database.sql(), _ -> node);
    private final EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    /** Every failure comes quickly by its clock, which stands still. */
    private final BatchWriter writer = new BatchWriter(database.sql(), nodes, store, () -> 0);

    private final Event event = TestEvent.at("visitor-0001", Instant.now()).event();
    private final Bucket bucket =
            database.sql().inTransaction(Buckets::read).of(event.visitor().id());

    private List<Outcome> write(Sql over, List<Event> events) {
        nodes.use(Map.of(bucket, over));
        return writer.write(bucket, events);
    }

    private long events() {
        return database.count("SELECT count(*) FROM events");
    }

    private static Sql unreachable() {
        return Database.at("postgres://nobody:x@127.0.0.1:1/none?sslmode=disable")
                .sql();
    }

    @Test
    void events_are_stored_with_their_session_and_found_again() {
        Event second = TestEvent.at("visitor-0001", Instant.now()).path("/next").event();

        assertThat(write(node, List.of(event, second))).hasOnlyElementsOfType(Outcome.Stored.class);
        assertThat(write(node, List.of(event))).hasOnlyElementsOfType(Outcome.Duplicate.class);
        assertThat(write(database.sql(), List.of(second))).hasOnlyElementsOfType(Outcome.Duplicate.class);

        assertThat(events()).isEqualTo(2);
        assertThat(database.count("SELECT sum(events) FROM sessions")).isEqualTo(2);
        assertThat(nodes.of(bucket)).isNotNull();
    }

    @Test
    void a_visitor_who_is_locked_on_the_coordinator_is_waited_for() throws Exception {
        CompletableFuture<List<Outcome>> waiting = new CompletableFuture<>();
        database.anotherMachine().inTransaction(tx -> {
            var _ = VisitorLock.take(tx, Set.of(event.visitor().id()));
            waiting.completeAsync(() -> write(node, List.of(event)));
            Awaitility.await()
                    .until(() -> database.count(
                                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                                            + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                            == 1);
            assertThat(events()).isZero();
            return true;
        });

        assertThat(waiting.get(30, TimeUnit.SECONDS)).hasOnlyElementsOfType(Outcome.Stored.class);
    }

    @Test
    void a_lock_that_is_not_free_in_time_is_no_fault_of_the_node() {
        BatchWriter hasty = new BatchWriter(database.sql().withSocketTimeout(Duration.ofMillis(1_200)), nodes, store);
        nodes.use(Map.of(bucket, node));
        database.anotherMachine().inTransaction(tx -> {
            var _ = VisitorLock.take(tx, Set.of(event.visitor().id()));
            assertThatThrownBy(() -> hasty.write(bucket, List.of(event))).isInstanceOf(SqlFailure.class);
            return true;
        });

        assertThat(nodes.of(bucket)).isNotNull();
        assertThat(events()).isZero();
    }

    @Test
    void a_node_that_cannot_be_reached_is_left_to_the_coordinator_from_then_on() {
        assertThat(write(unreachable(), List.of(event))).hasOnlyElementsOfType(Outcome.Stored.class);

        assertThat(events()).isEqualTo(1);
        assertThat(nodes.of(bucket)).isNull();
    }

    @Test
    void an_event_that_the_node_refuses_is_alone_refused_and_the_node_is_still_used() {
        database.run("ALTER TABLE sessions ADD CONSTRAINT no_bad_page CHECK (entry_path <> '/bad')");
        Event bad = TestEvent.at("visitor-0001", Instant.now().minusSeconds(7200))
                .path("/bad")
                .event();

        assertThat(write(node, List.of(bad, event)))
                .extracting(Outcome::getClass)
                .isEqualTo(List.of(Outcome.Unstorable.class, Outcome.Stored.class));

        assertThat(events()).isEqualTo(1);
        assertThat(nodes.of(bucket)).isNotNull();
    }

    @Test
    void nothing_is_committed_on_the_node_once_the_locks_are_lost() {
        database.run(
                COUNT_TRIES,
                END_COORDINATOR,
                "CREATE TRIGGER ends BEFORE INSERT ON visitors FOR EACH ROW EXECUTE FUNCTION end_coordinator()");

        assertThat(write(node, List.of(event))).hasOnlyElementsOfType(Outcome.Stored.class);

        assertThat(database.count("SELECT last_value FROM tries")).isEqualTo(2);
        assertThat(events()).isEqualTo(1);
    }

    @Test
    void events_that_the_node_has_committed_are_stored_even_if_the_coordinator_is_lost_then() {
        database.run(
                COUNT_TRIES,
                END_COORDINATOR,
                "CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON visitors DEFERRABLE INITIALLY DEFERRED"
                        + " FOR EACH ROW EXECUTE FUNCTION end_coordinator()");

        assertThat(write(node, List.of(event))).hasOnlyElementsOfType(Outcome.Stored.class);

        assertThat(database.count("SELECT last_value FROM tries")).isEqualTo(1);
        assertThat(events()).isEqualTo(1);
        assertThat(nodes.of(bucket)).as("the node did not fail").isNotNull();
    }

    @Test
    void a_changed_number_of_buckets_is_noticed_before_the_node_writes() {
        nodes.use(Map.of(bucket, node));
        database.run("UPDATE cluster SET buckets = buckets + 1");

        assertThatThrownBy(() -> writer.write(bucket, List.of(event))).isInstanceOf(BucketsChanged.class);

        assertThat(events()).isZero();
    }

    @Test
    void a_node_that_does_not_answer_in_time_does_not_make_the_database_count_as_lost() {
        nodes.use(Map.of(bucket, database.anotherMachine().withTimeout(Duration.ofMillis(1_500))));
        database.run(
                "CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NEW; END $$",
                "CREATE TRIGGER hangs BEFORE INSERT ON visitors FOR EACH ROW EXECUTE FUNCTION hang()");

        assertThatThrownBy(() -> new BatchWriter(database.sql(), nodes, store).write(bucket, List.of(event)))
                .isInstanceOfSatisfying(SqlFailure.class, failed -> {
                    assertThat(failed.isOfNode()).isTrue();
                    assertThat(failed.isLostConnection()).isFalse();
                });

        assertThat(events()).isZero();
        assertThat(nodes.of(bucket)).isNull();
    }
}
