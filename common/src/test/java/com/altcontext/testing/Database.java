package com.altcontext.testing;

import com.altcontext.cluster.Distribution;
import com.altcontext.db.Buckets;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.devdb.TestDatabase;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.postgresql.ds.PGPoolingDataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ds.common.BaseDataSource;

/** A migrated database for one test class, and short ways to look into it. */
public record Database(String url, Sql sql) {
    /** The number of buckets for the rows of visitors. The same tests run with one bucket and with several. */
    private static final int BUCKETS = number("TEST_BUCKETS", 1);

    /**
     * The number of buckets in distributed tables, if {@code TEST_DATABASE_URL} names a Citus coordinator; otherwise 0.
     */
    private static final int CITUS_BUCKETS = number("TEST_CITUS_BUCKETS", 0);

    private static int number(String variable, int otherwise) {
        String value = System.getenv(variable);
        return value == null || value.isBlank() ? otherwise : Integer.parseInt(value);
    }

    /** Returns a new database with the whole schema: a copy of a database that is migrated once. */
    public static Database migrated() {
        return at(TestDatabase.copyOf(Template.URL));
    }

    /**
     * When these databases were migrated. Their partitions are around that day, even if another day has begun since.
     */
    public static Instant migratedAt() {
        return Template.MIGRATED_AT;
    }

    private static final class Template {
        static final String URL = TestDatabase.fresh();
        static final Instant MIGRATED_AT;

        static {
            Database database = at(URL);
            Migrations.of(DatabaseUrl.parse(URL)).apply();
            if (CITUS_BUCKETS > 0) {
                distribute(database);
            } else {
                database.run("UPDATE cluster SET buckets = " + BUCKETS);
            }
            MIGRATED_AT = database.sql.inTransaction(tx -> tx.queryOne(
                    "SELECT max(installed_on)::timestamptz FROM flyway_schema_history", row -> row.time(1)));
        }
    }

    /**
     * Distributes the tables over the nodes of {@code TEST_CITUS_NODES} (host:port, separated by commas), or over the
     * coordinator alone.
     */
    private static void distribute(Database database) {
        List<String> nodes = TestDatabase.nodes();
        database.run("CREATE EXTENSION citus");
        database.texts("SELECT citus_set_coordinator_host('127.0.0.1', current_setting('port')::integer)");
        database.texts(
                "SELECT citus_set_node_property('127.0.0.1', current_setting('port')::integer, 'shouldhaveshards', ?)",
                nodes.isEmpty());
        for (String node : nodes) {
            String[] address = node.split(":", 2);
            at(TestDatabase.on(node, database.url)).run("CREATE EXTENSION citus");
            // Citus copies the server's roles to the node, which fails while another process of the tests does so, too.
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(SqlFailure.class)
                    .until(
                            () -> database.texts(
                                    "SELECT citus_add_node(?, ?)", address[0], Integer.parseInt(address[1])),
                            added -> !added.isEmpty());
        }
        if (new Distribution(database.sql)
                .apply(new Buckets(CITUS_BUCKETS), step -> {})
                .isEmpty()) {
            throw new IllegalStateException("the tests' database was not distributed");
        }
    }

    public static Database at(String url) {
        return as(url, DatabaseUrl.parse(url).user(), DatabaseUrl.parse(url).password());
    }

    /** The same database as another user. */
    public static Database as(String url, String user, String password) {
        return new Database(url, new Sql(source(url, user, password)));
    }

    private static DataSource source(String url, String user, String password) {
        BaseDataSource source = CITUS_BUCKETS > 0 ? pooledConnections() : new PGSimpleDataSource();
        source.setUrl(DatabaseUrl.parse(url).jdbcUrl());
        source.setUser(user);
        source.setPassword(password);
        return (DataSource) source;
    }

    /** The same database. It counts the bytes that each statement receives from the nodes of the cluster. */
    public NodeTraffic nodeTraffic() {
        return new NodeTraffic(source(
                url, DatabaseUrl.parse(url).user(), DatabaseUrl.parse(url).password()));
    }

    /** A new connection to Citus reads the metadata of all shards, which takes as long as ten statements do. */
    @SuppressWarnings("deprecation") // The driver's own pool is enough for tests.
    private static BaseDataSource pooledConnections() {
        PGPoolingDataSource pool = new PGPoolingDataSource();
        pool.setMaxConnections(30);
        return pool;
    }

    /** The same database over other connections, as another machine would have. */
    public Sql anotherMachine() {
        return at(url).sql;
    }

    public long count(String sql, Object... parameters) {
        return sql().inTransaction(tx -> tx.queryOne(sql, row -> row.number(1), parameters));
    }

    public List<String> texts(String sql, Object... parameters) {
        return sql().inTransaction(tx -> tx.query(sql, Database::firstText, parameters));
    }

    public void run(String... statements) {
        sql().inTransaction(tx -> {
            for (String statement : statements) {
                tx.update(statement);
            }
            return statements.length;
        });
    }

    private static String firstText(Row row) throws SQLException {
        String text = row.textOrNull(1);
        return text == null ? "null" : text;
    }
}
