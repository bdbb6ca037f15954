package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Sql;
import com.altcontext.delivery.Webhook;
import com.altcontext.delivery.Webhooks;
import com.altcontext.lead.Unsubscribe.UnsubscribeRequest;
import com.altcontext.lead.Unsubscribe.UnsubscribeSource;
import com.altcontext.testing.TestForm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The messages that webhooks get when consent changes. */
class ConsentMessagesTest extends LeadsFixture {
    private static final Instant END = java.util.Objects.requireNonNull(
            Consent.given(ConsentStatus.IMPLIED, NOW, 6).expiresAt());

    @BeforeEach
    void listen() {
        webhook("list", "consent.changed");
        webhook("crm", "lead.captured", "lead.erased");
    }

    private static void webhook(String name, String... events) {
        Webhook webhook = Webhook.of(name, "https://" + name + ".example/in", List.of(events), NOW);
        boolean added = database.sql().inTransaction(tx -> Webhooks.add(tx, webhook));
        assertThat(added).isTrue();
    }

    /**
     * Removes the messages about changed consent.
     *
     * @return the content of each
     */
    private static List<String> takeMessages() {
        return database.texts("""
                WITH heard AS (DELETE FROM outbox WHERE event = 'consent.changed' RETURNING *)
                SELECT concat_ws(' ', destination, body::jsonb #>> '{data,change}', body::jsonb #>> '{data,status}',
                    coalesce(body::jsonb #>> '{data,purpose}', 'all'), body::jsonb #>> '{data,expiresAt}')
                FROM heard ORDER BY 1
                """);
    }

    private static void withdraw(Instant at) {
        var _ = new Unsubscribe(database.sql())
                .byAddress(
                        new Email(JO.email()),
                        null,
                        new UnsubscribeRequest(UnsubscribeSource.UNSUBSCRIBE, null, null, at));
    }

    private static void captureForReview(TestForm form) {
        var _ = leads(database.sql()).capture(form.capture().markedForReview());
    }

    private static void grantInWriting(String purpose) {
        var _ = new OperatorConsent(database.sql())
                .record(new OperatorConsent.Grant(new Email(JO.email()), null, purpose, "on paper", NOW));
    }

    @Test
    void a_grant_and_a_renewal_are_sent_to_the_webhooks_for_them() {
        capture(JO.consent(ConsentStatus.IMPLIED));
        assertThat(takeMessages())
                .containsExactly(
                        "list granted implied newsletter " + END.toString().replace("Z", ".000Z"));
        capture(JO.consent(ConsentStatus.EXPRESS).form("b").at(NOW.plusSeconds(60)));
        assertThat(takeMessages()).containsExactly("list granted express newsletter");
        capture(JO.consent(ConsentStatus.EXPRESS).form("c").at(NOW.plusSeconds(120)));
        assertThat(takeMessages()).containsExactly("list granted express newsletter");
        assertThat(database.texts(
                        "SELECT destination FROM outbox WHERE event = 'lead.captured' ORDER BY 1 NULLS FIRST"))
                .containsExactly("null", "null", "null", "crm", "crm", "crm");
    }

    @Test
    void a_form_that_does_not_change_consent_sends_no_message() {
        capture(JO);
        capture(JO.consent(ConsentStatus.EXPRESS).form("b").at(NOW.plusSeconds(60)));
        assertThat(takeMessages()).hasSize(1);
        capture(JO.consent(ConsentStatus.IMPLIED).form("c").at(NOW.plusSeconds(120)));
        assertThat(takeMessages()).isEmpty();
    }

    @Test
    void a_withdrawal_is_sent_once_and_so_is_a_grant_that_an_operator_records() {
        capture(JO.consent(ConsentStatus.EXPRESS));
        assertThat(takeMessages()).hasSize(1);
        withdraw(NOW.plusSeconds(60));
        assertThat(takeMessages()).containsExactly("list withdrawn withdrawn all");
        withdraw(NOW.plusSeconds(120));
        assertThat(takeMessages()).isEmpty();
        grantInWriting("workshops");
        assertThat(takeMessages()).containsExactly("list granted express workshops");
    }

