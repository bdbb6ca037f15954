package com.altcontext.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Buckets;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.metrics.check.RollupCheck;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The part of a distribution that does not need Citus, on a single PostgreSQL. */
@Tag("single-node")
class DistributionTest {
    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant NOON =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static final LocalDate TODAY = LocalDate.ofInstant(NOON, ZoneOffset.UTC);

    private final Database database = Database.migrated();
    private final EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));

    private final List<Event> events = IntStream.range(0, 60)
            .mapToObj(i -> TestEvent.view("visitor-" + (1_000 + i % 20), NOON.plusSeconds(i), "/" + i)
                    .event())
            .toList();

    private List<Outcome> send() {
        return database.sql().inTransaction(tx -> store.write(tx, events));
    }

    @Test
    void functions_are_in_an_order_in_which_a_node_can_create_them() {
        List<String> definitions = database.sql()
                .inTransaction(tx -> tx.query(
                        "SELECT replace(pg_get_functiondef(function::regprocedure), 'public.', 'a_node.') FROM ("
                                + Distribution.FUNCTIONS + ") AS ordered(function)",
                        row -> row.text(1)));
        assertThat(definitions).hasSizeGreaterThan(5);

        database.run("CREATE SCHEMA a_node");
        // A function whose body calls another function is refused while the other one does not exist.
        database.sql().inTransaction(tx -> {
            tx.update("SET LOCAL search_path = a_node");
            definitions.forEach(tx::update);
            return true;
        });

        assertThat(database.count("SELECT count(*) FROM pg_proc WHERE pronamespace = 'a_node'::regnamespace"))
                .isEqualTo(definitions.size());
    }

    /** A node that is added later does not have the coordinator's tables. */
    @Test
    void functions_that_read_a_table_of_the_coordinator_stay_on_the_coordinator() {
        // The rows that Citus adds for functions that are created after the extension.
        database.run(
                "CREATE TABLE pg_dist_object (classid oid, objid oid)",
                "INSERT INTO pg_dist_object SELECT 'pg_proc'::regclass, oid FROM pg_proc"
                        + " WHERE pronamespace = current_schema()::regnamespace");
        long given = database.count("SELECT count(*) FROM pg_dist_object JOIN pg_proc ON oid = objid");

        database.sql().inTransaction(tx -> {
            Distribution.keepOnCoordinator(tx);
            return true;
        });

        assertThat(database.texts(
                        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
                                + " AND oid NOT IN (SELECT objid FROM pg_dist_object)"))
                .containsExactly("bucket_of(uuid)");
        assertThat(database.count("SELECT count(*) FROM pg_dist_object JOIN pg_proc ON oid = objid"))
                .isEqualTo(given - 1);
        assertThat(database.count("SELECT bucket_of(gen_random_uuid())")).isZero();
    }

    @Test
    void each_row_gets_the_bucket_of_its_visitor_and_duplicates_and_rollups_stay_correct() {
        database.run("UPDATE cluster SET buckets = 1");
        assertThat(send()).hasOnlyElementsOfType(Outcome.Stored.class);
        Rollup rollup = new Rollup(database.sql(), InstantSource.fixed(NOON));
        var _ = rollup.run(TODAY, null);

        var rows = database.sql().inTransaction(tx -> Distribution.spread(tx, new Buckets(8), step -> {}));

        assertThat(rows.values()).containsExactly(20L, 20L, 60L);
        assertThat(database.count("SELECT count(DISTINCT bucket) FROM sessions"))
                .isGreaterThan(4);
        for (String table : rows.keySet()) {
            assertThat(database.count("SELECT count(*) FROM " + table + " WHERE bucket <> bucket_of(visitor_id)"))
                    .as(table)
                    .isZero();
        }
        assertThat(send()).as("the same events again").hasOnlyElementsOfType(Outcome.Duplicate.class);
        assertThat(new RollupCheck(database.sql(), InstantSource.fixed(NOON)).check(TODAY, null))
                .isEmpty();
    }

    @Test
    void the_plan_says_that_a_database_has_no_citus() {
        Distribution.Plan plan = new Distribution(database.sql()).plan();

        assertThat(plan.citus()).isEmpty();
        assertThat(plan.isCitusNewEnough()).isFalse();
        assertThat(plan.isDistributed()).isFalse();
    }
}
