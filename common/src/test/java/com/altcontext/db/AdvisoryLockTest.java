package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.Database;
import org.junit.jupiter.api.Test;

class AdvisoryLockTest {
    private static final AdvisoryLock LOCK = new AdvisoryLock("altcontext.test");

    private final Database database = Database.migrated();

    @Test
    void only_one_transaction_at_a_time_holds_the_lock() {
        database.sql().inTransaction(holder -> {
            assertThat(LOCK.tryTake(holder)).isTrue();
            assertThat(database.sql().<Boolean>inTransaction(LOCK::tryTake)).isFalse();
            return true;
        });
        assertThat(database.sql().<Boolean>inTransaction(LOCK::tryTake)).isTrue();
    }

    @Test
    void the_transaction_that_holds_the_lock_of_a_long_run_may_be_idle_despite_the_servers_timeout() {
        String limit = "SELECT current_setting('idle_in_transaction_session_timeout')";
        database.sql().inTransaction(guard -> {
            guard.update("SET LOCAL idle_in_transaction_session_timeout = '30s'");
            assertThat(LOCK.tryTakeForRun(guard)).isTrue();
            assertThat(guard.query(limit, row -> row.text(1))).containsExactly("0");
            return true;
        });
    }
}