    @Test
    void a_message_contains_the_lead_and_the_time() {
        Captured captured = capture(JO.consent(ConsentStatus.EXPRESS));
        assertThat(database.texts(
                        "SELECT (body::jsonb = jsonb_build_object('type', 'consent.changed', 'timestamp', ?::text, 'data',"
                                + " jsonb_build_object('leadId', ?::text, 'propertyId', 'default', 'email', 'jo@example.ca',"
                                + " 'change', 'granted', 'purpose', 'newsletter', 'status', 'express', 'expiresAt', NULL)))::text"
                                + " FROM outbox WHERE event = 'consent.changed' AND lead_id = ?",
                        NOW.toString().replace("Z", ".000Z"),
                        captured.leadId().toString(),
                        captured.leadId()))
                .containsExactly("true");
    }

    @Test
    void a_lead_in_review_grants_nothing_until_it_is_accepted() {
        captureForReview(JO.consent(ConsentStatus.EXPRESS));
        assertThat(takeMessages()).isEmpty();
        var _ = new LeadReview(database.sql()).accept(null, null, NOW);
        assertThat(takeMessages()).containsExactly("list granted express newsletter");
    }

    @Test
    void a_withdrawal_in_review_is_sent_and_accepting_the_lead_then_grants_nothing() {
        captureForReview(JO.consent(ConsentStatus.EXPRESS));
        withdraw(NOW.plusSeconds(60));
        assertThat(takeMessages()).containsExactly("list withdrawn withdrawn all");
        var _ = new LeadReview(database.sql()).accept(null, null, NOW);
        assertThat(takeMessages()).isEmpty();
    }

    @Test
    void accepting_a_lead_repeats_no_grant_and_grants_nothing_that_was_withdrawn() {
        TestForm rev = JO.consent(ConsentStatus.EXPRESS);
        captureForReview(rev.purpose("alpha"));
        captureForReview(rev.purpose("beta").at(NOW.plusSeconds(1)));
        withdraw(NOW.plusSeconds(60));
        assertThat(takeMessages()).containsExactly("list withdrawn withdrawn all");
        grantInWriting("alpha");
        assertThat(takeMessages()).containsExactly("list granted express alpha");

        var _ = new LeadReview(database.sql()).accept(null, null, NOW.plusSeconds(120));
        assertThat(takeMessages()).isEmpty();
    }

    @Test
    void accepting_a_lead_does_not_grant_implied_consent_that_has_expired() {
        captureForReview(JO.consent(ConsentStatus.IMPLIED));
        captureForReview(JO.consent(ConsentStatus.IMPLIED).purpose("workshops").at(NOW.plusSeconds(1)));
        var _ = new LeadReview(database.sql()).accept(null, null, END);

        assertThat(takeMessages()).hasSize(1).first().asString().startsWith("list granted implied workshops");
    }

    @Test
    void a_bot_grants_nothing_and_an_operator_with_consent_in_writing_does() {
        capture(JO.byBot().consent(ConsentStatus.EXPRESS));
        assertThat(takeMessages()).isEmpty();
        grantInWriting("newsletter");
        assertThat(takeMessages()).containsExactly("list granted express newsletter");
    }

    // --- consent that expires

    @Test
    void the_expiry_of_implied_consent_is_sent_once() {
        capture(JO.consent(ConsentStatus.IMPLIED));
        assertThat(takeMessages()).hasSize(1);

        ConsentMessages.putExpired(database.sql(), END.minusMillis(1));
        assertThat(takeMessages()).isEmpty();
        ConsentMessages.putExpired(database.sql(), END);
        assertThat(takeMessages())
                .containsExactly(
                        "list expired implied newsletter " + END.toString().replace("Z", ".000Z"));
        ConsentMessages.putExpired(database.anotherMachine(), END.plusSeconds(1));
        assertThat(takeMessages()).isEmpty();
    }

