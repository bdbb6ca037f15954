package com.altcontext.api.lead;

import static com.altcontext.api.testing.StoredRows.LeadTable.MESSAGES;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.Logged;
import com.altcontext.api.testing.MailFixture;
import com.altcontext.api.testing.MailServer;
import com.altcontext.api.testing.MailServer.ReceivedMail;
import com.altcontext.api.testing.ScriptedSmtp;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.consent.ConfirmationToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Consent that the owner of an address confirms by a link in a mail. The test runs the mail server. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = {
            @ResourceArg(name = "SMTP_URL", value = "smtp://127.0.0.1:0/"),
            @ResourceArg(name = "MAIL_FROM", value = "Société québécoise du café et de l’érable <News@Dócs.example>"),
            @ResourceArg(name = "MAIL_POSTAL_ADDRESS", value = "1 Main St & 2nd Ave, Toronto ON M5V 1A1")
        })
class ConfirmByMailTest extends MailFixture {
    @Inject
    ConfirmationToken token;

    @Inject
    InstantSource clock;

    @BeforeEach
    void askForConfirmation() {
        stored.execute("UPDATE properties SET confirm = true, name = 'Docs & <more>' WHERE id = ?", property);
        properties.refresh();
    }

    private ObjectNode form() {
        return Forms.scripted(email).put("propertyId", property).put("consentStatus", "express");
    }

    private Call.Answer capture(String language) {
        Call.Answer answer =
                Call.capture(form()).header("accept-language", language).send();
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer;
    }

    private String consent() {
        return stored.lead(email).path("consent_status").asText();
    }

    private List<JsonNode> waiting() {
        return stored.ofLead(MESSAGES, email);
    }

    private List<Integer> attempts() {
        return waiting().stream().map(row -> row.path("attempts").asInt()).toList();
    }

    private void letTimePass() {
        stored.execute("UPDATE outbox SET next_attempt_at = now() - interval '1 second'");
    }

    private String verdict() {
        Call.Answer list = Call.get("/v1/leads/mailable?limit=1000&propertyId=" + property)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .send();
        return list.json().at("/leads/0/purposes/0/verdict").asText();
    }

