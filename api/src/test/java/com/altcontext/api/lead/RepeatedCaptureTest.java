package com.altcontext.api.lead;

import static com.altcontext.api.testing.StoredRows.LeadTable.LINKS;
import static com.altcontext.api.testing.StoredRows.LeadTable.SUBMISSIONS;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadLock;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Several forms: with one address, one after the other or at the same time, and with many addresses at the same time.
 */
@QuarkusTest
@WithTestResource(TestService.class)
class RepeatedCaptureTest {
    @Inject
    Sql sql;

    @Inject
    StoredRows stored;

    private final String email = Forms.email();

    @Test
    void fifty_captures_of_one_address_at_once_are_one_lead() {
        List<CompletableFuture<Call.Answer>> sent = IntStream.range(0, 50)
                .mapToObj(i -> Call.capture(Forms.scripted(email)).sendLater())
                .toList();
        Set<String> leads = new HashSet<>();
        for (CompletableFuture<Call.Answer> answer : sent) {
            assertThat(answer.join().status()).isEqualTo(200);
            leads.add(answer.join().field("leadId"));
        }

        assertThat(leads).hasSize(1);
        assertThat(stored.leads(email)).hasSize(1);
        assertThat(stored.ofLead(SUBMISSIONS, email)).hasSize(50);
        assertThat(stored.ofLead(LINKS, email)).hasSize(50);
        assertThat(stored.consents(email)).containsExactly("pending");
    }

    @Test
    void a_double_click_is_one_submission_and_one_event_with_the_same_answer() {
        ObjectNode form = Forms.scripted(email).put("consentStatus", "express");
        List<CompletableFuture<Call.Answer>> clicks = IntStream.range(0, 5)
                .mapToObj(i -> Call.capture(form).sendLater())
                .toList();
        Set<String> answers = new HashSet<>();
        clicks.forEach(click -> answers.add(click.join().text()));

        assertThat(answers).hasSize(1);
        assertThat(stored.ofLead(SUBMISSIONS, email)).hasSize(1);
        assertThat(stored.consents(email)).containsExactly("express");
        stored.event(form.path("anonId").asText());
    }

    @Test
    void a_repeat_with_other_content_is_a_submission_of_its_own() {
        ObjectNode form = Forms.scripted(email).put("sourceChannel", "website");
        Call.capture(form).send();
        form.remove("sourceChannel");
        Call.capture(form.put("formName", "contact")).send();

        assertThat(stored.ofLead(SUBMISSIONS, email)).hasSize(2);
        assertThat(stored.events(form.path("anonId").asText())).hasSize(2);
        assertThat(stored.sessions(form.path("anonId").asText())).hasSize(1);
        assertThat(stored.lead(email).path("source_channel").asText()).isEqualTo("website");
    }

    @Test
    void a_form_belongs_to_the_visit_that_came_before_it() {
        ObjectNode form = Forms.scripted(email);
        String anonId = form.path("anonId").asText();
        Call.Answer page = Call.event(TestEvent.body(anonId)).send();
        Call.Answer capture = Call.capture(form).send();

        assertThat(capture.field("visitorId")).isEqualTo(page.field("visitorId"));
        assertThat(capture.field("sessionId")).isEqualTo(page.field("sessionId"));
    }

    @Test
    void a_form_can_raise_consent_but_not_lower_it_and_withdrawn_consent_stays_withdrawn() {
        assertThat(afterForm("pending", 1)).isEqualTo("pending");
        assertThat(afterForm("implied", 2)).isEqualTo("implied");
        assertThat(stored.lead(email).path("consent_expires_at").asText()).isNotEmpty();
        assertThat(afterForm("pending", 3)).isEqualTo("implied");
        assertThat(afterForm("express", 4)).isEqualTo("express");
        assertThat(stored.lead(email).path("consent_expires_at").isNull()).isTrue();
        assertThat(afterForm("implied", 5)).isEqualTo("express");
        Call.of("POST", "/v1/leads/unsubscribe").json(Forms.minimal(email)).send();
        assertThat(afterForm("implied", 6)).isEqualTo("withdrawn");
        assertThat(afterForm("express", 7)).isEqualTo("withdrawn");

        assertThat(stored.consents(email)).containsExactly("pending", "implied", "express", "withdrawn");
    }

    private String afterForm(String consent, int number) {
        Call.Answer answer = Call.capture(
                        Forms.minimal(email).put("consentStatus", consent).put("formName", "form " + number))
                .send();
        assertThat(answer.status()).isEqualTo(200);
        return stored.lead(email).path("consent_status").asText();
    }

    /** There are more others than threads that store forms. All are stored before the waiting form is given up. */
    @Test
    void a_locked_address_delays_no_other() {
        List<String> others =
                IntStream.range(0, 10).mapToObj(i -> Forms.email()).toList();
        CompletableFuture<Call.Answer> held = sql.inTransaction(tx -> {
            LeadLock.take(tx, Email.of("email", email));
            CompletableFuture<Call.Answer> waits =
                    Call.capture(Forms.scripted(email)).sendLater();
            List<CompletableFuture<Call.Answer>> sent = others.stream()
                    .map(other -> Call.capture(Forms.scripted(other)).sendLater())
                    .toList();
            assertThat(sent)
                    .allSatisfy(answer -> assertThat(answer.join().status()).isEqualTo(200));
            assertThat(waits).isNotDone();
            assertThat(stored.leads(email)).isEmpty();
            return waits;
        });

        assertThat(held.join().status()).isEqualTo(200);
        assertThat(stored.leads(email)).hasSize(1);
    }

    @Test
    void a_form_that_the_database_refuses_does_not_fail_forms_that_are_sent_at_the_same_time() {
        stored.execute("ALTER TABLE leads ADD CONSTRAINT poison CHECK (email NOT LIKE 'poison%') NOT VALID");
        try {
            List<CompletableFuture<Call.Answer>> sent = IntStream.range(0, 40)
                    .mapToObj(i -> Call.capture(Forms.scripted((i % 10 == 5 ? "poison." : "good.") + i + email))
                            .sendLater())
                    .toList();
            for (int i = 0; i < sent.size(); i++) {
                assertThat(sent.get(i).join().status()).isEqualTo(i % 10 == 5 ? 500 : 200);
            }
        } finally {
            stored.execute("ALTER TABLE leads DROP CONSTRAINT poison");
        }
    }
}
