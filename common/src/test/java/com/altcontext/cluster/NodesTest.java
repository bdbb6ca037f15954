package com.altcontext.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Buckets;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.testing.Database;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** On a Citus cluster of two nodes or more. */
@EnabledIfEnvironmentVariable(named = "TEST_CITUS_NODES", matches = ".+,.+")
class NodesTest {
    private static void add(Database coordinator, String node) {
        String[] address = node.split(":", 2);
        coordinator.texts("SELECT citus_add_node(?, ?)", address[0], Integer.parseInt(address[1]));
    }

    /** The extension exists before the schema, so Citus copies each function to the first node when it is created. */
    @Test
    void a_node_can_be_added_to_distributed_tables() {
        List<String> nodes = TestDatabase.nodes();
        Database coordinator = Database.at(TestDatabase.fresh());
        coordinator.run("CREATE EXTENSION citus");
        nodes.forEach(
                node -> Database.at(TestDatabase.on(node, coordinator.url())).run("CREATE EXTENSION citus"));
        coordinator.texts("SELECT citus_set_coordinator_host('127.0.0.1', current_setting('port')::integer)");
        add(coordinator, nodes.getFirst());
        Migrations.of(DatabaseUrl.parse(coordinator.url())).apply();
        Sql sql = coordinator.sql();
        assertThat(new Distribution(sql).apply(new Buckets(4), step -> {})).isPresent();

        add(coordinator, nodes.get(1));

        assertThat(ClusterStatus.of(sql).areAllReached()).isTrue();
        assertThat(new Distribution(sql).plan().nodes()).isEqualTo(2);
    }
}
