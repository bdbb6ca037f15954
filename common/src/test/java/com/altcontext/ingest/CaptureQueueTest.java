package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.Buckets;
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
import com.altcontext.visit.VisitorLock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
    private final List<CompletableFuture<Captured>> waiting = new ArrayList<>();
    private final CaptureQueue queue = new CaptureQueue(leads, executor, memory, this::onceStored);
    private Runnable afterFirst = () -> {};

    private static TestForm form(String email) {
        return TestForm.by(email, Instant.now());
    }

    private CompletableFuture<Captured> submit(TestForm form) {
        return submit(queue, form);
    }

    private static CompletableFuture<Captured> submit(CaptureQueue queue, TestForm form) {
        return queue.submit(form.capture(), 0, Runnable::run).toCompletableFuture();
    }

    /** Runs on the thread that stores forms, so forms that are submitted here wait together. */
    private void onceStored(Captured form) {
        if (waiting.isEmpty()) {
            afterFirst.run();
        }
    }

    @Test
    void a_form_whose_batch_fails_is_stored_by_itself_even_during_a_stop() throws Exception {
        state.check();
        database.run("ALTER TABLE leads ADD CONSTRAINT poison CHECK (email <> 'poison@example.ca') NOT VALID");

        afterFirst = () -> {
            waiting.add(submit(form("jo@example.ca")));
            waiting.add(submit(form("poison@example.ca")));
            executor.stop();
        };

        var _ = submit(form("first@example.ca")).get(30, TimeUnit.SECONDS);
        executor.await(System.nanoTime() + TimeUnit.SECONDS.toNanos(30));

        assertThat(waiting.getFirst().join().leadId()).isNotNull();
        assertThatThrownBy(waiting.getLast()::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(SqlFailure.class);
        assertThat(database.texts("SELECT email FROM leads ORDER BY 1"))
                .containsExactly("first@example.ca", "jo@example.ca");
    }

    @Test
    void if_a_form_fails_because_of_a_defect_the_next_form_is_stored() {
        state.check();
        List<Captured> seen = new ArrayList<>();
        CaptureQueue observed = new CaptureQueue(leads, executor, memory, captured -> {
            seen.add(captured);
            if (seen.size() == 1) {
                throw new IllegalStateException("a defect");
            }
        });

        assertThat(submit(observed, form("first@example.ca")))
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(IllegalStateException.class);
        assertThat(submit(observed, form("second@example.ca"))).succeedsWithin(Duration.ofSeconds(30));
        executor.stop();
    }

    @Test
    @Tag("single-node") // Its SQL does not run on a cluster.
    void a_form_whose_node_is_away_is_refused_and_does_not_delay_forms_of_other_nodes() throws Exception {
        List<TestForm> forms = IntStream.range(0, 8)
                .mapToObj(i -> form("jo-" + i + "@example.ca").visitor("visitor-001" + i))
                .toList();
        List<Boolean> isAway = forms.stream()
                .map(form -> new Buckets(2).of(form.visitor().id()).number() == 1)
                .toList();
        assertThat(isAway).contains(true, false);
        database.run("UPDATE cluster SET buckets = 2");
        state.check();
        afterFirst = () -> {
            // Fails with the error of a coordinator that cannot reach a node.
            database.run(
                    "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                            + " RAISE EXCEPTION USING ERRCODE = 'connection_failure'; END $$",
                    "CREATE TRIGGER away BEFORE INSERT ON visitors FOR EACH ROW WHEN (NEW.bucket = 1)"
                            + " EXECUTE FUNCTION away()");
            forms.forEach(form -> waiting.add(submit(form)));
        };

        var _ = submit(form("first@example.ca")).get(30, TimeUnit.SECONDS);
        executor.stop();
        executor.await(System.nanoTime() + TimeUnit.SECONDS.toNanos(30));

        assertThat(waiting)
                .extracting(CompletableFuture::isCompletedExceptionally)
                .isEqualTo(isAway);
        assertThat(database.count("SELECT count(*) FROM leads"))
                .isEqualTo(1 + isAway.stream().filter(away -> !away).count());
        assertThat(state.isReady()).isTrue();
    }

    @Test
    @Timeout(60)
    void a_form_that_waits_for_its_node_does_not_delay_forms_of_other_nodes() throws Exception {
        Buckets eight = new Buckets(8);
        database.run("UPDATE cluster SET buckets = 8");
        state.check();
        TestForm held = form("held@example.ca");
        TestForm free = IntStream.range(10, 40)
                .mapToObj(i -> form("free@example.ca").visitor("visitor-" + i))
                .filter(form -> !eight.of(form.visitor().id())
                        .equals(eight.of(held.visitor().id())))
                .findFirst()
                .orElseThrow();
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> holder = CompletableFuture.runAsync(() -> {
            var _ = database.anotherMachine().inTransaction(tx -> {
                var _ = VisitorLock.take(tx, Set.of(held.visitor().id()));
                locked.countDown();
                return awaited(release);
            });
        });
        assertThat(awaited(locked)).isTrue();

        CompletableFuture<Captured> waits = submit(held);
        assertThat(submit(free).get(30, TimeUnit.SECONDS).leadId()).isNotNull();
        assertThat(waits).isNotDone();

        release.countDown();
        holder.get(30, TimeUnit.SECONDS);
        assertThat(waits.get(30, TimeUnit.SECONDS).leadId()).isNotNull();
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(40, TimeUnit.SECONDS);
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }
}
