package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.Sql;
import com.altcontext.event.EventStore;
import com.altcontext.testing.Database;
import com.altcontext.testing.Submitted;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeadsTest {
    private static final EventStore EVENTS = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    private static final LeadRules RULES = new LeadRules(true, Duration.ofMinutes(15), 6, true);

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static final Submitted JO = Submitted.by("jo@example.ca", NOW);

    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        Submitted.removeAll(database);
    }

    private static Leads leads(Sql sql) {
        return new Leads(sql, EVENTS, RULES);
    }

    private static Captured capture(Submitted submitted) {
        return leads(database.sql()).capture(submitted.capture());
    }

    private static long rows(String table) {
        return database.count("SELECT count(*) FROM " + table);
    }

    /** Lead, submissions, events, consent rows and messages. */
    private static List<Long> counts() {
        return List.of(
                rows("leads"), rows("form_submissions"), rows("events"), rows("consent_events"), rows("lead_outbox"));
    }

    @Test
    void a_capture_stores_everything_that_it_makes() {
        Captured captured =
                capture(JO.channel("footer").consent(ConsentStatus.IMPLIED).payload("{\"plan\": \"pro\"}"));

        assertThat(captured.repeated()).isFalse();
        assertThat(captured.leadId().version()).isEqualTo(4);
        assertThat(database.texts(
                        "SELECT concat_ws(' ', property_id, email, source_channel, consent_status,"
                                + " consent_expires_at = first_captured_at + interval '6 months', last_captured_at - first_captured_at)"
                                + " FROM leads WHERE id = ? AND first_captured_at = ?",
                        captured.leadId(),
                        NOW))
                .containsExactly("default jo@example.ca footer implied t 00:00:00");
        assertThat(database.texts(
                        "SELECT concat_ws(' ', e.event_type, e.path, e.is_conversion, f.form_name, f.payload ->> 'plan',"
                                + " e.occurred_at = f.submitted_at, e.utm_source)"
                                + " FROM form_submissions f JOIN events e ON e.id = f.event_id AND e.session_id = f.session_id"
                                + " JOIN sessions s ON s.id = e.session_id JOIN visitors v ON v.visitor_id = s.visitor_id"
                                + " WHERE f.lead_id = ? AND f.visitor_id = ? AND f.session_id = ?",
                        captured.leadId(),
                        captured.visitorId(),
                        captured.sessionId()))
                .containsExactly("form_submit / t newsletter pro t spring");
        assertThat(database.texts(
                        "SELECT concat_ws(' ', source, confidence, property_id, linked_at = ?) FROM lead_identities"
                                + " WHERE lead_id = ? AND visitor_id = ?",
                        NOW,
                        captured.leadId(),
                        captured.visitorId()))
                .containsExactly("form_submit 1 default t");
        assertThat(database.texts(
                        "SELECT concat_ws(' ', property_id, status, source, form_name, policy_version, purpose,"
                                + " expires_at = occurred_at + interval '6 months', occurred_at = ?, octet_length(ip_hash))"
                                + " FROM consent_events WHERE lead_id = ?",
                        NOW,
                        captured.leadId()))
                .containsExactly("default implied form newsletter 2026-01 commercial electronic messages t t 32");
        assertThat(rows("lead_outbox")).isEqualTo(1);
    }

    @Test
    void a_double_click_is_one_of_everything_and_gets_the_same_answer() {
        Captured first = capture(JO.consent(ConsentStatus.EXPRESS));
        Captured again = capture(JO.consent(ConsentStatus.EXPRESS).at(NOW.plusSeconds(30)));

        assertThat(again).isEqualTo(new Captured(first.leadId(), first.visitorId(), first.sessionId(), 0, true));
        assertThat(counts()).containsExactly(1L, 1L, 1L, 1L, 1L);
    }

    @Test
    void the_second_click_may_be_stored_first() {
        capture(JO.at(NOW.plusSeconds(1)));

        assertThat(capture(JO).repeated()).isTrue();
    }

    @Test
    void the_same_content_later_is_another_submission() {
        Captured first = capture(JO);
        Captured later = capture(JO.at(NOW.plusSeconds(30).plusMillis(1)));

        assertThat(later).isEqualTo(new Captured(first.leadId(), first.visitorId(), first.sessionId(), 0, false));
        assertThat(counts()).containsExactly(1L, 2L, 2L, 1L, 2L);
    }

    @Test
    void other_content_at_once_is_another_submission() {
        capture(JO);
        capture(JO.payload("{\"plan\": \"pro\"}"));
        capture(JO.form("contact"));
        capture(JO.visitor("visitor-0002"));

        assertThat(counts()).containsExactly(1L, 4L, 4L, 1L, 4L);
    }

    @Test
    void two_addresses_that_a_visitor_leaves_at_once_are_two_leads_and_two_events_of_one_session() {
        Captured jo = capture(JO);
        Captured kim = capture(JO.email("kim@example.ca"));

        assertThat(kim.leadId()).isNotEqualTo(jo.leadId());
        assertThat(kim.sessionId()).isEqualTo(jo.sessionId());
        assertThat(counts()).containsExactly(2L, 2L, 2L, 2L, 2L);
    }

    @Test
    void an_address_on_two_properties_is_two_leads_and_two_visitors() {
        Captured here = capture(JO);
        Captured there = capture(JO.property("docs"));

        assertThat(there.repeated()).isFalse();
        assertThat(there.leadId()).isNotEqualTo(here.leadId());
        assertThat(there.visitorId()).isNotEqualTo(here.visitorId());
        assertThat(there.heuristicLinksCreated()).isZero();
        assertThat(database.texts("SELECT property_id FROM leads ORDER BY property_id"))
                .containsExactly("default", "docs");
    }

    @Test
    void a_channel_that_is_known_is_kept_until_another_is_told() {
        capture(JO.channel("footer"));
        capture(JO.form("contact"));
        assertThat(database.texts("SELECT source_channel FROM leads")).containsExactly("footer");

        capture(JO.form("demo").channel("popup"));
        assertThat(database.texts("SELECT source_channel FROM leads")).containsExactly("popup");
    }

    @Test
    void a_capture_that_comes_late_does_not_move_the_last_one_back() {
        capture(JO.at(NOW.plusSeconds(120)));
        capture(JO);

        assertThat(database.count(
                        "SELECT count(*) FROM leads WHERE first_captured_at = ? AND last_captured_at = ?",
                        NOW,
                        NOW.plusSeconds(120)))
                .isEqualTo(1);
    }

    @Test
    void every_grant_is_on_record_and_nothing_weaker() {
        ConsentStatus[] given = {
            ConsentStatus.PENDING,
            ConsentStatus.PENDING,
            ConsentStatus.IMPLIED,
            ConsentStatus.PENDING,
            ConsentStatus.IMPLIED,
            ConsentStatus.EXPRESS,
            ConsentStatus.IMPLIED,
            ConsentStatus.EXPRESS
        };
        for (int i = 0; i < given.length; i++) {
            capture(JO.consent(given[i]).at(NOW.plus(Duration.ofMinutes(i))));
        }

        assertThat(database.texts(
                        "SELECT status || ' ' || (occurred_at - ?::timestamptz) FROM consent_events ORDER BY id", NOW))
                .containsExactly(
                        "pending 00:00:00",
                        "implied 00:02:00",
                        "implied 00:04:00",
                        "express 00:05:00",
                        "express 00:07:00");
        assertThat(database.texts("SELECT concat_ws(' ', consent_status, consent_expires_at) FROM leads"))
                .containsExactly("express");
    }

    @Test
    void implied_consent_given_again_lasts_longer() {
        capture(JO.consent(ConsentStatus.IMPLIED).at(NOW.minus(Duration.ofDays(5))));
        capture(JO.consent(ConsentStatus.IMPLIED));

        assertThat(database.count(
                        "SELECT count(*) FROM leads WHERE consent_expires_at = ?::timestamptz"
                                + " AT TIME ZONE 'UTC' + interval '6 months'",
                        NOW))
                .isEqualTo(1);
        assertThat(database.count("SELECT count(DISTINCT expires_at) FROM consent_events"))
                .isEqualTo(2);
    }

    @Test
    void a_form_withdraws_nothing() {
        assertThatThrownBy(() -> JO.consent(ConsentStatus.WITHDRAWN).capture())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_fails_leaves_nothing() {
        Submitted broken = JO.payload("no json");

        assertThatThrownBy(() -> capture(broken)).hasMessageNotContaining("jo@example.ca");

        assertThat(counts()).containsOnly(0L);
        assertThat(rows("visitors") + rows("sessions")).isZero();
    }

    @Test
    void no_message_is_written_unless_somebody_wants_it() {
        LeadRules quiet = new LeadRules(true, Duration.ofMinutes(15), 6, false);

        new Leads(database.sql(), EVENTS, quiet).capture(JO.capture());

        assertThat(counts()).containsExactly(1L, 1L, 1L, 1L, 0L);
    }

    @Test
    void fifty_captures_of_one_address_at_once_are_one_submission() throws Exception {
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
    void two_machines_that_capture_one_address_at_once_make_one_lead() throws Exception {
        Sql[] machines = {database.sql(), database.anotherMachine()};
        for (int round = 0; round < 20; round++) {
            String email = "round-" + round + "@example.ca";
            CyclicBarrier together = new CyclicBarrier(2);
            List<Callable<Captured>> captures = new ArrayList<>();
            for (int machine = 0; machine < 2; machine++) {
                Submitted mine = JO.email(email).visitor("machine-" + machine + "-round");
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

    /** A new one, one of a known visitor, a repeat, a renewal and a stranger's, among others of one household. */
    @Test
    void several_at_once_become_what_they_become_one_by_one() {
        List<Submitted> before = List.of(JO, JO.email("kim@example.ca").visitor("visitor-0002"));
        List<Submitted> batch = List.of(
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
        Submitted.removeAll(database);

        before.forEach(LeadsTest::capture);
        List<Captured> atOnce = free(batch).stream().map(Optional::orElseThrow).toList();

        assertThat(whatIsStored()).isEqualTo(expected);
        assertThat(atOnce).extracting(Captured::visitorId).isEqualTo(each(oneByOne, Captured::visitorId));
        assertThat(atOnce).extracting(Captured::repeated).containsExactly(true, false, false, false, false);
        assertThat(atOnce)
                .extracting(Captured::heuristicLinksCreated)
                .isEqualTo(each(oneByOne, Captured::heuristicLinksCreated))
                .containsExactly(0, 0, 1, 2, 0);
    }

    /** Whoever waits for a lock after all gives up, and fails. */
    private static List<Optional<Captured>> free(List<Submitted> batch) {
        return leads(database.sql().withTimeout(Duration.ofSeconds(10)))
                .captureFree(batch.stream().map(Submitted::capture).toList());
    }

    private static <T> List<T> each(List<Captured> captured, Function<Captured, T> part) {
        return captured.stream().map(part).toList();
    }

    /** All but what is random or computed from it. */
    private static List<String> whatIsStored() {
        return database.texts("""
                SELECT concat_ws(' ', 'lead', l.property_id, email, first_captured_at, last_captured_at, source_channel,
                       consent_status, consent_expires_at) FROM leads l
                UNION ALL
                SELECT concat_ws(' ', 'consent', l.email, c.property_id, status, source, form_name, policy_version, purpose,
                       occurred_at, expires_at, ip_hash) FROM consent_events c JOIN leads l ON l.id = c.lead_id
                UNION ALL
                SELECT concat_ws(' ', 'link', l.email, i.property_id, i.visitor_id, source, confidence, linked_at)
                FROM lead_identities i JOIN leads l ON l.id = i.lead_id
                UNION ALL
                SELECT concat_ws(' ', 'form', l.email, f.property_id, f.visitor_id, form_name, submitted_at, content_hash,
                       payload, e.event_type, e.path, e.occurred_at, s.utm_source)
                FROM form_submissions f JOIN leads l ON l.id = f.lead_id
                JOIN events e ON e.id = f.event_id AND e.session_id = f.session_id
                JOIN sessions s ON s.id = f.session_id AND s.visitor_id = f.visitor_id
                UNION ALL
                SELECT concat_ws(' ', 'message', l.email, o.created_at, body::jsonb #- '{data,leadId}')
                FROM lead_outbox o JOIN leads l ON l.id = o.lead_id
                UNION ALL SELECT concat_ws(' ', 'visit', visitor_id, started_at, last_event_at) FROM sessions
                UNION ALL SELECT concat_ws(' ', 'visitor', visitor_id, first_seen_at) FROM visitors
                ORDER BY 1
                """);
    }

    @Test
    void an_address_that_somebody_is_at_is_left_to_wait_by_itself() {
        List<Optional<Captured>> captured = database.anotherMachine().inTransaction(tx -> {
            LeadLock.take(tx, JO.capture().email());
            // Whoever forgets somebody holds their visitors as well.
            EventStore.lockVisitors(tx, List.of(JO.capture().event(UUID.randomUUID())));
            return free(List.of(
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
    void one_that_is_refused_leaves_nothing_of_the_others() {
        List<Submitted> batch = List.of(JO.email("kim@example.ca"), JO.payload("no json"));

        assertThatThrownBy(() -> free(batch)).hasMessageNotContaining("@example.ca");

        assertThat(counts()).containsOnly(0L);
        assertThat(rows("visitors") + rows("sessions")).isZero();
    }

    /** The lock of addresses is taken before that of visitors, by everybody. */
    @Test
    void visitors_who_leave_each_others_addresses_at_once_do_not_wait_in_a_circle() throws Exception {
        List<Callable<Captured>> captures = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Submitted one = JO.email("address-" + i % 3 + "@example.ca")
                    .visitor("visitor-100" + i % 2)
                    .form("form-" + i);
            captures.add(() -> capture(one));
        }

        assertThat(atOnce(8, captures)).hasSize(60);
        assertThat(counts()).containsExactly(3L, 60L, 60L, 3L, 60L);
    }

    @Test
    void the_record_of_consent_cannot_be_changed() {
        UUID lead = capture(JO).leadId();

        for (String change : List.of(
                "UPDATE consent_events SET status = 'express'",
                "DELETE FROM consent_events",
                "TRUNCATE consent_events",
                "TRUNCATE leads CASCADE",
                "UPDATE erasure_log SET erased_by = 'nobody'",
                "DELETE FROM erasure_log",
                "TRUNCATE erasure_log")) {
            assertThatThrownBy(() -> database.run(change)).as(change).hasMessageContaining("23001");
        }
        assertThat(database.count("SELECT count(*) FROM consent_events WHERE lead_id = ?", lead))
                .isEqualTo(1);
    }

    @Test
    void consent_is_deleted_with_a_logged_erasure_in_the_same_transaction_alone() {
        capture(JO);
        database.run("INSERT INTO erasure_log (erased_at, erased_by, email_hash, counts)"
                + " VALUES (now(), 'test', sha256(''), '{}')");

        assertThatThrownBy(() -> database.run("DELETE FROM consent_events")).hasMessageContaining("23001");

        Submitted.removeAll(database);
        assertThat(counts()).containsOnly(0L);
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
