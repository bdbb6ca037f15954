package com.altcontext.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import org.junit.jupiter.api.Test;

class OperatorConnectionsTest {
    /** Behind a pooler the next transaction may run where the name means nothing, or something else. */
    @Test
    void nothing_is_prepared_by_name_unless_the_address_asks_for_it() {
        String url = TestDatabase.fresh();

        assertThat(preparedAfterTenQueries(url)).isZero();
        assertThat(preparedAfterTenQueries(url + (url.contains("?") ? "&" : "?") + "prepareThreshold=3"))
                .isPositive();
    }

    @Test
    void a_database_that_isolates_transactions_otherwise_is_refused() {
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

    private static long preparedAfterTenQueries(String url) {
        try (OperatorConnections connections = new OperatorConnections(DatabaseUrl.parse(url))) {
            Sql sql = new Sql(connections);
            for (int i = 0; i < 10; i++) {
                var _ = sql.inTransaction(tx -> tx.query("SELECT 1", row -> row.number(1)));
            }
            return sql.inTransaction(
                            tx -> tx.query("SELECT count(*) FROM pg_prepared_statements", row -> row.number(1)))
                    .getFirst();
        }
    }
}
