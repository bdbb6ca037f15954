package com.altcontext.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.devdb.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class NodePoolsTest {
    private static String databaseOf(Sql node) {
        return node.ask(question -> question.query("SELECT current_database()", row -> row.text(1)))
                .row();
    }

    @Test
    void a_node_has_the_login_and_the_database_of_the_coordinator_until_the_pools_are_closed() {
        DatabaseUrl database = DatabaseUrl.parse(TestDatabase.fresh());
        DatabaseUrl coordinator = database.on(new DatabaseUrl.Host("coordinator.invalid", 5432));
        NodePools pools = new NodePools(coordinator, Duration.ofSeconds(3));
        Sql node = pools.open(database.hosts().getFirst());
        assertThat(databaseOf(node)).isEqualTo(database.database());

        pools.close();

        assertThatThrownBy(() -> databaseOf(node)).isInstanceOf(SqlFailure.class);
    }
}
