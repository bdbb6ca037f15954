package com.altcontext.api.event;

import static com.altcontext.api.event.DemoStage.anonId;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.ChromiumTab;
import com.altcontext.api.testing.StoredRows;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The form of the demo site, with and without the script, from the key press to the stored lead. */
class DemoIT {
    private static final DemoStage STAGE = new DemoStage();

    private final ChromiumTab tab = STAGE.browser.visitor().tab();
    private final String email = "jo-" + UUID.randomUUID() + "@example.ca";

    @AfterAll
    static void stop() {
        STAGE.close();
    }

    @Test
    void the_script_sends_the_form_without_leaving_the_page() {
        tab.open(STAGE.site.at("/index.html?utm_source=letter"));
        tab.type("#email", email);
        tab.click("[name=consentStatus]");
        tab.click("form button");

        awaitWord("Thank you. We will write to you about the next firing.");
        assertThat(role()).isEqualTo("status");
        assertThat(tab.evaluate("document.querySelector('#email').value").asText())
                .isEmpty();
        JsonNode lead = lead();
        assertThat(lead.path("consent_status").textValue()).isEqualTo("express");
        assertThat(consents()).singleElement().satisfies(consent -> {
            assertThat(consent.path("policy_version").textValue()).isEqualTo("2026-11");
            assertThat(consent.path("source").textValue()).isEqualTo("form");
            assertThat(consent.path("form_name").textValue()).isEqualTo("next-firing");
        });
        // The service creates the form_submit. It belongs to the same session as the page_view and the form_start.
        JsonNode start = STAGE.await(tab, "form_start", 1).getFirst();
        JsonNode submit = STAGE.await(tab, "form_submit", 1).getFirst();
        assertThat(start.at("/props/formName").textValue()).isEqualTo("next-firing");
        assertThat(submit.path("path").textValue()).isEqualTo("/index.html");
        assertThat(submit.path("utm_source").textValue()).isEqualTo("letter");
        assertThat(STAGE.stored.sessions(anonId(tab))).hasSize(1);
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_browser_without_scripts_posts_the_form_and_is_redirected_to_the_thank_you_page() {
        tab.withoutScripts();
        tab.open(STAGE.site.at("/index.html"));
        tab.type("#email", email);
        tab.click("form button");

        tab.await("location.pathname === '/thanks.html'");
        assertThat(tab.evaluate("location.origin").asText()).isEqualTo(STAGE.site.origin());
        assertThat(lead().path("consent_status").textValue()).isEqualTo("pending");
        assertThat(tab.requests()).noneMatch(url -> url.contains("/v1/events"));
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_form_that_is_submitted_twice_at_once_is_sent_once() {
        tab.open(STAGE.site.at("/index.html"));
        tab.type("#email", email);
        tab.evaluate("const form = document.querySelector('form'); form.requestSubmit(); form.requestSubmit();");

        awaitWord("Thank you. We will write to you about the next firing.");
        assertThat(tab.requests().stream().filter(url -> url.endsWith("/v1/leads/capture")))
                .hasSize(1);
        assertThat(STAGE.stored.rows(
                        "SELECT to_jsonb(f)::text FROM form_submissions f JOIN leads l ON l.id = f.lead_id WHERE l.email = ?",
                        email))
                .hasSize(1);
    }

    @Test
    void the_value_of_the_pressed_button_is_sent_with_the_form() {
        tab.open(STAGE.site.at("/index.html"));
        tab.evaluate("""
                document.querySelector('form button').insertAdjacentHTML('afterend',
                  '<button id="weekly" name="payload.often" value="weekly">Weekly</button>')""");
        tab.type("#email", email);
        tab.click("#weekly");

        awaitWord("Thank you. We will write to you about the next firing.");
        assertThat(STAGE.stored.rows(
                        "SELECT payload::text FROM form_submissions f JOIN leads l ON l.id = f.lead_id WHERE l.email = ?",
                        email))
                .singleElement()
                .satisfies(
                        payload -> assertThat(payload.path("often").textValue()).isEqualTo("weekly"));
    }

    @Test
    void a_refused_address_is_reported_and_marked_and_can_be_corrected() {
        tab.open(STAGE.site.at("/index.html"));
        tab.type("#email", "jo@example..ca".replace("..", ".-"));
        tab.evaluate("document.querySelector('form').noValidate = true");
        tab.click("form button");

        awaitWord("Please check the e-mail address.");
        assertThat(role()).isEqualTo("alert");
        assertThat(tab.evaluate("document.activeElement.id").asText()).isEqualTo("email");
        assertThat(tab.evaluate("document.activeElement.getAttribute('aria-invalid')")
                        .asText())
                .isEqualTo("true");

        tab.evaluate("document.querySelector('#email').value = ''");
        tab.type("#email", email);
        tab.click("form button");
        awaitWord("Thank you. We will write to you about the next firing.");
        assertThat(role()).isEqualTo("status");
        assertThat(tab.evaluate("document.querySelector('#email').getAttribute('aria-invalid')")
                        .asText())
                .isEqualTo("false");
        assertThat(lead().path("email").textValue()).isEqualTo(email);
    }

    @Test
    void a_form_that_cannot_be_sent_keeps_its_input_and_can_be_sent_again() {
        tab.open(STAGE.site.at("/index.html"));
        tab.type("#email", email);
        tab.unreachable("*/v1/leads/*");
        tab.click("form button");

        awaitWord("It could not be sent. Please try again.");
        assertThat(role()).isEqualTo("alert");
        assertThat(tab.evaluate("document.querySelector('#email').value").asText())
                .isEqualTo(email);

        tab.unreachable();
        tab.click("form button");
        awaitWord("Thank you. We will write to you about the next firing.");
        assertThat(lead().path("email").textValue()).isEqualTo(email);
    }

    @Test
    void a_french_page_shows_french_messages() {
        tab.open(STAGE.site.at("/fr.html"));
        tab.type("#email", email);
        tab.unreachable("*/v1/leads/*");
        tab.click("form button");
        awaitWord("L’envoi a échoué. Veuillez réessayer.");

        tab.unreachable();
        tab.click("form button");
        awaitWord("Merci !");
        assertThat(lead().path("email").textValue()).isEqualTo(email);
    }

    @Test
    void a_visitor_who_opted_out_can_still_send_a_form_and_is_not_linked_to_earlier_visits() {
        tab.open(STAGE.site.at("/index.html"));
        STAGE.await(tab, "page_view", 1);
        String before = anonId(tab);
        tab.click("[data-privacy]");
        tab.type("#email", email);
        tab.click("form button");

        awaitWord("Thank you. We will write to you about the next firing.");
        assertThat(STAGE.stored.rows(
                        "SELECT to_jsonb(v)::text FROM lead_identities i JOIN leads l ON l.id = i.lead_id"
                                + " JOIN visitors v USING (visitor_id) WHERE l.email = ?",
                        email))
                .singleElement()
                .satisfies(visitor ->
                        assertThat(visitor.path("anon_id").textValue()).isNotEqualTo(before));
        assertThat(tab.evaluate("Object.keys(localStorage).join()").asText()).isEqualTo("altcontext.off");
    }

    @Test
    void the_pages_keep_to_their_own_content_security_policy() {
        for (String page : List.of("/", "/pricing.html", "/fr.html", "/thanks.html")) {
            tab.open(STAGE.site.at(page));
            tab.await("window.altcontext");
        }
        assertThat(tab.complaints()).isEmpty();
    }

    private void awaitWord(String word) {
        StoredRows.await(
                () -> tab.evaluate("document.querySelector('[data-alt-status]').textContent")
                        .asText(),
                word);
    }

    private String role() {
        return tab.evaluate("document.querySelector('[data-alt-status]').getAttribute('role')")
                .asText();
    }

    private JsonNode lead() {
        StoredRows.await(() -> leads().size(), 1);
        return leads().getFirst();
    }

    private List<JsonNode> leads() {
        return STAGE.stored.rows("SELECT to_jsonb(l)::text FROM leads l WHERE email = ?", email);
    }

    private List<JsonNode> consents() {
        return STAGE.stored.rows(
                "SELECT to_jsonb(c)::text FROM consent_events c JOIN leads l ON l.id = c.lead_id WHERE l.email = ?",
                email);
    }
}
