package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.devdb.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
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

    private static String sleep(Sql sql) {
        return sql.inTransaction(tx -> tx.query("SELECT 'slept' FROM pg_sleep(2)", row -> row.text(1)))
                .getFirst();
    }
}
