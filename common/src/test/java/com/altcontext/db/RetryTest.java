package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.testing.Database;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryTest {
    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    /** Runs a transaction that the database refuses the given number of times before it succeeds. */
    private static int work(AtomicInteger tries, int refusals, String state) {
        return Retry.inTransaction(database.sql(), tx -> {
            if (tries.incrementAndGet() <= refusals) {
                tx.update("DO $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '" + state + "'; END $$");
            }
            return tries.get();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01"})
    void a_transaction_that_lost_a_conflict_is_repeated(String state) {
        assertThat(work(new AtomicInteger(), 4, state)).isEqualTo(5);
    }

    @Test
    void a_transaction_that_always_loses_fails_in_the_end() {
        AtomicInteger tries = new AtomicInteger();

        assertThatThrownBy(() -> work(tries, 99, "40P01")).isInstanceOf(SqlFailure.class);
        assertThat(tries).hasValue(5);
    }

    @Test
    void a_transaction_with_another_failure_is_not_repeated() {
        AtomicInteger tries = new AtomicInteger();

        assertThatThrownBy(() -> work(tries, 1, "23514")).isInstanceOf(SqlFailure.class);
        assertThat(tries).hasValue(1);
    }
}
