package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.http.HtmlPage;
import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.RawClient;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a visitor without scripts sees when their form is refused. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.LIMITED))
class FormRefusalTest {
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    private final String client = "100.64.9." + CLIENTS.incrementAndGet();

    private Call form(String body) {
        return Call.form(body).header("x-forwarded-for", client);
    }

    private static void assertPage(Call.Answer answer, int status, String language) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(answer.header("content-security-policy")).contains(HtmlPage.STYLE_HASH);
        assertThat(answer.header("vary")).contains("Accept-Language");
        assertThat(answer.text())
                .startsWith("<!doctype html>")
                .contains("<html lang=\"" + language + "\">")
                .containsPattern("<h1>[^<]+</h1><p>[^<]+</p>")
                .doesNotContain("{\"ok\"", "<script");
    }

    @ParameterizedTest
    @CsvSource({
        "en-CA, en, 'The e-mail address must be complete, like jo@example.ca.'",
        "fr-CA, fr, 'L’adresse courriel doit être complète, comme jo@exemple.ca.'"
    })
    void a_wrong_address_is_named_in_the_language_of_the_browser(String accepted, String language, String line) {
        for (String address : new String[] {"", "jo", "x%40y", "jo%40localhost"}) {
            Call.Answer answer = form("email=" + address)
                    .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
                    .header("accept-language", accepted)
                    .send();

            assertPage(answer, 400, language);
            assertThat(answer.text()).contains("<p>" + line + "</p>");
        }
    }

    /** The character is U+0085, a line separator, which the dot of a regular expression does not match. */
    @Test
    void a_weight_of_zero_is_recognized_whatever_character_follows() throws IOException {
        try (RawClient client = new RawClient()) {
            client.write(String.join(
                    "\r\n",
                    "POST /v1/leads/capture HTTP/1.1",
                    "Host: here",
                    "Connection: close",
                    "Content-Type: application/x-www-form-urlencoded",
                    "Content-Length: 8",
                    "Accept: application/json;q=0.0;a=\u0085",
                    "",
                    "email=jo"));

            assertThat(client.readAll()).contains("text/html").doesNotContain("{\"ok\"");
        }
    }

    @Test
    void a_field_that_is_not_accepted_is_named_and_what_was_sent_is_not_repeated() {
        Call.Answer answer = form("email=jo%40example.ca&anonId=short&payload.%3Cb%3E=1&payload.%3Cb%3E=2")
                .send();

        assertPage(answer, 400, "en");
        assertThat(answer.text())
                .contains("Field to correct: anonId", "Field to correct: payload.&lt;b&gt;")
                .doesNotContain("<b>", "short", "jo@example.ca\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "fr"})
    void a_form_that_is_too_long_or_of_another_type_gets_a_page(String language) {
        assertPage(
                form("email=jo%40example.ca&formName=" + "x".repeat(70_000))
                        .header("accept-language", language)
                        .send(),
                413,
                language);
        assertPage(
                form("--x--")
                        .header("content-type", "multipart/form-data; boundary=x")
                        .header("accept-language", language)
                        .send(),
                415,
                language);
        assertPage(
                form("email=jo@example.ca")
                        .header("content-type", "text/plain")
                        .header("sec-fetch-mode", "navigate")
                        .header("accept-language", language)
                        .send(),
                400,
                language);
    }

    /** A visitor cannot fix this, so the page does not ask them to try again. */
    @Test
    void the_page_for_an_unsupported_type_asks_the_visitor_to_tell_the_owner_of_the_site() {
        Call.Answer answer = form("--x--")
                .header("content-type", "multipart/form-data; boundary=x")
                .send();

        assertPage(answer, 415, "en");
        assertThat(answer.text()).contains("Please tell the owner of the site.").doesNotContain("The fault is ours");
    }

    @Test
    void beyond_the_limit_forms_and_links_get_a_page_that_says_when_to_try_again() {
        Call.Answer answer = form("email=").send();
        while (answer.status() == 400) {
            answer = form("email=").send();
        }
        assertPage(answer, 429, "en");
        assertThat(answer.header("retry-after")).matches("[1-6]");
        assertThat(answer.text()).contains("Please wait a minute");

        Call.Answer link = link().send();
        while (link.status() == 404) {
            link = link().send();
        }
        assertPage(link, 429, "fr");
        assertThat(link.text()).contains("Veuillez patienter une minute");
    }

    private Call link() {
        return Call.get("/v1/leads/unsubscribe/cut-off")
                .header("accept", "text/html")
                .header("accept-language", "fr")
                .header("x-forwarded-for", client);
    }

    @Test
    void a_script_gets_json() {
        Call.assertError(form("email=").header("accept", "application/json").send(), 400, "invalid_request");
        Call.assertError(form("email=").header("sec-fetch-mode", "cors").send(), 400, "invalid_request");
        Call.assertError(
                Call.capture(Forms.minimal("x@y"))
                        .header("x-forwarded-for", client)
                        .send(),
                400,
                "invalid_request");
        Call.assertError(
                Call.event("{}")
                        .header("content-type", "application/x-www-form-urlencoded")
                        .send(),
                415,
                "unsupported_media_type");
    }
}
