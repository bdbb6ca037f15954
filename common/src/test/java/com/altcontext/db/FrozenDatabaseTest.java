package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.devdb.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

/** A database that keeps its connections and does not answer any more, as if its host or network was lost. */
@Tag("slow")
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FrozenDatabaseTest {
    private static final String TEXT = "SELECT 'x'";

    /** Long enough for the answers before the database freezes, on a busy machine too. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final EmbeddedDatabase DATABASE = EmbeddedDatabase.temporary();

    @AfterAll
    static void close() {
        DATABASE.close();
    }

    @Test
    void work_with_a_longer_timeout_waits_only_the_default_timeout_for_the_first_answer() throws SQLException {
        List<Consumer<Sql>> ways = List.of(
                sql -> sql.inTransaction(tx -> tx.query(TEXT, row -> row.text(1))),
                sql -> sql.inTransaction(tx -> {
                    tx.each(TEXT, row -> {});
                    return "";
                }),
                sql -> sql.inSnapshot(tx -> tx.query(TEXT, row -> row.text(1))),
                sql -> sql.ask(pipeline -> pipeline.query(TEXT, row -> row.text(1))),
                sql -> sql.atOnce(pipeline -> pipeline.query(TEXT, row -> row.text(1))));
        for (Consumer<Sql> way : ways) {
            try (Connection connection = connection()) {
                Sql sql = withLongTimeout(connection, Duration.ofSeconds(1));
                DATABASE.freeze();
                assertLost(() -> way.accept(sql));
            } finally {
                DATABASE.thaw();
            }
        }
    }

    @Test
    void work_that_fails_waits_only_the_default_timeout_for_its_rollback() throws SQLException {
        try (Connection connection = connection()) {
            assertThatThrownBy(() -> withLongTimeout(connection, TIMEOUT).inTransaction(tx -> {
                        var _ = tx.query(TEXT, row -> row.text(1));
                        DATABASE.freeze();
                        throw new IllegalArgumentException("the work's own failure");
                    }))
                    .isInstanceOf(IllegalArgumentException.class);
        } finally {
            DATABASE.thaw();
        }
    }

    @Test
    void the_driver_ends_a_limited_statement_too_and_the_connection_keeps_its_own_timeout() throws SQLException {
        try (Connection connection = connection()) {
            Sql sql = new Sql(new OneConnection(connection));
            sql.inTransaction(tx -> {
                tx.limit(TIMEOUT);
                return tx.query(TEXT, row -> row.text(1));
            });
            assertThat(connection.getNetworkTimeout()).isZero();

            assertLost(() -> sql.inTransaction(tx -> {
                tx.limit(TIMEOUT);
                DATABASE.freeze();
                return tx.query(TEXT, row -> row.text(1));
            }));
        } finally {
            DATABASE.thaw();
        }
    }

    @Test
    void after_an_idle_connection_that_does_not_answer_the_others_are_given_up_without_asking_them()
            throws SQLException {
        IdleConnectionCheck check = new IdleConnectionCheck(TIMEOUT);
        try (Connection idle = connection();
                Connection ended = connection();
                Connection other = connection()) {
            assertThat(check.isValid(idle)).isTrue();
            idle.createStatement()
                    .execute("SELECT pg_terminate_backend("
                            + ended.unwrap(PGConnection.class).getBackendPID() + ", 10000)");
            assertThat(check.isValid(ended)).isFalse();
            assertThat(check.isValid(idle)).isTrue();

            DATABASE.freeze();
            assertThat(check.isValid(idle)).isFalse();
            assertThat(idle.isClosed()).isTrue();
            assertThat(check.isValid(other)).isFalse();
            assertThat(other.isClosed())
                    .as("closed by the driver because it did not answer")
                    .isFalse();
        } finally {
            DATABASE.thaw();
        }
    }

    private static void assertLost(Runnable work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        SqlFailure.class,
                        failed -> assertThat(failed.isLostConnection()).isTrue());
    }

    private static Sql withLongTimeout(Connection connection, Duration timeout) {
        return new Sql(new OneConnection(connection)).withSocketTimeout(timeout).withTimeout(Duration.ofHours(2));
    }

    private static Connection connection() throws SQLException {
        DatabaseUrl url = DatabaseUrl.parse(DATABASE.url());
        return DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password());
    }
}
