package com.altcontext.testing;

import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import java.util.Objects;

/** Makes the first node of {@code TEST_CITUS_NODES} refuse connections to one database until this is closed. */
public final class AwayNode implements AutoCloseable {
    private final Database node;
    private final String name;

    public AwayNode(Sql database) {
        String server = Objects.requireNonNull(
                System.getenv("TEST_DATABASE_URL"), "TEST_DATABASE_URL must be set if there are nodes");
        node = Database.at(TestDatabase.on(TestDatabase.nodes().getFirst(), server));
        name = database.inTransaction(tx -> tx.queryOne("SELECT current_database()", row -> row.text(1)));
        allowConnections(false);
        node.texts("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?", name);
    }

    private void allowConnections(boolean allowed) {
        node.run("ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS " + allowed);
    }

    @Override
    public void close() {
        allowConnections(true);
    }
}