    @Test
    void consent_that_was_renewed_made_express_or_withdrawn_does_not_expire_at_its_first_end() {
        capture(JO.consent(ConsentStatus.IMPLIED));
        capture(JO.consent(ConsentStatus.IMPLIED).purpose("workshops").at(NOW.plusSeconds(1)));
        capture(JO.consent(ConsentStatus.IMPLIED).form("b").at(NOW.plus(Duration.ofDays(7))));
        capture(JO.consent(ConsentStatus.EXPRESS).purpose("workshops").at(NOW.plusSeconds(2)));
        capture(JO.email("kim@example.ca").consent(ConsentStatus.IMPLIED).visitor("visitor-0002"));
        var _ = new Unsubscribe(database.sql())
                .byAddress(
                        new Email("kim@example.ca"),
                        null,
                        new UnsubscribeRequest(UnsubscribeSource.UNSUBSCRIBE, null, null, NOW.plusSeconds(60)));
        assertThat(takeMessages()).isNotEmpty();

        ConsentMessages.putExpired(database.sql(), END.plusSeconds(60));
        assertThat(takeMessages()).isEmpty();
        ConsentMessages.putExpired(database.sql(), END.plus(Duration.ofDays(14)));
        assertThat(takeMessages()).hasSize(1).first().asString().startsWith("list expired implied newsletter");
    }

    @Test
    void implied_consent_expires_even_while_a_form_waits_for_confirmation() {
        capture(JO.consent(ConsentStatus.IMPLIED));
        LeadRules withMail =
                new LeadRules(false, Duration.ofMinutes(15), 6, new LeadMessages(true, false, true, List.of()));
        var _ = new Leads(database.sql(), EVENTS, withMail)
                .capture(JO.toConfirm()
                        .consent(ConsentStatus.EXPRESS)
                        .form("b")
                        .at(NOW.plusSeconds(60))
                        .capture());
        assertThat(rows("consent_events")).isEqualTo(2);
        assertThat(takeMessages()).hasSize(1);

        ConsentMessages.putExpired(database.sql(), END);
        assertThat(takeMessages()).singleElement().asString().startsWith("list expired implied newsletter");
    }

    @Test
    void consent_that_expires_in_review_never_held_and_sends_no_message() {
        captureForReview(JO.consent(ConsentStatus.IMPLIED));

        ConsentMessages.putExpired(database.sql(), END);
        assertThat(takeMessages()).isEmpty();
    }

    @Test
    void machines_that_search_at_the_same_time_send_each_expiry_once() throws Exception {
        for (int i = 0; i < 30; i++) {
            capture(JO.email("lead-" + i + "@example.ca")
                    .visitor("visitor-00" + (10 + i))
                    .consent(ConsentStatus.IMPLIED));
        }
        assertThat(takeMessages()).hasSize(30);
        List<Callable<Boolean>> looks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Sql machine = i % 2 == 0 ? database.sql() : database.anotherMachine();
            looks.add(() -> {
                ConsentMessages.putExpired(machine, END);
                return true;
            });
        }
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            for (var look : pool.invokeAll(looks)) {
                assertThat(look.get()).isTrue();
            }
        }
        assertThat(takeMessages()).hasSize(30);
    }

    @Test
    void an_expiry_before_the_webhook_was_added_is_not_sent_later() {
        database.run("DELETE FROM webhooks");
        capture(JO.consent(ConsentStatus.IMPLIED));
        ConsentMessages.putExpired(database.sql(), END);
        webhook("list", "consent.changed");
        ConsentMessages.putExpired(database.sql(), END.plusSeconds(1));
        assertThat(takeMessages()).isEmpty();
    }
}
