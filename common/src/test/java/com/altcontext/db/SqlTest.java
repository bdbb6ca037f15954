package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.altcontext.devdb.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

class SqlTest {
    private final DatabaseUrl url = DatabaseUrl.parse(TestDatabase.fresh());
    private final PGSimpleDataSource source = new PGSimpleDataSource();

    SqlTest() {
        source.setUrl(url.jdbcUrl());
        source.setUser(url.user());
        source.setPassword(url.password());
    }

    private static String setting(Sql sql, String query, Object... parameters) {
        return sql.inTransaction(tx -> tx.queryOne(query, row -> row.text(1), parameters));
    }

    @Test
    void a_query_for_one_row_fails_with_no_row_and_with_two() {
        Sql sql = new Sql(source);
        String rows = "SELECT number FROM generate_series(1, ?) AS number";

        assertThat(sql.<String>inTransaction(tx -> tx.queryOne(rows, row -> row.text(1), 1)))
                .isEqualTo("1");
        for (int count : List.of(0, 2)) {
            assertThatThrownBy(() -> sql.inTransaction(tx -> tx.queryOne(rows, row -> row.text(1), count)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(count + " rows instead of one: " + rows);
        }
    }

    @Test
    void temporary_failures_are_distinguished_from_permanent_ones() throws SQLException {
        Sql sql = new Sql(source);
        for (String state : List.of("25006", "53100", "53300", "57014", "55P03", "58030", "40001")) {
            assertThat(raised(sql, state).isUnavailability()).as(state).isTrue();
        }
        for (String state : List.of("22012", "23505", "42P01", "XX000", "P0001")) {
            assertThat(raised(sql, state).isUnavailability()).as(state).isFalse();
        }
        // A server that is reused may have the role from an earlier run.
        sql.inTransaction(tx -> tx.update("DROP ROLE IF EXISTS crowded"));
        sql.inTransaction(tx -> tx.update("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0 PASSWORD 'crowded'"));
        PGSimpleDataSource crowded = new PGSimpleDataSource();
        crowded.setUrl(source.getUrl());
        crowded.setUser("crowded");
        crowded.setPassword("crowded");
        assertThatThrownBy(() -> new Sql(crowded).inTransaction(tx -> tx.update("SELECT 1")))
                .isInstanceOfSatisfying(SqlFailure.class, failed -> {
                    assertThat(failed.state()).isEqualTo("53300");
                    assertThat(failed.isLostConnection()).isTrue();
                });
    }

    /** Errors as the coordinator of a cluster reports them, with the node in the context. */
    @ParameterizedTest
    @CsvSource({
        "08006, connection to the remote node a@10.0.0.2:5432 failed, nothing, true",
        "57P01, terminating connection due to administrator command, while executing command on 10.0.0.2:5432, true",
        "XX000, server closed the connection unexpectedly, while executing command on 10.0.0.2:5432, true",
        "XX000, could not receive data from server: reset, while executing command on 10.0.0.2:5432, true",
        "XX000, failure on connection marked as essential: 10.0.0.2:5432, nothing, true",
        "XX000, could not commit transaction for shard 102011 on at least one active node, nothing, true",
        "XX000, server closed the connection unexpectedly, nothing, false",
        "XX000, could not find tuple for statistics object 1, while executing command on 10.0.0.2:5432, false",
        "XX001, server closed the connection unexpectedly, while executing command on 10.0.0.2:5432, false"
    })
    void a_lost_node_counts_as_unavailability_and_a_defect_does_not(
            String state, String message, String context, boolean isLost) {
        Sql sql = new Sql(source);
        SqlFailure failed = catchThrowableOfType(
                SqlFailure.class,
                () -> sql.inTransaction(tx -> {
                    // The context of an error has the name of the function that raised it.
                    tx.update("CREATE FUNCTION pg_temp.\"%1$s\"() RETURNS text LANGUAGE plpgsql AS".formatted(context)
                            + " $$ BEGIN RAISE EXCEPTION '%s' USING ERRCODE = '%s'; END $$".formatted(message, state));
                    return tx.query("SELECT pg_temp.\"%s\"()".formatted(context), row -> row.text(1));
                }));

        assertThat(failed.isUnavailability()).isEqualTo(isLost);
        assertThat(failed.isLostConnection())
                .as("lost connection to the coordinator")
                .isFalse();
    }

    /** Errors as the coordinator of a cluster reports them for rows that it copies to a node. */
    @ParameterizedTest
    @CsvSource({
        "new row for relation \"events_102099\" violates check constraint \"events_check\", true",
        "null value in column \"path\" of relation \"events_102099\" violates not-null constraint, true",
        "duplicate key value violates unique constraint \"events_pkey_102099\", true",
        "cache lookup failed for constraint 1, false"
    })
    void a_row_that_a_node_refuses_is_a_fault_of_the_data(String message, boolean isOfTheData) {
        SqlFailure failed = raised(new Sql(source), "XX000", message);

        assertThat(failed.isFaultOfTheData()).isEqualTo(isOfTheData);
        assertThat(failed.state()).isEqualTo(isOfTheData ? "23000" : "XX000");
        assertThat(failed.isUnavailability()).isFalse();
    }

    /** The coordinator of a cluster commits with this warning if a node dies during the commit. */
    @Test
    void a_commit_with_the_warning_that_a_node_has_not_committed_is_a_failure() throws SQLException {
        try (Connection connection = source.getConnection()) {
            Sql sql = new Sql(new OneConnection(connection));
            String warning = "failed to commit transaction on 10.0.0.2:5432";

            int written = sql.inTransaction(tx -> warnsAtCommit(tx, "another warning"));
            assertThat(written).isEqualTo(1);
            assertThatThrownBy(() -> sql.inTransaction(tx -> warnsAtCommit(tx, warning)))
                    .isInstanceOfSatisfying(SqlFailure.class, failed -> {
                        assertThat(failed.state()).isEqualTo("08007");
                        assertThat(failed.isUnavailability()).isTrue();
                        assertThat(failed.isLostConnection()).isFalse();
                    });
            assertThat(setting(sql, "SELECT 'x'"))
                    .as("the connection after the failure")
                    .isEqualTo("x");
        }
    }

    private static int warnsAtCommit(Tx tx, String warning) {
        tx.update("DROP TABLE IF EXISTS pg_temp.stored");
        tx.update("CREATE TEMPORARY TABLE stored (n integer)");
        tx.update("CREATE OR REPLACE FUNCTION pg_temp.warn() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN RAISE WARNING '" + warning + "'; RETURN NULL; END $$");
        tx.update("CREATE CONSTRAINT TRIGGER warns AFTER INSERT ON stored DEFERRABLE INITIALLY DEFERRED"
                + " FOR EACH ROW EXECUTE FUNCTION pg_temp.warn()");
        return tx.update("INSERT INTO stored VALUES (1)");
    }

    private static SqlFailure raised(Sql sql, String state) {
        return raised(sql, state, "x");
    }

    private static SqlFailure raised(Sql sql, String state, String message) {
        String raise = "DO $$ BEGIN RAISE EXCEPTION '" + message + "' USING ERRCODE = '" + state + "'; END $$";
        return catchThrowableOfType(SqlFailure.class, () -> sql.inTransaction(tx -> tx.update(raise)));
    }

    @Test
    void connections_that_died_while_idle_are_skipped() throws SQLException {
        assertThat(answerAfterDeadConnections(Sql::new)).isEqualTo("x");
        assertThat(answerAfterDeadConnections(pool ->
                        new Sql(pool).withSocketTimeout(Duration.ofMinutes(1)).withTimeout(Duration.ofHours(1))))
                .isEqualTo("x");
    }

    private String answerAfterDeadConnections(Function<DataSource, Sql> made) throws SQLException {
        Queue<Connection> dead = new ArrayDeque<>();
        for (int i = 0; i < 5; i++) {
            Connection connection = source.getConnection();
            end(connection.unwrap(PGConnection.class).getBackendPID());
            dead.add(connection);
        }
        Sql sql = made.apply(new PGSimpleDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                Connection idle = dead.poll();
                return idle == null ? source.getConnection() : idle;
            }
        });

        String answer = setting(sql, "SELECT 'x'");
        assertThat(dead).isEmpty();
        return answer;
    }

    @Test
    void work_that_the_server_has_done_in_part_is_not_repeated() {
        AtomicInteger begun = new AtomicInteger();

        assertThatThrownBy(() -> new Sql(source).inTransaction(tx -> {
                    begun.incrementAndGet();
                    Pipeline pipeline = tx.pipeline();
                    pipeline.update("SELECT 1");
                    pipeline.send();
                    return tx.update("SELECT pg_terminate_backend(pg_backend_pid())");
                }))
                .isInstanceOfSatisfying(
                        SqlFailure.class,
                        failed -> assertThat(failed.isLostConnection()).isTrue());
        assertThat(begun).hasValue(1);
    }

    /** Ends a connection from outside, and waits until it has ended. */
    private void end(int pid) throws SQLException {
        try (Connection other = source.getConnection();
                Statement statement = other.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(" + pid + ", 10000)");
        }
    }
}
