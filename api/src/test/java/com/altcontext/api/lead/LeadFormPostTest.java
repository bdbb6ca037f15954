package com.altcontext.api.lead;

import static com.altcontext.api.testing.StoredRows.LeadTable.CONSENT;
import static com.altcontext.api.testing.StoredRows.LeadTable.LINKS;
import static com.altcontext.api.testing.StoredRows.LeadTable.SUBMISSIONS;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.property.Properties;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms that the browser posts, without a script. */
@QuarkusTest
@WithTestResource(TestService.class)
class LeadFormPostTest {
    @Inject
    StoredRows stored;

    @Inject
    Properties properties;

    private final String email = Forms.email();

    private Call form(String more) {
        return Call.form("email=" + encoded(email) + more);
    }

    /** Asks for an answer in JSON, which names the issues. */
    private static Call readable(Call form) {
        return form.header("accept", "application/json");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    // --- who sent it

    @Test
    void a_form_that_gives_bot_as_its_device_type_is_a_bots_lead() {
        assertThat(form("&traffic.deviceType=bot").send().status()).isEqualTo(303);

        assertThat(stored.lead(email).path("is_bot").asBoolean()).isTrue();
        assertThat(readable(form("&traffic.deviceType=robot"))
                        .send()
                        .json()
                        .at("/issues/0/path")
                        .asText())
                .isEqualTo("traffic.deviceType");
        assertThat(readable(form("&traffic.deviceType=bot&traffic.deviceType=mobile"))
                        .send()
                        .json()
                        .at("/issues/0/path")
                        .asText())
                .isEqualTo("traffic.deviceType");
    }

    // --- where the answer redirects to

    @Test
    void the_answer_redirects_to_a_page_of_an_allowed_site() {
        Call.Answer answer = form("&path=%2Fthanks")
                .header("origin", TestService.ALLOWED_ORIGIN)
                .header("referer", "https://evil.example/")
                .send();

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("location")).isEqualTo("https://www.example.com/thanks");
        assertThat(answer.text()).isEmpty();
        assertThat(stored.leads(email)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "https://www.example.com/contact?x=1,https://www.example.com/thanks",
        "https://www.example.com,https://www.example.com/thanks",
        "https://evil.example/https://www.example.com/,/thanks",
        "https://www.example.com@evil.example/,/thanks",
        "https://www.example.com:8443/,/thanks",
        "http://www.example.com/,/thanks",
        "nonsense,/thanks",
        "https://[,/thanks"
    })
    void the_referer_names_the_site_if_there_is_no_origin(String referer, String location) {
        assertThat(form("&path=%2Fthanks").header("referer", referer).send().header("location"))
                .isEqualTo(location);
        assertThat(form("&path=%2Fthanks")
                        .header("origin", "null")
                        .header("referer", referer)
                        .send()
                        .header("location"))
                .isEqualTo(location);
    }

    @Test
    void without_an_allowed_site_the_answer_redirects_to_the_path_alone() {
        assertThat(form("&path=%2Fthanks").send().header("location")).isEqualTo("/thanks");
        assertThat(form("&path=%2Fthanks")
                        .header("origin", "https://evil.example")
                        .header("referer", "https://www.example.com/")
                        .send()
                        .header("location"))
                .isEqualTo("/thanks");
    }

    @Test
    void without_a_path_the_answer_redirects_to_the_front_page() {
        assertThat(form("").send().header("location")).isEqualTo("/");
        assertThat(form("&path=")
                        .header("origin", TestService.ALLOWED_ORIGIN)
                        .send()
                        .header("location"))
                .isEqualTo("https://www.example.com/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example",
                "/\\evil.example",
                "\\/evil.example",
                "https://evil.example/",
                "javascript:alert(1)",
                "evil.example",
                "/\t/evil.example",
                "/a\r\nSet-Cookie: x=1",
                "/a\nLocation: https://evil.example",
                "/a\u0001",
                "/a\u0085b"
            })
    void a_path_can_neither_redirect_to_another_site_nor_write_a_header(String path) {
        for (String honeypot : List.of("", "&honeypot=x")) {
            Call.Answer answer = form("&path=" + encoded(path) + honeypot).send();

            assertThat(answer.status()).isEqualTo(303);
            assertThat(answer.header("location")).isEqualTo("/");
            assertThat(answer.headers().map()).doesNotContainKey("set-cookie");
        }
    }

