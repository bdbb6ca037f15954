package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.event.EventStore;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LeadLockTest {
    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static final TestForm JO = TestForm.by("jo@example.ca", NOW);
    private static final Email JO_EMAIL = new Email("jo@example.ca");
    private static final Unsubscribe.UnsubscribeRequest ASKED =
            new Unsubscribe.UnsubscribeRequest(Unsubscribe.UnsubscribeSource.UNSUBSCRIBE, null, null, NOW);

    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
    }

    private static Captured capture(TestForm submitted) {
        EventStore events = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        return new Leads(
                        database.anotherMachine(),
                        events,
                        new LeadRules(false, Duration.ofMinutes(15), 6, LeadMessages.NONE))
                .capture(submitted.capture());
    }

    private static boolean isLockAwaited() {
        return database.count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                > 0;
    }

    /**
     * Does the work while another transaction holds the lock of the address.
     *
     * @return whether the work waited for that transaction
     */
    private static boolean waits(Runnable work) throws Exception {
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Future<?>[] done = new Future<?>[1];
            boolean waited = database.sql().inTransaction(tx -> {
                LeadLock.take(tx, JO_EMAIL);
                done[0] = pool.submit(work);
                Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> done[0].isDone() || isLockAwaited());
                return !done[0].isDone();
            });
            done[0].get();
            return waited;
        }
    }

    @Test
    void work_on_an_address_waits_for_its_lock() throws Exception {
        UUID lead = capture(JO).leadId();
        Unsubscribe unsubscribe = new Unsubscribe(database.anotherMachine());

        assertThat(waits(() -> capture(JO.form("contact")))).isTrue();
        assertThat(waits(() -> capture(JO.property("docs")))).isTrue();
        assertThat(waits(() -> unsubscribe.byAddress(JO_EMAIL, null, ASKED))).isTrue();
        assertThat(waits(() -> unsubscribe.byLink(new UnsubscribeToken.Subject(lead, "default"), ASKED)))
                .isTrue();
    }

    @Test
    void work_on_another_address_does_not_wait() throws Exception {
        assertThat(waits(() -> capture(JO.email("kim@example.ca")))).isFalse();
    }
}