    @Test
    void only_the_button_on_the_page_of_the_mailed_link_confirms_the_consent() {
        try (MailServer server = new MailServer(port)) {
            capture("en-CA");
            assertThat(consent()).isEqualTo("pending");
            ReceivedMail mail = server.await(email, 1).getFirst();
            StoredRows.await(() -> waiting().size(), 0);

            Call.Answer page = Call.get(mail.confirmPath()).send();
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.text())
                    .contains(
                            "<button", "Confirm your address", "from Docs &amp; &lt;more&gt;.", "<bdi>newsletter</bdi>")
                    .doesNotContain("type=\"checkbox\"");
            assertThat(Call.of("HEAD", mail.confirmPath()).send().status()).isEqualTo(200);
            assertThat(consent())
                    .as("a mail scanner that follows the link confirms nothing")
                    .isEqualTo("pending");
            assertThat(verdict()).isEqualTo("may_not");

            Call.Answer done = Call.of("POST", mail.confirmPath()).send();
            assertThat(done.status()).isEqualTo(200);
            assertThat(done.text()).contains("Thank you").doesNotContain("<button");
            assertThat(consent()).isEqualTo("express");
            assertThat(verdict()).isEqualTo("may");
            assertThat(stored.consents(email)).containsExactly("pending", "express");

            assertThat(Call.of("POST", mail.confirmPath()).send().status()).isEqualTo(200);
            assertThat(stored.consents(email))
                    .as("pressing the button twice confirms once")
                    .hasSize(2);
        }
    }

    @Test
    void a_mail_has_a_text_and_an_html_part_in_the_language_of_the_lead_and_loads_nothing() {
        try (MailServer server = new MailServer(port)) {
            capture("fr-CA,fr;q=0.9,en;q=0.5");
            ReceivedMail mail = server.await(email, 1).getFirst();

            assertThat(mail.subject()).isEqualTo("Veuillez confirmer\u00A0: courriels de Docs & <more>");
            assertThat(mail.header("From")).matches("(=\\?UTF-8\\?B\\?\\S+\\?= )+<news@xn--dcs-gna\\.example>");
            assertThat(mail.sender()).isEqualTo("Société québécoise du café et de l’érable");
            assertThat(mail.source().lines().filter(line -> line.contains("=?")))
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(76));
            assertThat(mail.header("To")).isEqualTo(email);
            assertThat(mail.header("Auto-Submitted")).isEqualTo("auto-generated");
            assertThat(mail.header("Message-ID")).matches("<[0-9a-f-]{36}@xn--dcs-gna\\.example>");
            assertThat(mail.header("List-Unsubscribe-Post")).isEqualTo("List-Unsubscribe=One-Click");
            assertThat(mail.header("List-Unsubscribe"))
                    .startsWith("<https://api.example.com/v1/leads/unsubscribe/")
                    .endsWith(">");
            assertThat(mail.part("text/plain"))
                    .contains("https://api.example.com" + mail.confirmPath())
                    .contains("Docs & <more>")
                    .contains("privacy@example.ca", "1 Main St & 2nd Ave, Toronto", "Objet\u00A0: infolettre")
                    .contains(String.valueOf(mail.header("List-Unsubscribe")).replaceAll("[<>]", ""));
            assertThat(mail.part("text/html"))
                    .contains("1 Main St &amp; 2nd Ave", "Objet\u00A0: infolettre", ">Me désabonner</a>")
                    .contains("<html lang=\"fr\">")
                    .contains("<a href=\"https://api.example.com" + mail.confirmPath() + "\">")
                    .contains("Docs &amp; &lt;more&gt;")
                    .doesNotContainPattern("(?i)<(img|script|link|iframe|style)|src=|url\\(|@import");
            assertThat(stored.lead(email).path("language").asText()).isEqualTo("fr");
            assertThat(mail.part("text/plain")).doesNotContainPattern(" [:;?!»]");

            String page = Call.get(mail.confirmPath())
                    .header("accept-language", "fr-CA")
                    .send()
                    .text();
            assertThat(page).contains("<bdi>infolettre</bdi>", "Formulaire\u00A0: ");
            assertThat(page.replaceFirst("(?s).*<main>", "")).doesNotContainPattern(" [:;?!»]");
        }
    }

    @Test
    void unsubscribing_by_the_link_of_the_mail_invalidates_its_confirmation_link() {
        try (MailServer server = new MailServer(port)) {
            capture("en");
            ReceivedMail mail = server.await(email, 1).getFirst();
            String unsubscribe = String.valueOf(mail.header("List-Unsubscribe")).replaceAll("[<>]", "");
            Call.of("POST", unsubscribe.substring("https://api.example.com".length()))
                    .body("List-Unsubscribe=One-Click")
                    .header("content-type", "application/x-www-form-urlencoded")
                    .send();

            Call.Answer late = Call.of("POST", mail.confirmPath()).send();
            assertThat(late.status()).isEqualTo(410);
            assertThat(consent()).isEqualTo("withdrawn");
        }
    }

    @Test
    void an_expired_or_forged_link_confirms_nothing() {
        String leadId = capture("en").field("leadId");
        long consentId = stored.ofLead(StoredRows.LeadTable.CONSENT, email)
                .getFirst()
                .path("id")
                .asLong();
        ConfirmationToken.Request over = new ConfirmationToken.Request(
                UUID.fromString(leadId), consentId, clock.instant().minusSeconds(1));
        for (String method : List.of("GET", "POST")) {
            assertThat(Call.of(method, "/v1/leads/confirm/" + token.of(over))
                            .send()
                            .status())
                    .isEqualTo(410);
            assertThat(Call.of(method, "/v1/leads/confirm/no-token-of-ours")
                            .send()
                            .status())
                    .isEqualTo(404);
        }
        Call.Answer french = Call.get("/v1/leads/confirm/no-token-of-ours")
                .header("accept-language", "fr")
                .send();
        assertThat(french.text()).contains("<html lang=\"fr\">").contains("Ce lien ne fonctionne pas");
        assertThat(consent()).isEqualTo("pending");
    }

    /** The answer does not reveal whether an address is known or whether a mail is sent. */
    @Test
    void a_capture_answers_the_same_whether_a_mail_is_sent_or_not() {
        Call.Answer sends = capture("en");
        Call.Answer tooSoon = Call.capture(form().put("formName", "another")).send();
        Call.Answer asksNothing = Call.capture(
                        form().put("email", Forms.email()).put("consentStatus", "pending"))
                .send();

        assertThat(waiting()).hasSize(1);
        for (Call.Answer answer : List.of(tooSoon, asksNothing)) {
            assertThat(answer.status()).isEqualTo(sends.status());
            assertThat(keys(answer.json())).isEqualTo(keys(sends.json()));
            assertThat(new TreeSet<>(answer.headers().map().keySet()))
                    .isEqualTo(new TreeSet<>(sends.headers().map().keySet()));
            assertThat(answer.text()).hasSameSizeAs(sends.text());
        }
    }

    private static List<String> keys(JsonNode json) {
        return json.properties().stream().map(Map.Entry::getKey).toList();
    }

    @Test
    void a_mail_that_the_server_defers_is_sent_later() {
        try (ScriptedSmtp _ = new ScriptedSmtp(port, Map.of("RCPT", "451 4.7.1 greylisted: " + email));
                Logged logged = new Logged()) {
            capture("en");
            StoredRows.await(() -> lastErrors(), List.of("answered 451"));
            stored.execute("UPDATE outbox SET last_error = NULL");
            letTimePass();
            StoredRows.await(() -> lastErrors(), List.of("answered 451"));
            assertThat(attempts()).containsExactly(2);
            assertThat(logged.lines()).allSatisfy(line -> assertThat(line).doesNotContainIgnoringCase(email));
        }
        try (MailServer server = new MailServer(port)) {
            letTimePass();
            server.await(email, 1);
            StoredRows.await(() -> waiting().size(), 0);
        }
    }

    private List<String> lastErrors() {
        return waiting().stream().map(row -> row.path("last_error").asText()).toList();
    }

    @Test
    void a_mail_whose_address_is_refused_is_set_aside() {
        try (ScriptedSmtp strict = new ScriptedSmtp(port, Map.of("RCPT", "550 5.1.1 no such user"))) {
            capture("en");
            StoredRows.await(
                    () -> waiting().stream()
                            .map(row -> row.path("last_error").asText() + " "
                                    + row.path("set_aside_at").isTextual())
                            .toList(),
                    List.of("answered 550 true"));
            letTimePass();
            capture("en");
            assertThat(strict.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_mail_is_retried_if_the_server_refuses_our_own_address_or_login() {
        Map<String, String> refusals = Map.of(
                "MAIL", "550 5.7.1 not your domain",
                "RCPT", "554 5.7.1 log in first",
                "DATA", "554 not now",
                ".", "550 5.7.1 not signed");
        refusals.forEach((command, refusal) -> {
            stored.execute("DELETE FROM outbox");
            stored.execute("UPDATE leads SET confirmation_mails = 0, confirmation_mailed_at = NULL");
            try (ScriptedSmtp strict = new ScriptedSmtp(port, Map.of(command, refusal))) {
                Call.capture(form().put("formName", command)).send();
                StoredRows.await(() -> lastErrors(), List.of("answered " + refusal.substring(0, 3)));
                assertThat(waiting().getFirst().path("set_aside_at").isNull())
                        .as(refusal)
                        .isTrue();
                assertThat(strict.commands())
                        .as("some servers refuse a machine that calls itself localhost")
                        .contains("EHLO xn--dcs-gna.example");
            }
        });
    }

    @Test
    void a_mail_server_on_this_machine_needs_no_certificate() {
        try (ScriptedSmtp local = new ScriptedSmtp(port, Map.of("EHLO", "250-here\r\n250 STARTTLS"))) {
            capture("en");
            StoredRows.await(() -> waiting().size(), 0);
            assertThat(local.commands()).contains("STARTTLS", "RCPT TO:<" + email + ">");
        }
    }

    @Test
    void a_failure_without_an_answer_of_the_server_is_named() {
        try (ScriptedSmtp _ = new ScriptedSmtp(port, Map.of("EHLO", "250-here\r\n250 SIZE 100"))) {
            capture("en");
            StoredRows.await(() -> lastErrors(), List.of("failed: message exceeds allowed size limit"));
        }
    }

    @Test
    void a_server_that_hangs_or_is_away_delays_no_capture_and_loses_no_mail() {
        try (ScriptedSmtp silent = new ScriptedSmtp(port, Map.of("CONN", ScriptedSmtp.SILENCE))) {
            capture("en");
            StoredRows.await(() -> silent.connections() > 0, true);
            assertThat(attempts()).containsExactly(1);
            Call.Answer meanwhile =
                    Call.capture(Forms.minimal().put("propertyId", property)).send();
            assertThat(meanwhile.status()).isEqualTo(200);
        }
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> lastErrors(), List.of("no answer within 50 seconds")::equals);
        letTimePass(); // no server listens now
        StoredRows.await(() -> String.valueOf(lastErrors()).contains("failed: no connection"), true);
        try (MailServer server = new MailServer(port)) {
            letTimePass();
            server.await(email, 1);
        }
    }
}