    @Test
    void a_line_break_in_a_path_does_not_break_the_answer() throws IOException {
        String body = "email=" + encoded(email) + "&path=/a%0d%0aX-Injected:%201%0d%0a%0d%0a<script>";
        String answer = Call.raw("POST /v1/leads/capture HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body);

        assertThat(answer).startsWith("HTTP/1.1 303 ").doesNotContainIgnoringCase("injected", "script");
    }

    @Test
    void a_path_with_non_ascii_characters_is_percent_encoded() {
        assertThat(form("&path=" + encoded("/été/🍁 \"x\"")).send().header("location"))
                .isEqualTo("/%C3%A9t%C3%A9/%F0%9F%8D%81%20%22x%22");
    }

    // --- what the form contains

    @Test
    void a_form_has_the_same_fields_as_the_json() {
        Call.Answer answer =
                form("&anonId=anon-of-a-form&formName=news+letter&path=%2Fp&referrer=https%3A%2F%2Fx.example%2F"
                                + "&sourceChannel=website&consentStatus=express&consentPolicy=v1&consentPurpose=workshops&propertyId=default"
                                + "&utm_source=a&utm.medium=email&payload.company=Example+Ltd&payload.size=5&color=red")
                        .send();

        assertThat(answer.status()).isEqualTo(303);
        JsonNode submission = stored.ofLead(SUBMISSIONS, email).getFirst();
        assertThat(submission.path("form_name").asText()).isEqualTo("news letter");
        assertThat(submission.path("payload").toString()).isEqualTo("{\"size\":\"5\",\"company\":\"Example Ltd\"}");
        JsonNode event = stored.rows(
                        "SELECT to_jsonb(e)::text FROM events e WHERE id = ?::uuid",
                        submission.path("event_id").asText())
                .getFirst();
        assertThat(event.path("utm_source").asText()).isEqualTo("a");
        assertThat(event.path("utm_medium").asText()).isEqualTo("email");
        assertThat(event.path("referrer_host").asText()).isEqualTo("x.example");
        JsonNode consent = stored.ofLead(CONSENT, email).getFirst();
        assertThat(consent.path("status").asText()).isEqualTo("express");
        assertThat(consent.path("policy_version").asText()).isEqualTo("v1");
        assertThat(consent.path("purpose").asText()).isEqualTo("workshops");
    }

    @Test
    void a_field_that_is_left_empty_counts_as_absent() {
        Call.Answer answer =
                form("&anonId=&formName=&path=&referrer=+&sourceChannel=&consentStatus=&consentPolicy=&consentPurpose="
                                + "&propertyId=&utm_source=&payload.company=&honeypot=")
                        .send();

        assertThat(answer.status()).isEqualTo(303);
        JsonNode submission = stored.ofLead(SUBMISSIONS, email).getFirst();
        assertThat(submission.path("form_name").asText()).isEqualTo("lead_capture");
        assertThat(submission.path("payload").isNull()).isTrue();
        assertThat(readable(Call.form("email=&formName=x"))
                        .send()
                        .json()
                        .path("issues")
                        .findValuesAsText("path"))
                .containsExactly("email");
    }

    @Test
    void three_hundred_unknown_fields_are_ignored_but_three_hundred_payload_fields_are_too_many() {
        assertThat(form(fields("field")).send().status()).isEqualTo(303);
        Call.Answer answer = readable(form(fields("payload."))).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("issues").findValuesAsText("path")).containsExactly("payload");
    }

    private static String fields(String name) {
        return IntStream.range(0, 300).mapToObj(i -> "&" + name + i + "=x").collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource({
        "&email=bo%40example.ca,email",
        "&formName=a&formName=b,formName",
        "&utm_source=a&utm.source=b,utm.source",
        "&formName=%zz,''",
        "&formName=%ff%fe,formName",
        "&formName=a%00b,formName",
        "&consentStatus=withdrawn,consentStatus",
        "&anonId=short,anonId",
        "&propertyId=nowhere,propertyId"
    })
    void an_issue_names_its_field(String more, String field) {
        Call.Answer answer = readable(form(more)).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("issues").findValuesAsText("path")).containsExactly(field);
        assertThat(stored.leads(email)).isEmpty();
    }

    @Test
    void a_form_must_be_in_utf_8_and_not_compressed() {
        for (String type : List.of(
                "application/x-www-form-urlencoded",
                "application/x-www-form-urlencoded;charset=UTF-8",
                "Application/X-WWW-Form-Urlencoded ; charset=\"utf-8\"")) {
            assertThat(form("").header("content-type", type).send().status()).isEqualTo(303);
        }
        assertThat(form("").header("content-type", "application/x-www-form-urlencoded;charset=iso-8859-1")
                        .send()
                        .status())
                .isEqualTo(415);
        assertThat(form("").header("content-encoding", "gzip").send().status()).isEqualTo(415);
        assertThat(form("&formName=" + "x".repeat(70_000)).send().status()).isEqualTo(413);
    }

    @Test
    void no_other_endpoint_accepts_a_form() {
        for (String path : List.of("/v1/events", "/v1/events/batch", "/v1/leads/unsubscribe", "/v1/leads/delete")) {
            assertThat(Call.of("POST", path)
                            .header("x-admin-key", TestService.ADMIN_KEY)
                            .header("content-type", "application/x-www-form-urlencoded")
                            .body("email=" + encoded(email))
                            .send()
                            .status())
                    .isEqualTo(415);
        }
    }

    @Test
    void a_filled_honeypot_is_answered_like_any_form_counted_and_not_stored() {
        String property = stored.newProperty(properties);
        Call.Answer answer = form("&path=%2Fthanks&honeypot=x&propertyId=" + property)
                .header("origin", TestService.ALLOWED_ORIGIN)
                .send();

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("location")).isEqualTo("https://www.example.com/thanks");
        assertThat(answer.header("x-outcome")).isNull();
        StoredRows.await(() -> stored.rejections(property, "leads/capture", "honeypot"), 1L);
        assertThat(stored.leads(email)).isEmpty();
    }

    // --- without an anonId

    @Test
    void a_double_click_without_a_script_is_one_submission_and_one_visitor() {
        List<CompletableFuture<Call.Answer>> clicks = IntStream.range(0, 5)
                .mapToObj(i -> form("&path=%2Fthanks").sendLater())
                .toList();
        clicks.forEach(click -> assertThat(click.join().status()).isEqualTo(303));

        assertThat(stored.ofLead(SUBMISSIONS, email)).hasSize(1);
        assertThat(stored.ofLead(LINKS, email)).hasSize(1);
    }

    @Test
    void two_people_at_one_browser_are_two_visitors() {
        String other = Forms.email();
        form("").send();
        Call.form("email=" + encoded(other)).send();

        assertThat(stored.ofLead(LINKS, email).getFirst().path("visitor_id"))
                .isNotEqualTo(stored.ofLead(LINKS, other).getFirst().path("visitor_id"));
    }
}
