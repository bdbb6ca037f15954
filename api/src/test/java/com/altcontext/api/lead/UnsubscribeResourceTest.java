package com.altcontext.api.lead;

import static com.altcontext.api.testing.StoredRows.LeadTable.CONSENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.http.HtmlPage;
import com.altcontext.api.http.LinkPage;
import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.property.Properties;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Withdrawing consent: by address, and by the link of a mail. */
@QuarkusTest
@WithTestResource(TestService.class)
class UnsubscribeResourceTest {
    private static final String LINK = "/v1/leads/unsubscribe/";

    @Inject
    StoredRows stored;

    @Inject
    Properties properties;

    @Inject
    UnsubscribeToken token;

    private final String email = Forms.email();

    private static Call unsubscribe(Object body) {
        return Call.of("POST", "/v1/leads/unsubscribe").json(body);
    }

    private String statusOf(String property) {
        return stored.leads(email).stream()
                .filter(lead -> lead.path("property_id").asText().equals(property))
                .map(lead -> lead.path("consent_status").asText())
                .findFirst()
                .orElse("none");
    }

    private String capture() {
        return Call.capture(Forms.minimal(email).put("consentStatus", "express"))
                .send()
                .field("leadId");
    }

    private String link() {
        return LINK + token.of(new UnsubscribeToken.Subject(UUID.fromString(capture()), "default"));
    }

    // --- by address

    @Test
    void a_known_and_an_unknown_address_get_the_same_answer() {
        capture();
        Call.Answer known = unsubscribe(Forms.minimal(email)).send();
        Call.Answer again = unsubscribe(Forms.minimal(email)).send();
        Call.Answer unknown = unsubscribe(Forms.minimal()).send();

        assertThat(known.status()).isEqualTo(200);
        assertThat(known.text()).isEqualTo("{\"ok\":true}");
        for (Call.Answer other : List.of(again, unknown)) {
            assertThat(other.status()).isEqualTo(200);
            assertThat(other.text()).isEqualTo(known.text());
            assertThat(observable(other)).isEqualTo(observable(known));
        }
        assertThat(statusOf("default")).isEqualTo("withdrawn");
        assertThat(stored.consents(email)).containsExactly("express", "withdrawn");
    }

    /** All headers except the request id. */
    private static Map<String, List<String>> observable(Call.Answer answer) {
        Map<String, List<String>> headers = new HashMap<>(answer.headers().map());
        headers.remove("x-request-id");
        return headers;
    }

    @Test
    void the_consent_record_keeps_the_reason_and_a_hash_of_the_sender() {
        capture();
        unsubscribe(Forms.minimal("  " + email.toUpperCase(Locale.ROOT)).put("reason", " too many "))
                .header("content-type", "text/plain;charset=UTF-8")
                .send();

        JsonNode row = stored.ofLead(CONSENT, email).getLast();
        assertThat(row.path("status").asText()).isEqualTo("withdrawn");
        assertThat(row.path("source").asText()).isEqualTo("unsubscribe");
        assertThat(row.path("reason").asText()).isEqualTo("too many");
        assertThat(row.path("ip_hash").asText()).matches("\\\\x[0-9a-f]{64}");
    }

