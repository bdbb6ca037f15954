package com.altcontext.api.lead;

import static com.altcontext.api.testing.StoredRows.LeadTable.CONSENT;
import static com.altcontext.api.testing.StoredRows.LeadTable.LINKS;
import static com.altcontext.api.testing.StoredRows.LeadTable.MESSAGES;
import static com.altcontext.api.testing.StoredRows.LeadTable.SUBMISSIONS;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.property.Properties;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms that a script sends: what is answered, and what is stored. */
@QuarkusTest
@WithTestResource(TestService.class)
class LeadCaptureTest {
    @Inject
    StoredRows stored;

    @Inject
    Properties properties;

    private final String email = Forms.email();

    @Test
    void a_form_from_an_automated_browser_is_a_bots_until_a_person_sends_one() {
        ObjectNode form = Forms.scripted(email);
        form.putObject("traffic").put("deviceType", "bot");

        assertThat(Call.capture(form).send().status()).isEqualTo(200);
        assertThat(stored.lead(email).path("is_bot").asBoolean()).isTrue();
        assertThat(stored.event(form.path("anonId").asText()).path("device").asText())
                .isEqualTo("bot");

        assertThat(Call.capture(Forms.scripted(email)).send().status()).isEqualTo(200);
        assertThat(stored.lead(email).path("is_bot").asBoolean()).isFalse();
    }

    @Test
    void a_domain_without_a_dot_is_not_an_address() {
        Call.Answer answer = Call.capture(Forms.minimal("jo@localhost")).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/issues/0/path").asText()).isEqualTo("email");
        assertThat(stored.leads("jo@localhost")).isEmpty();
    }

