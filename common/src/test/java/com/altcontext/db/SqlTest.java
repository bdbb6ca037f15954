package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.devdb.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

class SqlTest {
    private final PGSimpleDataSource impatient = new PGSimpleDataSource();

    SqlTest() {
        DatabaseUrl url = DatabaseUrl.parse(TestDatabase.fresh());
        impatient.setUrl(url.jdbcUrl());
        impatient.setUser(url.user());
        impatient.setPassword(url.password());
        impatient.setSocketTimeout(1);
    }

    @Test
    void work_that_takes_longer_than_usual_is_let_be_where_it_may() {
        Sql sql = new Sql(impatient);

        assertThat(sleep(sql.withPatience(Duration.ofMinutes(1)))).isEqualTo("slept");
        assertThatThrownBy(() -> sleep(sql))
                .isInstanceOfSatisfying(
                        SqlFailure.class,
                        failed -> assertThat(failed.isLostConnection()).isTrue());
    }

    @Test
    void a_connection_goes_back_as_it_was_after_success_and_after_failure() throws SQLException {
        try (Connection connection = impatient.getConnection()) {
            OneConnection pool = new OneConnection(connection);
            Sql patient = new Sql(pool).withPatience(Duration.ofMinutes(1));

            List<String> answer = patient.inTransaction(tx -> tx.query("SELECT 'x'", row -> row.text(1)));
            assertThat(answer).containsExactly("x");
            assertThat(connection.getNetworkTimeout()).isEqualTo(1_000);
            assertThatThrownBy(() -> patient.inTransaction(tx -> tx.update("nonsense")))
                    .isInstanceOf(SqlFailure.class);
            assertThat(connection.getNetworkTimeout()).isEqualTo(1_000);
        }
    }

    @Test
    void connections_that_died_while_nobody_used_them_are_passed_over() throws SQLException {
        Sql sql = new Sql(new PGSimpleDataSource() {
            private int dead = 5;

            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = impatient.getConnection();
                if (dead-- > 0) {
                    end(connection.unwrap(PGConnection.class).getBackendPID());
                }
                return connection;
            }
        });

        List<String> answer = sql.inTransaction(tx -> tx.query("SELECT 'x'", row -> row.text(1)));
        assertThat(answer).containsExactly("x");
    }

    @Test
    void work_of_which_the_server_has_done_a_part_is_not_begun_again() {
        AtomicInteger begun = new AtomicInteger();

        assertThatThrownBy(() -> new Sql(impatient).inTransaction(tx -> {
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
        try (Connection other = impatient.getConnection();
                Statement statement = other.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(" + pid + ", 10000)");
        }
    }

    private static String sleep(Sql sql) {
        return sql.inTransaction(tx -> tx.query("SELECT 'slept' FROM pg_sleep(2)", row -> row.text(1)))
                .getFirst();
    }
}
