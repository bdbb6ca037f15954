package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.Migrations.Difference;
import com.altcontext.db.Migrations.Migration;
import com.altcontext.db.Migrations.State;
import com.altcontext.devdb.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MigrationsTest {
    private static final String FIRST = "classpath:db/migration-test-first";
    private static final String SECOND = "classpath:db/migration-test-second";
    private static final String EDITED = "classpath:db/migration-test-edited";
    private static final String BROKEN = "classpath:db/migration-test-broken";

    private final DatabaseUrl url = DatabaseUrl.parse(TestDatabase.fresh());

    @Test
    void the_migrations_create_the_schema_of_this_release_in_an_empty_database() throws SQLException {
        Migrations migrations = Migrations.of(url);

        List<Migration> planned = migrations.plan();
        List<Migration> applied = migrations.apply();

        assertThat(planned).isNotEmpty().allMatch(one -> one.state() == State.PENDING && one.appliedAt() == null);
        assertThat(applied)
                .extracting(Migration::version)
                .containsExactlyElementsOf(
                        planned.stream().map(Migration::version).toList());
        assertThat(applied).allMatch(one -> one.state() == State.APPLIED && one.appliedAt() != null);
        assertThat(migrations.verify()).isEmpty();
        assertThat(ask("SELECT to_regclass('events') IS NOT NULL")).isEqualTo("t");
    }

    @Test
    void a_plan_changes_nothing() throws SQLException {
        assertThat(new Migrations(url, SECOND).plan()).hasSize(2);
        assertThat(new Migrations(url, SECOND).status()).hasSize(2);
        assertThat(new Migrations(url, SECOND).verify()).hasSize(2);
        assertThat(ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
                .isEqualTo("0");
    }

    @Test
    void only_pending_migrations_are_applied_and_none_the_second_time() {
        new Migrations(url, FIRST).apply();

        assertThat(new Migrations(url, SECOND).plan())
                .extracting(Migration::version)
                .containsExactly("2");
        assertThat(new Migrations(url, SECOND).apply())
                .extracting(Migration::description)
                .containsExactly("two");
        assertThat(new Migrations(url, SECOND).apply()).isEmpty();
        assertThat(new Migrations(url, SECOND).status())
                .extracting(Migration::state)
                .containsOnly(State.APPLIED);
    }

    @Test
    void concurrent_runs_apply_each_migration_once() throws Exception {
        Callable<List<Migration>> run = () -> new Migrations(url, SECOND).apply();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Migration> applied = new java.util.ArrayList<>();
            for (Future<List<Migration>> done : threads.invokeAll(List.of(run, run, run, run))) {
                applied.addAll(done.get());
            }
            assertThat(applied).extracting(Migration::version).containsExactlyInAnyOrder("1", "2");
        }
        assertThat(ask("SELECT count(*) FROM flyway_schema_history WHERE version IS NOT NULL"))
                .isEqualTo("2");
    }

    @Test
    void verification_reports_missing_edited_and_newer_migrations() {
        new Migrations(url, FIRST).apply();

        assertThat(new Migrations(url, FIRST).verify()).isEmpty();
        assertThat(new Migrations(url, SECOND).verify()).containsExactly(new Difference("2", "two", "is not applied"));
        assertThat(new Migrations(url, EDITED).verify())
                .containsExactly(new Difference("1", "one", "was changed after it had been applied"));

        new Migrations(url, SECOND).apply();
        assertThat(new Migrations(url, FIRST).verify())
                .containsExactly(new Difference("2", "two", "is in the database and newer than this release"));
        assertThat(new Migrations(url, FIRST).status())
                .extracting(Migration::state)
                .containsExactly(State.APPLIED, State.UNKNOWN);
    }

    @Test
    void an_edited_migration_stops_the_next_run_before_it_changes_anything() {
        new Migrations(url, FIRST).apply();

        assertThatThrownBy(() -> new Migrations(url, EDITED).apply())
                .isInstanceOf(DatabaseFailure.class)
                .hasMessageContaining("not those of this release");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                EDITED + "| SELECT 1",
                SECOND + "| UPDATE flyway_schema_history SET version = '1.5'",
                SECOND + "| UPDATE flyway_schema_history SET version = '3'",
                SECOND + "| UPDATE flyway_schema_history SET success = false",
            })
    void a_plan_is_refused_where_the_run_is(String release, String change) throws SQLException {
        new Migrations(url, FIRST).apply();
        run(change);

        for (ThrowingCallable attempt : List.<ThrowingCallable>of(
                () -> new Migrations(url, release).apply(), () -> new Migrations(url, release).plan())) {
            assertThatThrownBy(attempt)
                    .isInstanceOf(DatabaseFailure.class)
                    .hasMessageContaining("not those of this release");
        }
    }

    @Test
    void a_schema_that_is_newer_has_an_empty_plan() {
        new Migrations(url, SECOND).apply();

        assertThat(new Migrations(url, FIRST).plan()).isEmpty();
        assertThat(new Migrations(url, FIRST).apply()).isEmpty();
    }

    @Test
    void a_failed_migration_is_rolled_back_and_its_message_shows_no_value() throws SQLException {
        assertThatThrownBy(() -> new Migrations(url, BROKEN).apply())
                .isInstanceOf(DatabaseFailure.class)
                .hasMessage(
                        "migration 2 failed at its line 2 (SQLSTATE 22P02) and was rolled back; those before it stay applied")
                .hasNoCause();

        assertThat(ask("SELECT to_regclass('one') IS NOT NULL AND to_regclass('two') IS NULL"))
                .isEqualTo("t");
        assertThat(new Migrations(url, SECOND).apply())
                .extracting(Migration::version)
                .containsExactly("2");
    }

    /** A run that is killed leaves both or neither. */
    @Test
    void a_migration_and_the_record_of_it_are_one_transaction() throws SQLException {
        new Migrations(url, SECOND).apply();

        assertThat(ask("SELECT bool_and(h.xmin = t.xmin) AND count(*) = 2 FROM flyway_schema_history AS h"
                        + " JOIN pg_class AS t ON t.relname = h.description"))
                .isEqualTo("t");
    }

    /**
     * Some providers end a connection that is idle in a transaction. The connection that holds the lock of the
     * migrations is idle in this way.
     */
    @Test
    void the_timeouts_of_a_database_do_not_end_a_migration() throws SQLException {
        alterDatabase("SET idle_in_transaction_session_timeout = 1");
        alterDatabase("SET statement_timeout = 1000");

        assertThat(Migrations.of(url).apply()).isNotEmpty();

        alterDatabase("SET idle_in_transaction_session_timeout = 10000");
        assertThat(Migrations.of(url).verify()).isEmpty();
    }

    private void alterDatabase(String setting) throws SQLException {
        run("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I " + setting + "', current_database()); END $$");
    }

    /**
     * Fly creates such a login when an app is attached again, after its first login was detached and the tables got
     * another owner.
     */
    @Test
    void a_login_that_does_not_own_the_tables_is_told_to_use_their_owner() throws SQLException {
        Migrations.of(url).apply();
        String role = "attached_" + UUID.randomUUID().toString().substring(0, 8);
        run("CREATE ROLE " + role + " LOGIN PASSWORD 'only-for-this-test'");
        run("GRANT pg_read_all_data, pg_write_all_data TO " + role);
        run("DELETE FROM flyway_schema_history WHERE version = '" + DatabaseState.REQUIRED_SCHEMA + "'");
        DatabaseUrl attached = new DatabaseUrl(role, "only-for-this-test", url.hosts(), url.database(), url.options());

        assertThatThrownBy(() -> Migrations.of(attached).apply())
                .isInstanceOfSatisfying(
                        DatabaseFailure.class,
                        refused -> assertThat(refused.remedy())
                                .isEqualTo("the login may not change all of the schema: use the owner of its tables"));
        run("DROP OWNED BY " + role);
        run("DROP ROLE " + role);
    }

    @Test
    void a_database_with_foreign_tables_is_left_alone() throws SQLException {
        run("CREATE TABLE theirs (id int)");

        for (ThrowingCallable attempt : List.<ThrowingCallable>of(
                () -> new Migrations(url, FIRST).apply(), () -> new Migrations(url, FIRST).plan())) {
            assertThatThrownBy(attempt)
                    .isInstanceOf(DatabaseFailure.class)
                    .hasMessageContaining("tables that are not AltContext's");
        }
        assertThat(ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
                .isEqualTo("1");
    }

    @Test
    void a_connection_pooler_is_recognized_and_refused() throws Exception {
        try (FakePooler pooler = FakePooler.before(url)) {
            DatabaseUrl pooled = pooler.url();

            assertThat(new Migrations(pooled, FIRST).status()).hasSize(1);
            assertThatThrownBy(() -> new Migrations(pooled, FIRST).plan())
                    .isInstanceOf(DatabaseFailure.class)
                    .hasMessageContaining("connection pooler");
            assertThatThrownBy(() -> new Migrations(pooled, FIRST).apply())
                    .isInstanceOf(DatabaseFailure.class)
                    .hasMessageContaining("connection pooler");
        }
        assertThat(ask("SELECT to_regclass('one') IS NULL")).isEqualTo("t");
    }

    @ParameterizedTest
    @CsvSource({
        "postgres://someone:hidden@127.0.0.1:1/d, nothing answers",
        "postgres://someone:hidden@no-such-host.invalid/d, host name could not be resolved",
    })
    void the_message_about_an_unreachable_database_does_not_show_its_url(String unreachable, String what) {
        assertThatThrownBy(() -> Migrations.of(DatabaseUrl.parse(unreachable)).plan())
                .isInstanceOf(DatabaseFailure.class)
                .hasMessageContaining(what)
                .hasNoCause()
                .message()
                .doesNotContain("hidden", "127.0.0.1", "someone", "no-such-host");
    }

    /** It may be a proxy or a balancer whose database is away. */
    @Test
    void a_server_that_takes_a_connection_and_does_not_speak_is_reported() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            DatabaseUrl silence = new DatabaseUrl(
                            "u",
                            "p",
                            List.of(DatabaseUrl.Host.of("127.0.0.1", silent.getLocalPort())),
                            "d",
                            Map.of("sslmode", "disable"))
                    .withLoginTimeout(1);

            for (ThrowingCallable attempt : List.<ThrowingCallable>of(
                    () -> Migrations.of(silence).status(),
                    () -> Migrations.of(silence).apply())) {
                assertThatThrownBy(attempt)
                        .isInstanceOf(DatabaseFailure.class)
                        .hasMessage("the database did not answer in time");
            }
        }
    }

    @Test
    void a_database_that_does_not_exist_is_reported() {
        DatabaseUrl absent = new DatabaseUrl(url.user(), url.password(), url.hosts(), "absent", url.options());

        assertThatThrownBy(() -> Migrations.of(absent).apply())
                .isInstanceOf(DatabaseFailure.class)
                .hasMessage("the server has no database of that name");
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String ask(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }
}
