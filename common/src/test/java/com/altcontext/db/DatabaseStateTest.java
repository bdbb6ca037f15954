package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.devdb.TestDatabase;
import com.altcontext.testing.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseStateTest {
    private static DatabaseState state(Database database) {
        return new DatabaseState(database.sql(), InstantSource.system());
    }

    @Test
    void the_status_is_starting_before_the_first_check() {
        DatabaseState state = state(Database.at("postgres://unknown@127.0.0.1:1/nothing"));

        assertThat(state.status()).isEqualTo(DatabaseState.Status.STARTING);
        assertThat(state.wasReady()).isFalse();
    }

    @Test
    void a_server_that_is_not_there_is_unreachable() {
        assertThat(state(Database.at("postgres://unknown@127.0.0.1:1/nothing")).check())
                .isEqualTo(DatabaseState.Status.DATABASE_UNREACHABLE);
    }

    @Test
    void a_missing_privilege_is_distinguished_from_an_unreachable_server() {
        DatabaseState away = state(Database.at("postgres://unknown@127.0.0.1:1/nothing"));
        away.check();
        assertThat(away.trouble()).contains("in: connect (ConnectException)");

        Database database = Database.migrated();
        String role = "service_" + UUID.randomUUID().toString().substring(0, 8);
        database.run(
                "CREATE ROLE " + role + " LOGIN PASSWORD 'only-for-this-test'",
                "GRANT SELECT ON flyway_schema_history TO " + role);
        DatabaseState state = state(Database.as(database.url(), role, "only-for-this-test"));
        assertThat(state.check()).isEqualTo(DatabaseState.Status.DATABASE_UNREACHABLE);
        assertThat(state.trouble()).startsWith("SQLSTATE 42501 in: SELECT");

        database.run("GRANT SELECT ON cluster TO " + role);
        assertThat(state.check()).isEqualTo(DatabaseState.Status.READY);
        assertThat(state.trouble()).isEmpty();
        database.run("DROP OWNED BY " + role, "DROP ROLE " + role);
    }

    @ParameterizedTest
    @ValueSource(strings = {"repeatable read", "serializable"})
    void a_database_with_another_default_isolation_is_not_ready(String isolation) {
        Database database = Database.migrated();
        String setting = "ALTER DATABASE " + DatabaseUrl.parse(database.url()).database()
                + " SET default_transaction_isolation TO ";
        database.run(setting + "'" + isolation + "'");
        // On Citus, the tests reuse their connections, to which a new default does not apply.
        DatabaseState state = state(Database.at(database.url()));

        assertThat(state.check()).isEqualTo(DatabaseState.Status.DATABASE_UNREACHABLE);
        assertThat(state.trouble())
                .isEqualTo("the database's default_transaction_isolation is " + isolation
                        + ", and must be read committed: " + DatabaseState.ISOLATION_REMEDY);

        String role = "service_" + UUID.randomUUID().toString().substring(0, 8);
        database.run(
                "CREATE ROLE " + role + " LOGIN PASSWORD 'only-for-this-test'",
                "GRANT SELECT ON flyway_schema_history, cluster TO " + role);
        Database.as(database.url(), role, "only-for-this-test").run(DatabaseState.ISOLATION_REMEDY);
        DatabaseState remedied = state(Database.as(database.url(), role, "only-for-this-test"));
        assertThat(remedied.check()).isEqualTo(DatabaseState.Status.READY);
        assertThat(remedied.trouble()).isEmpty();
        database.run("DROP OWNED BY " + role, "DROP ROLE " + role);
    }

    @Test
    void an_empty_database_and_an_old_schema_are_outdated_and_a_newer_schema_is_accepted() {
        Database database = Database.at(TestDatabase.fresh());
        DatabaseState state = state(database);
        assertThat(state.check()).isEqualTo(DatabaseState.Status.SCHEMA_OUTDATED);

        Migrations.of(DatabaseUrl.parse(database.url())).apply();
        assertThat(state.check()).isEqualTo(DatabaseState.Status.READY);

        database.run("UPDATE flyway_schema_history SET success = false WHERE version = '"
                + DatabaseState.REQUIRED_SCHEMA + "'");
        assertThat(state.check()).isEqualTo(DatabaseState.Status.SCHEMA_OUTDATED);

        database.run("UPDATE flyway_schema_history SET success = true, version = '9999' WHERE NOT success");
        assertThat(state.check()).isEqualTo(DatabaseState.Status.READY);
    }

    @Test
    void the_database_is_not_ready_before_a_restore_is_done() {
        Database database = Database.migrated();
        DatabaseState state = state(database);

        database.run("CREATE SCHEMA altops_before");
        assertThat(state.check()).isEqualTo(DatabaseState.Status.SCHEMA_OUTDATED);

        database.run("DROP SCHEMA altops_before");
        assertThat(state.check()).isEqualTo(DatabaseState.Status.READY);
    }

    @Test
    void a_database_that_is_lost_later_still_counts_as_having_been_ready() {
        DatabaseState state = state(Database.migrated());
        state.check();

        state.lost();

        assertThat(state.isReady()).isFalse();
        assertThat(state.wasReady()).isTrue();
    }

    @Test
    void the_difference_from_the_clock_of_the_database_is_measured() {
        Database database = Database.migrated();
        InstantSource ahead = InstantSource.offset(InstantSource.system(), Duration.ofHours(1));
        DatabaseState state = new DatabaseState(database.sql(), ahead);

        state.check();

        assertThat(state.clockSkew()).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
    }

    /** A new migration that the code needs must raise the required number. This test fails if it does not. */
    @Test
    void the_required_schema_is_the_newest_migration() {
        List<Migrations.Migration> all =
                Migrations.of(DatabaseUrl.parse(Database.migrated().url())).status();

        assertThat(all.getLast().version()).isEqualTo(String.valueOf(DatabaseState.REQUIRED_SCHEMA));
    }

    @Test
    void the_data_that_every_request_needs_is_read_before_the_database_is_ready() {
        Database database = Database.migrated();
        List<Boolean> readyMeanwhile = new ArrayList<>();
        DatabaseState[] state = new DatabaseState[1];
        state[0] =
                new DatabaseState(database.sql(), InstantSource.system(), () -> readyMeanwhile.add(state[0].isReady()));

        assertThat(state[0].check()).isEqualTo(DatabaseState.Status.READY);
        assertThat(readyMeanwhile).containsExactly(false);
    }
}
