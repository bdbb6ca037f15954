package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.property.Properties;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The default limits of forms and of the operator, behind a proxy that names the client. Each test is a client of its own. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.LIMITED))
class LeadLimitsTest {
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    @Inject
    StoredRows stored;

    @Inject
    Properties properties;

    private final String client = "100.64.3." + CLIENTS.incrementAndGet();
    private String property;

    @BeforeEach
    void open() {
        property = stored.newProperty(properties);
    }

    private Call.Answer send(Call call) {
        return call.header("x-forwarded-for", client)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .header("origin", "https://" + property + ".example")
                .send();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/leads/capture,24,leads",
        "/v1/leads/unsubscribe,12,unsubscribe",
        "/v1/leads/unsubscribe/cut-off,12,unsubscribe",
        "/v1/leads/delete,10,lead_delete",
        "/v1/leads/export,10,lead_export"
    })
    void requests_beyond_the_limit_of_a_minute_are_refused(String path, int most, String policy) {
        ObjectNode same = Forms.minimal();
        int passed = 0;
        Call.Answer answer = send(Call.of("POST", path).json(same));
        while (answer.status() != 429) {
            passed++;
            assertThat(passed).isLessThanOrEqualTo(2 * most);
            answer = send(Call.of("POST", path).json(same));
        }

        // The allowance refills while it is used, so a slow machine gets some more.
        assertThat(passed).isBetween(most, most + most / 2);
        assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"rate_limited\"}");
        assertThat(answer.header("ratelimit-policy")).isEqualTo("\"" + policy + "\";q=" + most + ";w=60");
        assertThat(answer.header("ratelimit")).matches("\"" + policy + "\";r=0;t=[1-6]");
        assertThat(answer.header("retry-after")).matches("[1-6]");
        String endpoint = path.substring("/v1/".length()).replace("/cut-off", "");
        StoredRows.await(() -> stored.rejections(property, endpoint, "rate_limited"), 1L);
    }

    @Test
    void unsubscribing_by_address_and_by_link_share_one_limit() {
        int passed = 0;
        while (send(Call.get("/v1/leads/unsubscribe/cut-off")).status() == 404
                && send(Call.of("POST", "/v1/leads/unsubscribe").json(Forms.minimal()))
                                .status()
                        == 200) {
            passed += 2;
        }
        assertThat(passed).isBetween(12, 18);
    }

    @Test
    void the_sixth_address_of_an_hour_is_kept_for_review_and_answered_like_any_other() {
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            addresses.add(Forms.email());
            assertThat(send(Call.capture(Forms.minimal(addresses.getLast()))).status())
                    .isEqualTo(200);
        }
        String sixth = Forms.email();
        Call.Answer kept = send(Call.capture(Forms.minimal(sixth).put("consentStatus", "express")));

        assertThat(kept.status()).isEqualTo(200);
        assertThat(kept.json().path("leadId").asText())
                .isEqualTo(stored.lead(sixth).path("id").asText());
        assertThat(stored.lead(sixth).path("in_review").asBoolean()).isTrue();
        String seventh = Forms.email();
        assertThat(send(Call.form("email=" + seventh)).status()).isEqualTo(303);
        assertThat(stored.lead(seventh).path("in_review").asBoolean()).isTrue();

        assertThat(send(Call.capture(Forms.minimal(addresses.getFirst()).put("formName", "another")))
                        .status())
                .isEqualTo(200);
        for (String address : addresses) {
            assertThat(stored.lead(address).path("in_review").asBoolean()).isFalse();
        }
        String elsewhere = Forms.email();
        assertThat(Call.capture(Forms.minimal(elsewhere))
                        .header("x-forwarded-for", "100.64.4.1")
                        .send()
                        .status())
                .isEqualTo(200);
        assertThat(stored.lead(elsewhere).path("in_review").asBoolean())
                .as("another client")
                .isFalse();
    }

    @Test
    void an_address_whose_form_was_answered_503_is_not_counted() {
        stored.execute("""
                CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$
                """);
        stored.execute("CREATE TRIGGER full_disk BEFORE INSERT ON leads FOR EACH ROW WHEN (NEW.property_id = '"
                + property + "') EXECUTE FUNCTION disk_full()");
        for (int i = 0; i < 5; i++) {
            assertThat(send(Call.capture(Forms.minimal())).status()).isEqualTo(503);
        }
        stored.execute("DROP FUNCTION disk_full CASCADE");

        for (int i = 0; i < 5; i++) {
            String address = Forms.email();
            assertThat(send(Call.capture(Forms.minimal(address))).status()).isEqualTo(200);
            assertThat(stored.lead(address).path("in_review").asBoolean()).isFalse();
        }
        String sixth = Forms.email();
        assertThat(send(Call.capture(Forms.minimal(sixth))).status()).isEqualTo(200);
        assertThat(stored.lead(sixth).path("in_review").asBoolean()).isTrue();
    }

    @Test
    void addresses_with_the_same_hash_code_are_counted_separately() {
        // The texts "a}" and "b^" have the same hash code.
        int reviewed = 0;
        for (int i = 0; i < 16; i++) {
            StringBuilder local = new StringBuilder();
            for (int bit = 3; bit >= 0; bit--) {
                local.append((i >> bit & 1) == 0 ? "a}" : "b^");
            }
            String address = local + "@" + property + ".example";
            assertThat(send(Call.capture(Forms.minimal(address))).status()).isEqualTo(200);
            reviewed += stored.lead(address).path("in_review").asBoolean() ? 1 : 0;
        }

        assertThat(reviewed).isEqualTo(11);
    }

    @Test
    void the_address_of_an_invalid_form_is_not_counted() {
        for (int i = 0; i < 10; i++) {
            assertThat(send(Call.capture(Forms.minimal().put("anonId", "short")))
                            .status())
                    .isEqualTo(400);
        }
        assertThat(send(Call.capture(Forms.minimal())).status()).isEqualTo(200);
    }

    @Test
    void refusals_are_counted_by_endpoint_and_reason() {
        send(Call.capture("{"));
        send(Call.capture(Forms.minimal()).header("content-type", "image/png"));
        send(Call.form("email=%zz"));
        send(Call.form("email=" + "x".repeat(70_000)));
        send(Call.of("POST", "/v1/leads/unsubscribe").json("{}"));

        StoredRows.await(() -> stored.rejections(property, "leads/capture", "invalid_request"), 2L);
        StoredRows.await(() -> stored.rejections(property, "leads/capture", "unsupported_media_type"), 1L);
        StoredRows.await(() -> stored.rejections(property, "leads/capture", "payload_too_large"), 1L);
        StoredRows.await(() -> stored.rejections(property, "leads/unsubscribe", "invalid_request"), 1L);
    }
}