    @Test
    void unsubscribing_is_for_all_properties_unless_one_is_named() {
        String docs = stored.newProperty(properties);
        capture();
        Call.capture(Forms.minimal(email).put("propertyId", docs)).send();

        unsubscribe(Forms.minimal(email).put("propertyId", docs)).send();
        assertThat(statusOf(docs)).isEqualTo("withdrawn");
        assertThat(statusOf("default")).isEqualTo("express");
        // The origin of the request does not count as a named property.
        unsubscribe(Forms.minimal(email))
                .header("origin", "https://" + docs + ".example")
                .send();
        assertThat(statusOf("default")).isEqualTo("withdrawn");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | email",
                "{\"email\":\"not-an-address\"} | email",
                "{\"email\":\"jo@example.ca\",\"reason\":5} | reason",
                "{\"email\":\"jo@example.ca\",\"propertyId\":\"nowhere\"} | propertyId",
                "[] | ''"
            })
    void an_issue_names_its_field(String body, String field) {
        Call.Answer answer = unsubscribe(body).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("issues").findValuesAsText("path")).contains(field);
        assertThat(answer.text()).doesNotContain("not-an-address", "nowhere");
    }

    // --- by link

    @Test
    void the_page_of_a_link_asks_and_changes_nothing() {
        String link = link();
        for (String method : List.of("GET", "HEAD", "GET")) {
            Call.Answer answer = Call.of(method, link).send();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-type")).isEqualTo("text/html; charset=utf-8");
            assertThat(answer.header("cache-control")).isEqualTo("no-store");
            assertThat(answer.header("referrer-policy")).isEqualTo("no-referrer");
            assertThat(answer.header("content-security-policy"))
                    .isEqualTo("default-src 'none'; img-src data:; style-src '" + HtmlPage.STYLE_HASH
                            + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
            assertThat(answer.text())
                    .isEqualTo(
                            method.equals("HEAD")
                                    ? ""
                                    : UnsubscribeResource.asking("Default").in("en"));
            assertThat(answer.text()).doesNotContain(email, "example.ca");
        }
        assertThat(statusOf("default")).isEqualTo("express");
        assertThat(stored.consents(email)).containsExactly("express");
    }

    @Test
    void the_page_is_french_on_request() {
        Call.Answer answer =
                Call.get(link()).header("accept-language", "fr-CA,fr;q=0.9").send();

        assertThat(answer.text()).contains("<html lang=\"fr\">", "Me désabonner");
        assertThat(answer.header("vary")).contains("Accept-Language");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/x-www-form-urlencoded | List-Unsubscribe=One-Click",
                "multipart/form-data; boundary=x | --x--",
                "text/plain | anything at all",
                "application/json | {"
            })
    void a_post_of_any_content_type_withdraws_the_consent(String type, String body) {
        String link = link();
        Call.Answer answer =
                Call.of("POST", link).header("content-type", type).body(body).send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(UnsubscribeResource.done("Default").in("en"));
        assertThat(statusOf("default")).isEqualTo("withdrawn");
        JsonNode row = stored.ofLead(CONSENT, email).getLast();
        assertThat(row.path("source").asText()).isEqualTo("one_click");
        assertThat(Call.of("POST", link).send().status())
                .as("a second request, without a body")
                .isEqualTo(200);
        assertThat(stored.consents(email)).containsExactly("express", "withdrawn");
    }

    @Test
    void a_link_withdraws_consent_on_its_property_alone() {
        String docs = stored.newProperty(properties);
        Call.capture(Forms.minimal(email).put("propertyId", docs)).send();
        stored.execute("UPDATE properties SET name = 'Docs & <more>' WHERE id = ?", docs);
        UUID other = stored.leads(email).stream()
                .map(lead -> UUID.fromString(lead.path("id").asText()))
                .findFirst()
                .orElseThrow();
        assertThat(Call.get(LINK + token.of(new UnsubscribeToken.Subject(other, docs)))
                        .send()
                        .text())
                .contains("Docs &amp; &lt;more&gt;");
        assertThat(Call.of("POST", link()).send().text()).contains("no more e-mail from Default.", "that site alone");

        assertThat(statusOf("default")).isEqualTo("withdrawn");
        assertThat(statusOf(docs)).isEqualTo("pending");
    }

    @Test
    void a_cut_or_forged_link_is_reported_as_broken_and_changes_nothing() {
        String link = link();
        String word = link.substring(LINK.length());
        UUID lead = UUID.fromString(stored.lead(email).path("id").asText());
        String forged = new UnsubscribeToken("another secret").of(new UnsubscribeToken.Subject(lead, "default"));
        for (String wrong : List.of(
                word.substring(0, word.length() - 1),
                word + "A",
                word.substring(1),
                forged,
                "x",
                "%00",
                "..%2f..%2f",
                word.replace(word.charAt(30), word.charAt(30) == 'A' ? 'B' : 'A'))) {
            for (String method : List.of("GET", "POST", "HEAD")) {
                Call.Answer answer = Call.of(method, LINK + wrong).send();

                assertThat(answer.status()).as("%s %s", method, wrong).isEqualTo(404);
                if (!method.equals("HEAD")) {
                    assertThat(answer.text()).isEqualTo(LinkPage.UNKNOWN.in("en"));
                }
            }
        }
        assertThat(statusOf("default")).isEqualTo("express");
    }

    @Test
    void the_link_of_an_erased_lead_says_that_it_withdraws_nothing() {
        String link = link();
        Call.of("POST", "/v1/leads/delete")
                .header("x-admin-key", TestService.ADMIN_KEY)
                .json(Forms.minimal(email))
                .send();

        capture();
        for (String method : List.of("GET", "POST")) {
            Call.Answer answer = Call.of(method, link).send();
            assertThat(answer.status()).as("mail programs get 200 too").isEqualTo(200);
            assertThat(answer.text()).isEqualTo(UnsubscribeResource.GONE.in("en"));
        }
        assertThat(statusOf("default"))
                .as("the lead that was captured again has another link")
                .isEqualTo("express");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/leads/unsubscribe/", "/v1/leads/unsubscribe/a/b"})
    void a_path_that_is_not_a_link_is_not_found(String path) {
        assertThat(Call.get(path).send().text()).contains("not_found");
    }
}