    @Test
    void a_form_creates_a_lead_a_visit_an_event_a_submission_a_link_and_a_consent() {
        ObjectNode form = Forms.scripted(email);
        String anonId = form.path("anonId").asText();
        form.put("formName", "newsletter")
                .put("path", "/pricing")
                .put("referrer", "https://www.google.com/")
                .put("sourceChannel", "website")
                .put("consentStatus", "express")
                .put("consentPolicy", "2026-01")
                .put("consentPurpose", "workshops");
        form.putObject("payload").put("company", "Example Ltd");
        form.putObject("utm").put("source", "spring").put("medium", "email");
        Call.Answer answer = Call.capture(form).send();

        assertThat(answer.status()).isEqualTo(200);
        JsonNode lead = stored.lead(email);
        JsonNode event = stored.event(anonId);
        assertThat(answer.json())
                .isEqualTo(Call.JSON
                        .createObjectNode()
                        .put("ok", true)
                        .put("leadId", lead.path("id").asText())
                        .put("visitorId", event.path("visitor_id").asText())
                        .put("sessionId", event.path("session_id").asText())
                        .put("heuristicLinksCreated", 0));
        assertThat(lead.path("property_id").asText()).isEqualTo("default");
        assertThat(lead.path("source_channel").asText()).isEqualTo("website");
        assertThat(lead.path("consent_status").asText()).isEqualTo("express");
        assertThat(event.path("event_type").asText()).isEqualTo("form_submit");
        assertThat(event.path("path").asText()).isEqualTo("/pricing");
        assertThat(event.path("traffic_source").asText()).isEqualTo("email");
        assertThat(event.path("is_conversion").asBoolean()).isTrue();
        assertThat(event.path("device").asText()).isEqualTo("desktop");
        assertThat(event.toString()).doesNotContain(email, "Example Ltd");
        JsonNode submission = only(stored.ofLead(SUBMISSIONS, email));
        assertThat(submission.path("form_name").asText()).isEqualTo("newsletter");
        assertThat(submission.path("payload")).isEqualTo(form.path("payload"));
        assertThat(submission.path("event_id")).isEqualTo(event.path("id"));
        JsonNode link = only(stored.ofLead(LINKS, email));
        assertThat(link.path("source").asText()).isEqualTo("form_submit");
        assertThat(link.path("confidence").asDouble()).isOne();
        JsonNode consent = only(stored.ofLead(CONSENT, email));
        assertThat(consent.path("status").asText()).isEqualTo("express");
        assertThat(consent.path("source").asText()).isEqualTo("form");
        assertThat(consent.path("form_name").asText()).isEqualTo("newsletter");
        assertThat(consent.path("policy_version").asText()).isEqualTo("2026-01");
        assertThat(consent.path("purpose").asText()).isEqualTo("workshops");
        assertThat(consent.path("path").asText()).isEqualTo("/pricing");
        assertThat(consent.path("ip_hash").asText()).matches("\\\\x[0-9a-f]{64}");
        assertThat(stored.ofLead(MESSAGES, email))
                .as("no webhook is configured")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"operator", "one_click", "unsubscribe"})
    void consent_from_a_form_has_the_source_form_whatever_the_name_of_the_form_is(String name) {
        assertThat(Call.capture(Forms.minimal(email).put("formName", name).put("consentStatus", "express"))
                        .send()
                        .status())
                .isEqualTo(200);

        JsonNode consent = only(stored.ofLead(CONSENT, email));
        assertThat(consent.path("source").asText()).isEqualTo("form");
        assertThat(consent.path("form_name").asText()).isEqualTo(name);
    }

    @Test
    void an_address_alone_is_enough() {
        Call.Answer answer = Call.capture(Forms.minimal(email)).send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(only(stored.ofLead(SUBMISSIONS, email)).path("form_name").asText())
                .isEqualTo("lead_capture");
        assertThat(stored.lead(email).path("consent_status").asText()).isEqualTo("pending");
        JsonNode event = only(stored.rows(
                "SELECT to_jsonb(e)::text FROM events e WHERE visitor_id = ?::uuid", answer.field("visitorId")));
        assertThat(event.path("path").asText()).isEqualTo("/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "text/plain;charset=UTF-8", "application/json; charset=utf-8"})
    void json_sent_as_text_plain_or_with_a_charset_is_accepted(String type) {
        assertThat(Call.capture(Forms.minimal(email))
                        .header("content-type", type)
                        .send()
                        .status())
                .isEqualTo(200);
        assertThat(stored.leads(email)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data; boundary=x", "text/html", "application/xml", "image/png", "text/*"})
    void any_other_type_is_refused(String type) {
        Call.Answer answer = Call.capture(Forms.minimal(email))
                .header("content-type", type)
                .header("accept", "application/json")
                .send();

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.field("error")).isEqualTo("unsupported_media_type");
        assertThat(stored.leads(email)).isEmpty();
    }

    @Test
    void a_null_field_counts_as_absent_and_an_unknown_field_is_ignored() {
        ObjectNode form = Forms.minimal(email);
        for (String field : List.of("anonId", "formName", "path", "referrer", "sourceChannel", "consentStatus")) {
            form.putNull(field);
        }
        for (String field : List.of("consentPolicy", "payload", "utm", "propertyId", "honeypot")) {
            form.putNull(field);
        }
        form.put("anything", 5).put("ok", false);

        assertThat(Call.capture(form).send().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "  Jo.%s@EXAMPLE.ca ,jo.%s@example.ca",
        "jo.%s@Bücher.example,jo.%s@xn--bcher-kva.example",
        "jo.%s@xn--bcher-kva.example,jo.%s@xn--bcher-kva.example",
        "jo+%s@example.ca,jo+%s@example.ca"
    })
    void an_address_is_stored_in_its_normal_form(String given, String kept) {
        String unique = email.substring(3, 39);
        assertThat(Call.capture(Forms.minimal(given.formatted(unique))).send().status())
                .isEqualTo(200);
        assertThat(stored.leads(kept.formatted(unique))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "jo",
                "jo@",
                "@example.ca",
                "jo@@example.ca",
                "jo jo@example.ca",
                "jo@exa mple.ca",
                "jo@-x.ca",
                "jo@x..ca",
                "\"jo\"@example.ca",
                "jo@[127.0.0.1]",
                "jo@example.ca, bo@example.ca",
                "jo@example.ca\r\nBcc: bo@example.ca",
                "Jo <jo@example.ca>",
                "jö@example.ca"
            })
    void an_invalid_address_is_named_and_never_repeated(String address) {
        Call.Answer answer = Call.capture(Forms.minimal(address)).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("issues").findValuesAsText("path")).containsExactly("email");
        assertThat(answer.text()).doesNotContain("example.ca", "jo jo");
    }

    @Test
    void all_issues_come_in_one_answer() {
        ObjectNode form = Forms.minimal("x").put("anonId", "short").put("consentStatus", "withdrawn");
        form.put("propertyId", "nowhere").put("payload", "x").put("formName", 5);
        form.putObject("utm").put("source", "");
        Call.Answer answer = Call.capture(form).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("issues").findValuesAsText("path"))
                .containsExactlyInAnyOrder(
                        "propertyId", "email", "anonId", "formName", "consentStatus", "payload", "utm.source");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "5",
                "null",
                "\"x\"",
                "{",
                "{\"email\":\"jo@example.ca\"",
                "{\"email\":\"jo@example.ca\",\"email\":\"bo@example.ca\"}",
                "{\"email\":\"jo@example.ca\",\"formName\":\"\\u0000\"}",
                "{\"email\":\"jo@example.ca\",\"payload\":{\"x\":\"\\ud800\"}}",
                "{\"email\":\"jo@example.ca\",\"payload\":{\"x\":NaN}}"
            })
    void a_body_that_cannot_be_read_or_stored_is_a_bad_request(String body) {
        Call.Answer answer = Call.capture(body).send();

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().path("issues")).isNotEmpty();
    }

    @Test
    void a_filled_honeypot_is_accepted_counted_and_not_stored() {
        String property = stored.newProperty(properties);
        Call.Answer answer = Call.capture(
                        Forms.minimal(email).put("propertyId", property).put("honeypot", "http://spam.example/"))
                .send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text()).isEqualTo("{\"ok\":true}");
        assertThat(answer.header("x-outcome")).isEqualTo("dropped");
        StoredRows.await(() -> stored.rejections(property, "leads/capture", "honeypot"), 1L);
        assertThat(stored.leads(email)).isEmpty();
        assertThat(Call.capture(Forms.minimal(email).put("honeypot", "  "))
                        .send()
                        .status())
                .isEqualTo(200);
    }

    // --- properties

    @Test
    void the_origin_of_the_page_decides_the_property_if_the_form_does_not() {
        String property = stored.newProperty(properties);
        Call.capture(Forms.minimal(email))
                .header("origin", "https://" + property + ".example")
                .send();

        assertThat(stored.lead(email).path("property_id").asText()).isEqualTo(property);
    }

    @Test
    void an_unknown_property_is_refused() {
        Call.Answer answer =
                Call.capture(Forms.minimal(email).put("propertyId", "nowhere")).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("issues").findValuesAsText("path")).containsExactly("propertyId");
    }

    @Test
    void one_address_on_two_properties_is_two_leads_that_are_erased_together() {
        String docs = stored.newProperty(properties);
        ObjectNode form = Forms.scripted(email);
        String one = Call.capture(form).send().field("leadId");
        String other = Call.capture(form.put("propertyId", docs)).send().field("leadId");

        assertThat(other).isNotEqualTo(one);
        assertThat(stored.leads(email))
                .extracting(lead -> lead.path("property_id").asText())
                .containsExactlyInAnyOrder("default", docs);
        assertThat(stored.visitors(form.path("anonId").asText())).hasSize(2);

        Call.Answer deleted = Call.of("POST", "/v1/leads/delete")
                .header("x-admin-key", TestService.ADMIN_KEY)
                .json(Forms.minimal(email))
                .send();
        assertThat(deleted.json().path("leads").asInt()).isEqualTo(2);
        assertThat(stored.leads(email)).isEmpty();
        assertThat(stored.visitors(form.path("anonId").asText())).isEmpty();
    }

    private static JsonNode only(List<JsonNode> rows) {
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }
}
