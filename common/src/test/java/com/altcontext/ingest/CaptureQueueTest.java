package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.SqlFailure;
import com.altcontext.event.EventStore;
import com.altcontext.lead.Captured;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Forms that wait while others are stored. */
class CaptureQueueTest {
    private final Database database = Database.migrated();
    private final DatabaseState state = new DatabaseState(database.sql(), InstantSource.system());
    private final MemoryBudget memory = new MemoryBudget(1 << 20);
    private final DatabaseExecutor executor = new DatabaseExecutor("form", 2, 8, state, memory);
    private final Leads leads = new Leads(
            database.sql(),
            new EventStore(new SessionRule(Duration.ofMinutes(30))),
            new LeadRules(false, Duration.ofMinutes(15), 6, LeadMessages.NONE));
    private final List<CompletableFuture<Captured>> behind = new ArrayList<>();
    private final CaptureQueue queue = new CaptureQueue(leads, executor, memory, this::stopBehind);

    private CompletableFuture<Captured> submit(String email) {
        return submit(queue, email);
    }

    private static CompletableFuture<Captured> submit(CaptureQueue queue, String email) {
        return queue.submit(TestForm.by(email, Instant.now()).capture(), 0, Runnable::run)
                .toCompletableFuture();
    }

    /** Once the first form is stored, two others are there and the service stops. */
    private void stopBehind(Captured first) {
        if (behind.isEmpty()) {
            behind.add(submit("jo@example.ca"));
            behind.add(submit("poison@example.ca"));
            executor.stop();
        }
    }

    @Test
    void a_form_whose_batch_is_refused_is_stored_by_itself_during_a_stop_too() throws Exception {
        state.ask();
        database.run("ALTER TABLE leads ADD CONSTRAINT poison CHECK (email <> 'poison@example.ca') NOT VALID");

        var _ = submit("first@example.ca").get(30, TimeUnit.SECONDS);
        executor.await(System.nanoTime() + TimeUnit.SECONDS.toNanos(30));

        assertThat(behind.getFirst().join().leadId()).isNotNull();
        assertThatThrownBy(behind.getLast()::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(SqlFailure.class);
        assertThat(database.texts("SELECT email FROM leads ORDER BY 1"))
                .containsExactly("first@example.ca", "jo@example.ca");
    }

    @Test
    void a_defect_fails_its_form_and_the_next_one_is_stored() {
        state.ask();
        List<Captured> seen = new ArrayList<>();
        CaptureQueue observed = new CaptureQueue(leads, executor, memory, captured -> {
            seen.add(captured);
            if (seen.size() == 1) {
                throw new IllegalStateException("a defect");
            }
        });

        assertThat(submit(observed, "first@example.ca"))
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(IllegalStateException.class);
        assertThat(submit(observed, "second@example.ca")).succeedsWithin(Duration.ofSeconds(30));
        executor.stop();
    }
}
