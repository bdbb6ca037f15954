package com.altcontext.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class OperatorConnectionsTest {
    /**
     * Behind a connection pooler the next transaction may run on another connection. There the name of a prepared
     * statement is unknown, or belongs to another statement.
     */
    @Test
    void statements_are_not_prepared_by_name_unless_the_database_url_asks_for_it() {
        String url = TestDatabase.fresh();

        assertThat(preparedAfterTenQueries(url)).isZero();
        assertThat(preparedAfterTenQueries(url + (url.contains("?") ? "&" : "?") + "prepareThreshold=3"))
                .isPositive();
    }

    @Test
    void a_database_with_another_default_isolation_level_is_refused() {
        MigratedDatabase database = MigratedDatabase.fresh();
        String name = DatabaseUrl.parse(database.url()).database();
        database.run("ALTER DATABASE " + name + " SET default_transaction_isolation TO 'serializable'");

        for (String[] args : new String[][] {{"rollup"}, {"migrate"}}) {
            CommandRun ran = database.altops(args);

            assertThat(ran.exit()).isEqualTo(Exit.FAILED);
            assertThat(ran.err())
                    .startsWith(
                            "altops: the database's default_transaction_isolation is serializable, and must be read committed — "
                                    + DatabaseState.ISOLATION_REMEDY);
        }
    }

    @Test
    void a_connection_that_is_lost_during_a_command_is_not_reported_as_a_defect() {
        MigratedDatabase database = MigratedDatabase.fresh();
        database.run(
                "CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql"
                        + " AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END'",
                "CREATE TRIGGER end_connection BEFORE INSERT ON goals FOR EACH ROW EXECUTE FUNCTION end_connection()");

        CommandRun ran = database.altops("goal", "add", "default", "signup", "--path", "/thanks");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .isEqualTo(
                        "altops: the connection to the database was lost — check that the server runs, and try again\n");
    }

    @Test
    void a_schema_that_lacks_a_column_or_a_function_is_reported_as_older() {
        MigratedDatabase database = MigratedDatabase.fresh();
        database.run("ALTER TABLE goals DROP COLUMN prop_value", "DROP FUNCTION event_partition_exists");

        for (String[] args : new String[][] {{"goal", "list"}, {"rollup", "--day", CommandRun.TODAY.toString()}}) {
            assertThat(database.altops(args).err())
                    .startsWith("altops: the schema is older than this release needs — ");
        }
    }

    @Test
    @Tag("single-node") // On a cluster the role would have to exist on every node.
    void a_login_without_permission_is_told_which_login_to_use() {
        MigratedDatabase database = MigratedDatabase.fresh();
        String role = "stranger_" + UUID.randomUUID().toString().substring(0, 8);
        database.run("CREATE ROLE " + role + " LOGIN PASSWORD 'only-for-this-test'");

        CommandRun ran = CommandRun.altopsOn(
                database.url().replaceFirst("//[^@]*@", "//" + role + ":only-for-this-test@"), "goal", "list");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .isEqualTo(
                        "altops: the database login has no permission for this — log in as the database's owner, or grant the permission\n");
        database.run("DROP ROLE " + role);
    }

    private static long preparedAfterTenQueries(String url) {
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(url))) {
            Sql sql = new Sql(connections);
            for (int i = 0; i < 10; i++) {
                sql.inTransaction(tx -> tx.query("SELECT 1", row -> row.number(1)));
            }
            return sql.inTransaction(
                    tx -> tx.queryOne("SELECT count(*) FROM pg_prepared_statements", row -> row.number(1)));
        }
    }
}
