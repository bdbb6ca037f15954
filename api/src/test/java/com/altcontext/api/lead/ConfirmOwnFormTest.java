package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.MailFixture;
import com.altcontext.api.testing.MailServer;
import com.altcontext.api.testing.MailServer.ReceivedMail;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the owner of an address can choose on the page of a confirmation link if a stranger has sent a form with the
 * address too.
 */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = {
            @ResourceArg(name = "SMTP_URL", value = "smtp://127.0.0.1:0/"),
            @ResourceArg(name = "MAIL_FROM", value = "news@docs.example")
        })
class ConfirmOwnFormTest extends MailFixture {
    @BeforeEach
    void askForConfirmation() {
        stored.execute("UPDATE properties SET confirm = true WHERE id = ?", property);
        properties.refresh();
    }

    private ObjectNode form() {
        return Forms.scripted(email).put("propertyId", property).put("consentStatus", "express");
    }

    private String verdictOf(String purpose) {
        return Call.get("/v1/leads/mailable?limit=1000&purpose=" + purpose + "&propertyId=" + property)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .send()
                .json()
                .at("/leads/0/purposes/0/verdict")
                .asText();
    }

    /** The id that the page gives to a purpose. */
    private static String choice(String page, String purpose) {
        Matcher box = Pattern.compile("name=\"consent\" value=\"([0-9]+)\" [^>]*> <label[^>]*><strong><bdi>" + purpose)
                .matcher(page);
        assertThat(box.find()).as(page).isTrue();
        return box.group(1);
    }

    private static Call.Answer press(String path, String body) {
        return Call.of("POST", path)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body)
                .send();
    }

    @Test
    void the_owner_can_confirm_only_their_own_form_although_a_strangers_form_came_first() {
        try (MailServer server = new MailServer(port)) {
            Call.capture(form().put("anonId", "attackerpurp")
                            .put("formName", "evil form")
                            .put("consentPurpose", "casino partner offers")
                            .put("consentPolicy", "attacker-v9"))
                    .send();
            ReceivedMail mail = server.await(email, 1).getFirst();
            Call.capture(form().put("formName", "footer").put("consentPolicy", "2026-11"))
                    .send();
            assertThat(mail.part("text/plain")).contains("casino partner offers");

            String page = Call.get(mail.confirmPath()).send().text();
            assertThat(page)
                    .contains("casino partner offers", "attacker-v9", "evil form", "footer", "2026-11", "<fieldset>")
                    .doesNotContain(" checked");
            assertThat(press(mail.confirmPath(), "listed=2").text()).contains("role=\"alert\"", "Nothing is ticked");
            assertThat(Call.of("POST", mail.confirmPath()).send().text())
                    .as("a request that chooses none of several forms")
                    .contains("<fieldset>");
            assertThat(stored.consents(email)).containsExactly("pending", "pending");

            String own = choice(page, "newsletter");
            assertThat(press(mail.confirmPath(), "consent=" + own + "&listed=2").text())
                    .contains("Thank you");
            JsonNode row = stored.ofLead(StoredRows.LeadTable.CONSENT, email).getLast();
            assertThat(row.path("confirms").asText()).isEqualTo(own);
            assertThat(row.path("form_name").asText()).isEqualTo("footer");
            assertThat(row.path("policy_version").asText()).isEqualTo("2026-11");
            assertThat(verdictOf("newsletter")).isEqualTo("may");
            assertThat(verdictOf("casino+partner+offers")).isEqualTo("may_not");

            String again = Call.get(mail.confirmPath())
                    .header("accept-language", "fr")
                    .send()
                    .text();
            assertThat(again)
                    .as("the form that was left out still needs to be ticked")
                    .contains("type=\"checkbox\"", "Cochez ce que vous voulez recevoir")
                    .doesNotContain("footer");
        }
    }

    @Test
    void a_purpose_that_looks_like_a_link_or_markup_becomes_neither() {
        try (MailServer server = new MailServer(port)) {
            Call.capture(form().put("consentPurpose", "win at https://evil.example/<a href='//evil.example'>"))
                    .send();
            ReceivedMail mail = server.await(email, 1).getFirst();

            assertThat(mail.part("text/plain")).contains("the page shows it").doesNotContain("evil");
            assertThat(mail.part("text/html")).doesNotContain("evil");
            assertThat(Call.get(mail.confirmPath()).send().text())
                    .contains("<bdi>win at https://evil.example/&lt;a href='//evil.example'&gt;</bdi>")
                    .doesNotContain("<a ");
        }
    }
}
