package com.altcontext.api.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.delivery.Mail;
import com.altcontext.delivery.Outbox;
import com.altcontext.value.Language;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeadAlertMailTest {
    private static Mail mail(Language language, String body) {
        return new LeadAlertMail(URI.create("https://api.example.ca"))
                .of(new Outbox.Message(
                        UUID.randomUUID(),
                        "lead.alert",
                        "a@team.example",
                        UUID.randomUUID(),
                        "docs",
                        language,
                        body,
                        1));
    }

    @Test
    void it_says_that_there_is_a_lead_and_where_to_sign_in() {
        Mail mail = mail(Language.ENGLISH, "{\"property\":\"Docs\"}");
        assertThat(mail.subject()).isEqualTo("One new lead on Docs");
        assertThat(mail.text()).isEqualTo("Sign in to see it:\nhttps://api.example.ca/dashboard?property=docs\n");
        assertThat(mail.html())
                .contains("<a href=\"https://api.example.ca/dashboard?property=docs\">")
                .doesNotContain("personal data");
        assertThat(mail(Language.FRENCH, "{\"property\":\"Docs\"}").subject()).isEqualTo("Un nouveau contact sur Docs");
    }

    @Test
    void its_source_has_the_same_name_as_on_the_dashboard() {
        String body = "{\"property\":\"Docs\",\"details\":{\"email\":\"jo@example.ca\",\"source\":\"organic_search\"}}";
        assertThat(mail(Language.ENGLISH, body).text()).contains("Source: Organic search\n");
        assertThat(mail(Language.FRENCH, body).text())
                .contains("Connectez-vous pour le voir\u00A0:\n", "Provenance\u00A0: Recherche naturelle\n");
    }

    /** Messages that the previous release put into the outbox have the fields as a JSON text. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"company\":\"<b>Jo</b>\",\"size\":5}",
                "\"{\\\"company\\\":\\\"<b>Jo</b>\\\",\\\"size\\\":5}\"",
            })
    void details_are_shown_as_text_with_a_warning(String fields) {
        Mail mail = mail(
                Language.ENGLISH,
                "{\"property\":\"Docs\",\"details\":{\"email\":\"jo@example.ca\",\"form\":\"contact\",\"path\":\"/a\","
                        + "\"fields\":" + fields + "}}");
        assertThat(mail.text())
                .contains(
                        "Address: jo@example.ca\nForm: contact\nPage: /a\ncompany: <b>Jo</b>\nsize: 5\n",
                        "personal data");
        assertThat(mail.html()).contains("company: &lt;b&gt;Jo&lt;/b&gt;").doesNotContain("<b>");
    }

    @Test
    void a_form_field_with_the_name_of_a_line_of_the_mail_does_not_replace_that_line() {
        Mail mail = mail(
                Language.ENGLISH,
                "{\"property\":\"Docs\",\"details\":{\"email\":\"jo@example.ca\",\"form\":\"contact\",\"path\":\"/a\","
                        + "\"fields\":{\"Address\":\"1 Main St\"}}}");

        assertThat(mail.text()).contains("Address: jo@example.ca\n", "Address: 1 Main St\n");
    }

    @Test
    void text_from_a_stranger_cannot_begin_a_line() {
        Mail mail = mail(
                Language.ENGLISH,
                "{\"property\":\"Docs\",\"details\":{\"email\":\"jo@example.ca\",\"form\":\"a\\nSource: b\",\"path\":\"/a\\u2028c\","
                        + "\"fields\":{\"d\\r\\ne\":\"f\\r\\n\\r\\nSign in\"}}}");

        assertThat(mail.text())
                .contains("\nForm: a Source: b\nPage: /a c\nd e: f\n  \n  Sign in\n\nThis mail holds personal data.");
        assertThat(mail.html()).contains("<p>d e: f<br><br>Sign in</p>");
    }
}
