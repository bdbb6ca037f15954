package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.Buckets;
import com.altcontext.db.Sql;
import com.altcontext.event.EventStore;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.VisitorLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Forms that arrive at the same time: on one machine, on two, and in one batch. */
@Tag("slow")
class LeadsConcurrencyTest extends LeadsFixture {
    private static final String WAITING = """
            SELECT count(*) FROM pg_locks
            WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """;

    @Test
    void fifty_simultaneous_captures_of_one_form_are_one_submission() throws Exception {
        Sql[] machines = {database.sql(), database.anotherMachine()};
        List<Callable<Captured>> captures = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Sql machine = machines[i % 2];
            captures.add(() ->
                    leads(machine).capture(JO.consent(ConsentStatus.EXPRESS).capture()));
        }

        List<Captured> all = atOnce(10, captures);

        assertThat(all).extracting(Captured::leadId).containsOnly(all.getFirst().leadId());
        assertThat(all)
                .extracting(Captured::sessionId)
                .containsOnly(all.getFirst().sessionId());
        assertThat(all).filteredOn(captured -> !captured.repeated()).hasSize(1);
        assertThat(counts()).containsExactly(1L, 1L, 1L, 1L, 1L);
    }

    @Test
    void two_machines_that_capture_one_address_at_the_same_time_create_one_lead() throws Exception {
        Sql[] machines = {database.sql(), database.anotherMachine()};
        for (int round = 0; round < 20; round++) {
            String email = "round-" + round + "@example.ca";
            CyclicBarrier together = new CyclicBarrier(2);
            List<Callable<Captured>> captures = new ArrayList<>();
            for (int machine = 0; machine < 2; machine++) {
                TestForm mine = JO.email(email).visitor("machine-" + machine + "-round");
                Sql sql = machines[machine];
                captures.add(() -> {
                    together.await();
                    return leads(sql).capture(mine.capture());
                });
            }
            List<Captured> both = atOnce(2, captures);
            assertThat(both.getFirst().leadId()).isEqualTo(both.getLast().leadId());
        }

        assertThat(counts()).containsExactly(20L, 40L, 40L, 20L, 40L);
    }

    /**
     * In this order: a repeated form, a known address from another visitor, a new address from a known visitor, a new
     * visitor, and a form on another property.
     */
    @Tag("single-node") // Its SQL does not run on a cluster.
    @Test
    void a_batch_stores_the_same_rows_as_its_forms_one_by_one() {
        List<TestForm> before = List.of(JO, JO.email("kim@example.ca").visitor("visitor-0002"));
        List<TestForm> batch = List.of(
                JO,
                JO.email("kim@example.ca").consent(ConsentStatus.IMPLIED).payload("{\"a\": \"\\\"{},\"}"),
                JO.email("lee@example.ca").channel("footer").at(NOW.plusSeconds(1)),
                JO.email("max@example.ca")
                        .visitor("visitor-0003")
                        .consent(ConsentStatus.EXPRESS)
                        .at(NOW.plusSeconds(2)),
                JO.email("nic@example.ca")
                        .property("docs")
                        .visitor("visitor-0004")
                        .at(NOW.plusSeconds(3)));
        before.forEach(LeadsTest::capture);
        List<Captured> oneByOne = batch.stream().map(LeadsTest::capture).toList();
        List<String> expected = whatIsStored();
        TestForm.removeAll(database);

        before.forEach(LeadsTest::capture);
        List<Captured> atOnce =
                captureUnlocked(batch).stream().map(Optional::orElseThrow).toList();

        assertThat(whatIsStored()).isEqualTo(expected);
        assertThat(atOnce).extracting(Captured::visitorId).isEqualTo(each(oneByOne, Captured::visitorId));
        assertThat(atOnce).extracting(Captured::repeated).containsExactly(true, false, false, false, false);
        assertThat(atOnce)
                .extracting(Captured::heuristicLinksCreated)
                .isEqualTo(each(oneByOne, Captured::heuristicLinksCreated))
                .containsExactly(0, 0, 1, 2, 0);
    }

    /** Captures the forms whose addresses are not locked. The timeout of ten seconds makes a wait for a lock fail. */
    private static List<Optional<Captured>> captureUnlocked(List<TestForm> batch) {
        return leads(database.sql().withTimeout(Duration.ofSeconds(10)))
                .captureUnlocked(batch.stream().map(TestForm::capture).toList());
    }

    private static <T> List<T> each(List<Captured> captured, Function<Captured, T> part) {
        return captured.stream().map(part).toList();
    }

    /** All stored rows, without random values and values computed from them. */
    private static List<String> whatIsStored() {
        return database.texts("""
                SELECT concat_ws(' ', 'lead', l.property_id, email, first_captured_at, last_captured_at, source_channel,
                       consent_status, consent_expires_at, is_bot, form_name, capture_utm_source, first_traffic_source) FROM leads l
                UNION ALL
                SELECT concat_ws(' ', 'consent', l.email, c.property_id, status, source, c.form_name, policy_version, purpose,
                       occurred_at, expires_at, ip_hash) FROM consent_events c JOIN leads l ON l.id = c.lead_id
                UNION ALL
                SELECT concat_ws(' ', 'link', l.email, i.property_id, i.visitor_id, source, confidence, linked_at)
                FROM lead_identities i JOIN leads l ON l.id = i.lead_id
                UNION ALL
                SELECT concat_ws(' ', 'form', l.email, f.property_id, f.visitor_id, f.form_name, submitted_at, content_hash,
                       payload, e.event_type, e.path, e.occurred_at, s.utm_source)
                FROM form_submissions f JOIN leads l ON l.id = f.lead_id
                JOIN events e ON e.id = f.event_id AND e.session_id = f.session_id
                JOIN sessions s ON s.id = f.session_id AND s.visitor_id = f.visitor_id
                UNION ALL
                SELECT concat_ws(' ', 'message', l.email, o.created_at, body::jsonb #- '{data,leadId}')
                FROM outbox o JOIN leads l ON l.id = o.lead_id
                UNION ALL SELECT concat_ws(' ', 'visit', visitor_id, started_at, last_event_at) FROM sessions
                UNION ALL SELECT concat_ws(' ', 'visitor', visitor_id, first_seen_at) FROM visitors
                ORDER BY 1
                """);
    }

    @Test
    void a_locked_address_does_not_delay_the_other_forms_of_its_batch() {
        List<Optional<Captured>> captured = database.anotherMachine().inTransaction(tx -> {
            LeadLock.take(tx, JO.capture().form().email());
            // An erasure also locks the visitors of its lead.
            EventStore.lockVisitors(tx, List.of(JO.capture().event(UUID.randomUUID())));
            return captureUnlocked(List.of(
                    JO.email("kim@example.ca").visitor("visitor-0002"),
                    JO,
                    JO.email("lee@example.ca").visitor("visitor-0003")));
        });

        assertThat(captured).extracting(Optional::isPresent).containsExactly(true, false, true);
        assertThat(database.texts("SELECT email FROM leads ORDER BY email"))
                .containsExactly("kim@example.ca", "lee@example.ca");
        assertThat(counts()).containsExactly(2L, 2L, 2L, 2L, 2L);
        assertThat(capture(JO).repeated()).isFalse();
    }

    @Test
    void a_form_that_fails_rolls_back_its_whole_batch() {
        List<TestForm> batch = List.of(JO.email("kim@example.ca"), JO.payload("no json"));

        assertThatThrownBy(() -> captureUnlocked(batch)).hasMessageNotContaining("@example.ca");

        assertThat(counts()).containsOnly(0L);
        assertThat(rows("visitors") + rows("sessions")).isZero();
    }

    /**
     * Every transaction locks addresses before visitors, so none waits for another in a circle. The server does not detect
     * deadlocks here: a capture that it cancels would be repeated and succeed. So in a deadlock, a capture times out.
     */
    @Tag("single-node") // On Citus the tests keep their connections, and a new default applies only to new ones.
    @Test
    void visitors_who_submit_each_other_s_addresses_at_the_same_time_do_not_deadlock() throws Exception {
        List<Callable<Captured>> captures = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            TestForm one = JO.email("address-" + i % 3 + "@example.ca")
                    .visitor("visitor-100" + i % 2)
                    .form("form-" + i);
            captures.add(() ->
                    leads(database.sql().withTimeout(Duration.ofMinutes(2))).capture(one.capture()));
        }

        deadlockTimeout("SET deadlock_timeout = ''1h''");
        try {
            assertThat(atOnce(8, captures)).hasSize(60);
        } finally {
            deadlockTimeout("RESET deadlock_timeout");
        }
        assertThat(counts()).containsExactly(3L, 60L, 60L, 3L, 60L);
    }

    /**
     * Of two visitors, the one with the lower key is in the higher bucket. An erasure of both locks them in the order of
     * their keys, so a batch of forms must wait for the first without holding the second.
     */
    @Test
    @Timeout(60)
    void a_batch_of_forms_locks_the_visitors_of_all_buckets_in_the_order_of_an_erasure() throws Exception {
        Database cluster = Database.migrated();
        cluster.run("UPDATE cluster SET buckets = 2");
        List<TestForm> byKey = IntStream.range(10, 40)
                .mapToObj(i -> JO.email("jo-" + i + "@example.ca").visitor("visitor-00" + i))
                .sorted(Comparator.comparingLong(form -> form.visitor().id().getMostSignificantBits()))
                .toList();
        TestForm first = ofBucket(1, byKey);
        TestForm second = ofBucket(0, byKey.reversed());
        CompletableFuture<List<Optional<Captured>>> batch = cluster.anotherMachine()
                .inTransaction(tx -> {
                    var _ = VisitorLock.take(tx, Set.of(first.visitor().id()));
                    CompletableFuture<List<Optional<Captured>>> waiting = CompletableFuture.supplyAsync(
                            () -> leads(cluster.sql()).captureUnlocked(List.of(first.capture(), second.capture())));
                    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> cluster.count(WAITING) == 1);
                    boolean isFree = tx.queryOne(
                            "SELECT pg_try_advisory_xact_lock(?)",
                            row -> row.flag(1),
                            second.visitor().id().getMostSignificantBits());
                    assertThat(isFree).isTrue();
                    return waiting;
                });

        assertThat(batch.get(30, TimeUnit.SECONDS)).allMatch(Optional::isPresent);
    }

    private static TestForm ofBucket(int bucket, List<TestForm> forms) {
        return forms.stream()
                .filter(form -> new Buckets(2).of(form.visitor().id()).number() == bucket)
                .findFirst()
                .orElseThrow();
    }

    private static void deadlockTimeout(String setting) {
        database.run("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I " + setting + "', current_database()); END $$");
    }

    private static <T> List<T> atOnce(int threads, List<Callable<T>> work) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<T> results = new ArrayList<>();
            for (Future<T> done : pool.invokeAll(work)) {
                results.add(done.get());
            }
            return results;
        }
    }
}
