package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.devdb.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** How long {@link Sql} waits for a server that answers. */
class SqlTimeoutTest {
    private static final String LIMIT = "SELECT current_setting('statement_timeout')";

    private static final String SLEEP = "SELECT 'slept' FROM pg_sleep(2)";

    private final DatabaseUrl url = DatabaseUrl.parse(TestDatabase.fresh());

    private PGSimpleDataSource source(Duration socketTimeout) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        configure(source);
        source.setSocketTimeout(Math.toIntExact(socketTimeout.toSeconds()));
        return source;
    }

    private void configure(PGSimpleDataSource source) {
        source.setUrl(url.jdbcUrl());
        source.setUser(url.user());
        source.setPassword(url.password());
    }

    @Test
    @Tag("slow")
    void work_with_a_longer_timeout_may_take_longer_than_the_default() {
        Duration second = Duration.ofSeconds(1);
        Sql sql = new Sql(source(second));
        for (Sql longer : List.of(
                sql.withTimeout(Duration.ofMinutes(1)),
                sql.withSocketTimeout(second).withTimeout(Duration.ofMinutes(1)))) {
            assertThat(sleep(longer)).isEqualTo("slept");
            String inSnapshot = longer.inSnapshot(tx -> tx.queryOne(SLEEP, row -> row.text(1)));
            assertThat(inSnapshot).isEqualTo("slept");
            assertThat(asked(longer, SLEEP)).isEqualTo("slept");
        }
        assertThatThrownBy(() -> sleep(sql))
                .isInstanceOfSatisfying(
                        SqlFailure.class,
                        failed -> assertThat(failed.isLostConnection()).isTrue());
    }

    @Test
    void the_server_ends_a_statement_that_takes_too_long_however_it_is_sent() {
        PGSimpleDataSource patient = new PGSimpleDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                return patient(super.getConnection());
            }
        };
        configure(patient);
        Sql sql = new Sql(patient).withSocketTimeout(Duration.ofSeconds(1));
        String sleep = "SELECT 'slept' FROM pg_sleep(600)";
        List<Callable<?>> ways = List.of(
                () -> sql.inTransaction(tx -> tx.query(sleep, row -> row.text(1))),
                () -> sql.inTransaction(tx -> tx.update(sleep)),
                () -> sql.inTransaction(tx -> {
                    tx.each(sleep, row -> {});
                    return "";
                }),
                () -> sql.inTransaction(tx -> {
                    tx.update("CREATE TEMPORARY TABLE short (n integer) ON COMMIT DROP");
                    return tx.query(sleep, row -> row.text(1));
                }),
                () -> sql.inTransaction(tx -> {
                    Pipeline pipeline = tx.pipeline();
                    pipeline.query("SELECT 1", row -> row.number(1));
                    pipeline.update(sleep);
                    pipeline.send();
                    return "";
                }),
                () -> sql.inSnapshot(tx -> tx.query(sleep, row -> row.text(1))),
                () -> sql.atOnce(pipeline -> pipeline.query(sleep, row -> row.text(1))),
                () -> sql.ask(pipeline -> {
                    pipeline.query("SELECT 1", row -> row.number(1));
                    return pipeline.query(sleep, row -> row.text(1));
                }));

        try (ExecutorService atOnce = Executors.newCachedThreadPool()) {
            List<? extends Future<?>> answers =
                    ways.stream().map(atOnce::submit).toList();
            for (Future<?> answer : answers) {
                assertThatThrownBy(answer::get)
                        .cause()
                        .isInstanceOfSatisfying(
                                SqlFailure.class,
                                failed -> assertThat(failed.state()).isEqualTo("57014"));
            }
        }
        assertThat(text(new Sql(source(Duration.ZERO)), """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep(600)%'
                          AND pid <> pg_backend_pid()
                        """)).isEqualTo("0");
    }

    /** The same connection, but the driver never gives up: only the server can end a statement. */
    private static Connection patient(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                SqlTimeoutTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                    if (method.getName().equals("setNetworkTimeout")) {
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getTargetException();
                    }
                });
    }

    @Test
    void a_timeout_does_not_change_results_counts_or_isolation_and_does_not_outlast_its_transaction()
            throws SQLException {
        try (Connection connection = source(Duration.ZERO).getConnection()) {
            Sql sql = new Sql(new OneConnection(connection)).withSocketTimeout(Duration.ofMinutes(1));

            assertThat(text(sql, "SELECT ?::text || current_setting('statement_timeout')", "is "))
                    .isEqualTo("is 55800ms");
            int written = sql.inTransaction(tx -> {
                int made = tx.update("CREATE TEMPORARY TABLE kept AS SELECT generate_series(1, 3) AS n");
                return made + tx.update("UPDATE kept SET n = n + ?", 1);
            });
            assertThat(written).isEqualTo(6);
            Sql withLongTimeout = sql.withTimeout(Duration.ofMinutes(10));
            assertThat(isolation(sql)).isEqualTo("repeatable read");
            assertThat(isolation(withLongTimeout)).isEqualTo("repeatable read");
            assertThat(asked(sql, LIMIT)).isEqualTo("55800ms");
            assertThat(asked(withLongTimeout, LIMIT)).isEqualTo("558s");
            assertThat(text(withLongTimeout, LIMIT)).isEqualTo("558s");
            assertThat(text(withLongTimeout.withDefaultTimeout(), LIMIT)).isEqualTo("55800ms");
            assertThat(text(new Sql(new OneConnection(connection)), LIMIT)).isEqualTo("0");
        }
    }

    @Test
    void a_connection_is_returned_unchanged_after_success_and_after_failure() throws SQLException {
        try (Connection connection = source(Duration.ofMinutes(1)).getConnection()) {
            OneConnection pool = new OneConnection(connection);
            Sql longer = new Sql(pool).withTimeout(Duration.ofMinutes(10));

            List<String> answer = longer.inTransaction(tx -> tx.query("SELECT 'x'", row -> row.text(1)));
            assertThat(answer).containsExactly("x");
            assertThat(connection.getNetworkTimeout()).isEqualTo(60_000);
            assertThatThrownBy(() -> longer.inTransaction(tx -> tx.update("nonsense")))
                    .isInstanceOf(SqlFailure.class);
            assertThat(connection.getNetworkTimeout()).isEqualTo(60_000);
        }
    }

    private static String sleep(Sql sql) {
        return text(sql, SLEEP);
    }

    private static String text(Sql sql, String query, Object... parameters) {
        return sql.inTransaction(tx -> tx.queryOne(query, row -> row.text(1), parameters));
    }

    private static String isolation(Sql sql) {
        return sql.inSnapshot(tx -> tx.queryOne("SELECT current_setting('transaction_isolation')", row -> row.text(1)));
    }

    private static String asked(Sql sql, String query) {
        return sql.ask(pipeline -> pipeline.query(query, row -> row.text(1))).row();
    }
}
