package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.audit.Caller;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.db.SqlFailure;
import com.altcontext.devdb.EmbeddedDatabase;
import com.altcontext.lead.Email;
import com.altcontext.testing.Database;
import com.altcontext.value.KeyedHash;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The database freezes in the middle of a statement, as if its host or network was lost. */
@Tag("slow")
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FrozenDatabaseDeadlineTest {
    private static final Email BOB = new Email("bob@x.ca");
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final KeyedHash HASH = new KeyedHash("a pepper");
    /** Longer than it takes to freeze the database on a busy machine. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @Test
    void an_erasure_and_an_export_with_a_deadline_end_although_the_database_does_not_answer() {
        try (EmbeddedDatabase server = EmbeddedDatabase.temporary()) {
            Migrations.of(DatabaseUrl.parse(server.url())).apply();
            Database database = Database.at(server.url());
            Erasure erasure = new Erasure(database.sql(), HASH).within(TIMEOUT);
            Export export = new Export(database.sql(), (lead, property) -> null, HASH).within(TIMEOUT);
            List<Runnable> both = List.of(
                    () -> erasure.erase(BOB, "test", NOW),
                    () -> export.write(new Export.ExportRequest(BOB, Caller.ALTOPS, NOW), new StringBuilder()));
            database.sql().inTransaction(other -> {
                other.update("LOCK TABLE visitors IN ACCESS EXCLUSIVE MODE");
                List<CompletableFuture<Void>> running = both.stream()
                        .map(work -> CompletableFuture.runAsync(work, Thread::startVirtualThread))
                        .toList();
                Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .until(() ->
                                database.count("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                                + " AND datname = current_database()")
                                        == 2);
                server.freeze();
                try {
                    running.forEach(FrozenDatabaseDeadlineTest::assertLost);
                } finally {
                    server.thaw();
                }
                return 0;
            });
        }
    }

    private static void assertLost(CompletableFuture<Void> work) {
        assertThatThrownBy(work::join)
                .cause()
                .isInstanceOfSatisfying(
                        SqlFailure.class,
                        failed -> assertThat(failed.isLostConnection()).isTrue());
    }
}
