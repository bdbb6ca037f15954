package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.Buckets;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.DatabaseUrl.Host;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.testing.AwayNode;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Which buckets have a node that writers connect to. */
class BucketNodesTest {
    private static final String CITUS = "TEST_CITUS_NODES";

    private final Database database = Database.migrated();
    private final Buckets buckets = database.sql().inTransaction(Buckets::read);

    private BucketNodes nodes() {
        return new BucketNodes(database.sql(), this::connect);
    }

    private Sql connect(Host node) {
        return Database.at(TestDatabase.on(node.toString(), database.url())).sql();
    }

    private List<Bucket> reached(BucketNodes nodes) {
        return IntStream.range(0, buckets.count())
                .mapToObj(number -> new Bucket((short) number, buckets))
                .filter(bucket -> nodes.of(bucket) != null)
                .toList();
    }

    @Test
    @DisabledIfEnvironmentVariable(named = CITUS, matches = ".+")
    void a_single_server_has_no_nodes() {
        BucketNodes nodes = nodes();

        nodes.refresh();

        assertThat(reached(nodes)).isEmpty();
    }

    @Test
    void nodes_stay_as_they_were_while_the_coordinator_does_not_answer() {
        Sql away = Database.at("postgres://nobody:x@127.0.0.1:1/none?sslmode=disable")
                .sql();
        BucketNodes nodes = new BucketNodes(away, this::connect);
        nodes.use(Map.of(new Bucket((short) 0, buckets), database.sql()));

        assertThatThrownBy(nodes::refresh).isInstanceOf(SqlFailure.class);

        assertThat(reached(nodes)).hasSize(1);
    }

    @Test
    @EnabledIfEnvironmentVariable(named = CITUS, matches = ".+")
    void events_of_every_bucket_are_stored_over_a_connection_to_its_node() {
        BucketNodes nodes = nodes();
        nodes.refresh();
        assertThat(reached(nodes)).hasSize(buckets.count());
        BatchWriter writer =
                new BatchWriter(database.sql(), nodes, new EventStore(new SessionRule(Duration.ofMinutes(30))));

        for (int i = 0; i < 20; i++) {
            Event event = TestEvent.at("visitor-" + (1_000 + i), Instant.now()).event();
            Bucket bucket = buckets.of(event.visitor().id());
            assertThat(writer.write(bucket, List.of(event))).hasOnlyElementsOfType(Outcome.Stored.class);
            assertThat(writer.write(bucket, List.of(event))).hasOnlyElementsOfType(Outcome.Duplicate.class);
        }

        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(20);
        assertThat(reached(nodes)).as("no node failed").hasSize(buckets.count());
    }

    @Test
    @EnabledIfEnvironmentVariable(named = CITUS, matches = ".+")
    void a_node_that_is_away_is_not_used_until_it_is_back() {
        BucketNodes nodes = nodes();
        try (AwayNode _ = new AwayNode(database.sql())) {
            nodes.refresh();
            assertThat(reached(nodes)).hasSizeLessThan(buckets.count());
        }

        nodes.refresh();

        assertThat(reached(nodes)).hasSize(buckets.count());
    }

    @Test
    @EnabledIfEnvironmentVariable(named = CITUS, matches = ".+")
    void a_node_with_another_isolation_is_not_used() {
        BucketNodes nodes = new BucketNodes(database.sql(), node -> {
            String url = TestDatabase.on(node.toString(), database.url());
            return Database.at(url + (url.contains("?") ? "&" : "?")
                            + "options=-c%20default_transaction_isolation=serializable")
                    .sql();
        });

        nodes.refresh();

        assertThat(reached(nodes)).isEmpty();
    }

    @Test
    @EnabledIfEnvironmentVariable(named = CITUS, matches = ".+")
    void another_server_at_the_address_of_a_node_is_not_used() {
        BucketNodes nodes = new BucketNodes(database.sql(), _ -> database.sql());

        nodes.refresh();

        assertThat(reached(nodes)).isEmpty();
    }
}
