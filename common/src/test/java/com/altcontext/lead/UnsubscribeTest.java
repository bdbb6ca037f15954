package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.event.EventStore;
import com.altcontext.lead.Unsubscribe.UnsubscribeRequest;
import com.altcontext.lead.Unsubscribe.UnsubscribeSource;
import com.altcontext.lead.Unsubscribe.Withdrawal;
import com.altcontext.lead.UnsubscribeToken.Subject;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UnsubscribeTest {
    private static final EventStore EVENTS = new EventStore(new SessionRule(Duration.ofMinutes(30)));

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static final TestForm JO = TestForm.by("jo@example.ca", NOW);
    private static final Email JO_EMAIL = new Email("jo@example.ca");
    private static final UnsubscribeRequest ASKED =
            new UnsubscribeRequest(UnsubscribeSource.UNSUBSCRIBE, null, new byte[32], NOW.plusSeconds(60));

    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
        database.run("DELETE FROM unsubscribe_requests");
    }

    private static Captured capture(TestForm submitted) {
        return new Leads(database.sql(), EVENTS, new LeadRules(false, Duration.ofMinutes(15), 6, LeadMessages.NONE))
                .capture(submitted.capture());
    }

    private static Unsubscribe unsubscribe() {
        return new Unsubscribe(database.sql());
    }

    private static List<String> statuses() {
        return database.texts("SELECT property_id || ' ' || consent_status FROM leads ORDER BY property_id");
    }

    private static long requests() {
        return database.count("SELECT coalesce(sum(count), 0) FROM unsubscribe_requests");
    }

    @ParameterizedTest
    @EnumSource(
            value = ConsentStatus.class,
            names = {"PENDING", "IMPLIED", "EXPRESS"})
    void every_consent_can_be_withdrawn(ConsentStatus given) {
        capture(JO.consent(given));

        Withdrawal result = unsubscribe()
                .byAddress(
                        JO_EMAIL,
                        null,
                        new UnsubscribeRequest(
                                UnsubscribeSource.UNSUBSCRIBE, "too many", new byte[32], NOW.plusSeconds(60)));

        assertThat(result).isEqualTo(new Withdrawal(1, 1));
        assertThat(database.texts("SELECT concat_ws(' ', consent_status, consent_expires_at) FROM leads"))
                .containsExactly("withdrawn");
        assertThat(database.texts(
                        "SELECT concat_ws('|', property_id, status, source, purpose, reason, policy_version, expires_at,"
                                + " octet_length(ip_hash)) FROM consent_events WHERE occurred_at = ?",
                        NOW.plusSeconds(60)))
                .containsExactly("default|withdrawn|unsubscribe|too many|32");
    }

    @Test
    void a_second_withdrawal_adds_no_row() {
        capture(JO);
        var _ = unsubscribe().byAddress(JO_EMAIL, null, ASKED);

        assertThat(unsubscribe().byAddress(JO_EMAIL, null, ASKED)).isEqualTo(new Withdrawal(1, 0));
        assertThat(database.texts("SELECT status FROM consent_events ORDER BY id"))
                .containsExactly("pending", "withdrawn");
    }

    @Test
    void a_form_does_not_end_a_withdrawal() {
        capture(JO.consent(ConsentStatus.EXPRESS));
        var _ = unsubscribe().byAddress(JO_EMAIL, null, ASKED);

        capture(JO.at(NOW.plusSeconds(120)));
        capture(JO.at(NOW.plusSeconds(180)).consent(ConsentStatus.IMPLIED));
        capture(JO.at(NOW.plusSeconds(240)).consent(ConsentStatus.EXPRESS));

        assertThat(statuses()).containsExactly("default withdrawn");
        assertThat(database.count("SELECT count(*) FROM form_submissions")).isEqualTo(4);
        assertThat(database.texts("SELECT status FROM consent_events ORDER BY id"))
                .containsExactly("express", "withdrawn");
    }

    @Test
    void a_withdrawal_is_for_one_property_or_for_all() {
        capture(JO);
        capture(JO.property("docs"));
        capture(JO.property("blog"));
        capture(JO.email("kim@example.ca").property("zine"));

        assertThat(unsubscribe().byAddress(JO_EMAIL, "docs", ASKED)).isEqualTo(new Withdrawal(1, 1));
        assertThat(statuses()).containsExactly("blog pending", "default pending", "docs withdrawn", "zine pending");

        assertThat(unsubscribe().byAddress(JO_EMAIL, null, ASKED)).isEqualTo(new Withdrawal(3, 2));
        assertThat(statuses()).containsExactly("blog withdrawn", "default withdrawn", "docs withdrawn", "zine pending");
    }

    @Test
    void another_spelling_is_the_same_address() {
        capture(JO.email("Jo@Bücher.example"));

        assertThat(unsubscribe()
                        .byAddress(new Email("jo@xn--bcher-kva.example"), null, ASKED)
                        .withdrawn())
                .isEqualTo(1);
    }

    /** A transaction that wrote waits for the disk when it commits. One that only read does not. */
    @Test
    void a_request_for_an_unknown_address_commits_a_write_like_one_for_a_known_address() {
        capture(JO);
        for (String email : List.of("jo@example.ca", "jo@example.ca", "unknown@example.ca")) {
            long before = requests();
            var _ = unsubscribe().byAddress(new Email(email), null, ASKED);

            assertThat(requests()).as(email).isEqualTo(before + 1);
        }
    }

    /** Otherwise the time or the rows would show that the address is known. */
    @Test
    void a_second_request_for_a_known_address_writes_the_same_as_one_for_an_unknown_address() {
        capture(JO);
        var _ = unsubscribe().byAddress(JO_EMAIL, null, ASKED);
        List<String> rows = rowsOfLeads();

        var _ = unsubscribe().byAddress(JO_EMAIL, null, ASKED);
        var _ = unsubscribe().byAddress(new Email("unknown@example.ca"), null, ASKED);

        assertThat(rowsOfLeads()).isEqualTo(rows);
    }

    private static List<String> rowsOfLeads() {
        return database.texts("SELECT xmin::text || ctid::text FROM leads UNION ALL SELECT xmin::text || ctid::text"
                + " FROM consent_events ORDER BY 1");
    }

    @Test
    void a_link_withdraws_only_its_own_lead() {
        Captured jo = capture(JO);
        capture(JO.property("docs"));
        Subject scope = new Subject(jo.leadId(), "default");

        Withdrawal result = unsubscribe()
                .byLink(scope, new UnsubscribeRequest(UnsubscribeSource.ONE_CLICK, null, null, NOW.plusSeconds(60)));

        assertThat(result).isEqualTo(new Withdrawal(1, 1));
        assertThat(statuses()).containsExactly("default withdrawn", "docs pending");
        assertThat(database.texts("SELECT source FROM consent_events WHERE status = 'withdrawn'"))
                .containsExactly("one_click");
    }

    @Test
    void the_link_of_an_erased_lead_does_nothing() {
        Captured jo = capture(JO);
        capture(JO.property("docs"));

        assertThat(unsubscribe().byLink(new Subject(UUID.randomUUID(), "default"), ASKED))
                .isEqualTo(new Withdrawal(0, 0));
        assertThat(unsubscribe().byLink(new Subject(jo.leadId(), "docs"), ASKED))
                .isEqualTo(new Withdrawal(0, 0));
        assertThat(statuses()).containsExactly("default pending", "docs pending");
        assertThat(requests()).isEqualTo(2);
    }

    @Test
    void simultaneous_requests_by_link_and_by_address_withdraw_each_lead_once() throws Exception {
        Captured jo = capture(JO);
        capture(JO.property("docs"));
        List<Callable<Withdrawal>> asks = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Unsubscribe machine = new Unsubscribe(i % 2 == 0 ? database.sql() : database.anotherMachine());
            asks.add(
                    i % 3 == 0
                            ? () -> machine.byLink(new Subject(jo.leadId(), "default"), ASKED)
                            : () -> machine.byAddress(JO_EMAIL, null, ASKED));
        }
        long withdrawn = 0;
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            for (Future<Withdrawal> done : pool.invokeAll(asks)) {
                withdrawn += done.get().withdrawn();
            }
        }

        assertThat(withdrawn).isEqualTo(2);
        assertThat(database.count("SELECT count(*) FROM consent_events WHERE status = 'withdrawn'"))
                .isEqualTo(2);
        assertThat(requests()).isEqualTo(40);
    }
}
