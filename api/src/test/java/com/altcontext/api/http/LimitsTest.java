package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.property.Properties;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A service with its default limits, behind a proxy that names the client. Each test uses its own client address. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.LIMITED))
class LimitsTest {
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    @Inject
    Sql sql;

    @Inject
    Properties properties;

    private final String client = "203.0.113." + CLIENTS.incrementAndGet();

    @Test
    void the_121st_event_of_a_minute_is_refused_with_retry_after() {
        StoredRows stored = new StoredRows(sql);
        String property = stored.newProperty(properties);
        // The allowance refills during the test, so a slow machine gets a few more requests.
        Call.Answer refused = exhaust(TestEvent.bodyWith("propertyId", property));

        assertThat(refused.text()).isEqualTo("{\"ok\":false,\"error\":\"rate_limited\"}");
        assertThat(Integer.parseInt(refused.headers().firstValue("retry-after").orElseThrow()))
                .isBetween(1, 60);
        assertThat(refused.header("ratelimit-policy")).isEqualTo("\"events\";q=120;w=60");
        assertThat(refused.header("ratelimit")).matches("\"events\";r=0;t=[1-9][0-9]?");
        assertThat(refused.header("content-type")).startsWith("application/json");
    }

    @Test
    void at_least_120_events_pass_and_another_client_is_not_limited() {
        int passed = 0;
        while (send(Call.event(TestEvent.body())).status() == 202) {
            passed++;
        }
        assertThat(passed).isBetween(120, 180);
        assertThat(Call.event(TestEvent.body())
                        .header("x-forwarded-for", "198.51.100.1")
                        .send()
                        .status())
                .isEqualTo(202);
    }

    @Test
    void preflights_are_limited_too_but_do_not_count_as_events() {
        int passed = 0;
        Call.Answer answer = send(Call.of("OPTIONS", "/v1/events"));
        while (answer.status() == 204) {
            passed++;
            answer = send(Call.of("OPTIONS", "/v1/events"));
        }
        assertThat(passed).isGreaterThanOrEqualTo(600);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("ratelimit-policy")).isEqualTo("\"scripts\";q=600;w=60");
        assertThat(send(Call.event(TestEvent.body())).status()).isEqualTo(202);
    }

    @Test
    void invalid_requests_count_too_and_a_rate_limited_one_stores_nothing() {
        for (int i = 0; i < 120; i++) {
            assertThat(send(Call.event("{}")).status()).isIn(400, 429);
        }
        exhaust(TestEvent.body());
        List<ObjectNode> events = hundredEvents();
        Call.Answer answer = send(Call.batch(events));

        assertThat(answer.status()).isEqualTo(429);
        assertThat(new StoredRows(sql).visitors(events.getFirst().path("anonId").asText()))
                .isEmpty();
    }

    @Test
    void a_client_may_send_a_million_bytes_a_minute() {
        StoredRows stored = new StoredRows(sql);
        String property = stored.newProperty(properties);
        String text = "x".repeat(60_000);
        int passed = 0;
        Call.Answer answer = send(Call.event(TestEvent.bodyWith("props.text", text)));
        while (answer.status() == 202) {
            passed++;
            answer = send(Call.event(TestEvent.bodyWith("props.text", text)));
        }

        // The allowance refills during the test, so a slow machine gets a few more requests.
        assertThat(passed).isBetween(16, 60);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"rate_limited\"}");
        assertThat(answer.header("ratelimit-policy")).isEqualTo("\"bytes\";q=1000000;w=60");
        assertThat(answer.header("ratelimit")).matches("\"bytes\";r=[0-9]{1,5};t=[1-4]");
        assertThat(answer.header("retry-after")).matches("[1-4]");
        // Use up the rest too, so that it stays too small for the text even if the machine pauses for seconds.
        ObjectNode rest = TestEvent.bodyWith("props.text", "x".repeat(6_000));
        assertThat(exhaust(rest).header("ratelimit-policy")).isEqualTo("\"bytes\";q=1000000;w=60");
        String origin = "https://" + property + ".example";
        ObjectNode event = TestEvent.bodyWith("props.text", text);
        ObjectNode form = Forms.minimal();
        TestEvent.put(form, "payload.text", text);
        assertThat(send(Call.batch(List.of(event)).header("origin", origin)).status())
                .isEqualTo(429);
        assertThat(send(Call.capture(form).header("origin", origin)).status()).isEqualTo(429);
        assertThat(stored.visitors(event.path("anonId").asText())).isEmpty();
        assertThat(stored.leads(form.path("email").asText())).isEmpty();
        StoredRows.await(() -> stored.rejections(property, "events/batch", "rate_limited"), 1L);
        StoredRows.await(() -> stored.rejections(property, "leads/capture", "rate_limited"), 1L);
        assertThat(Call.event(event)
                        .header("x-forwarded-for", "198.51.100.2")
                        .send()
                        .status())
                .as("another client")
                .isEqualTo(202);
    }

    @Test
    void each_event_of_a_batch_counts() {
        StoredRows stored = new StoredRows(sql);
        String property = stored.newProperty(properties);
        List<ObjectNode> hundred = hundredEvents();
        List<ObjectNode> another = hundredEvents();

        assertThat(send(Call.batch(hundred)).status()).isEqualTo(202);
        Call.Answer refused = send(Call.batch(another).header("origin", "https://" + property + ".example"));

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("retry-after")).isNotNull();
        assertThat(refused.header("ratelimit-policy")).isEqualTo("\"events\";q=120;w=60");
        StoredRows.await(() -> stored.rejections(property, "events/batch", "rate_limited"), 100L);
        stored.event(hundred.getLast().path("anonId").asText());
        for (ObjectNode event : another) {
            assertThat(stored.visitors(event.path("anonId").asText())).isEmpty();
        }
        // The rest of the allowance is enough for a single event.
        assertThat(send(Call.event(TestEvent.body())).status()).isEqualTo(202);
    }

    @Test
    void rate_limited_requests_are_counted_as_rejections() {
        StoredRows stored = new StoredRows(sql);
        String property = stored.newProperty(properties);
        exhaust(TestEvent.body());
        String origin = "https://" + property + ".example";
        int refused = 0;
        while (refused < 5) {
            // The allowance refills, so on a slow machine a request may pass.
            refused += send(Call.batch("[{}]").header("origin", origin)).status() == 429 ? 1 : 0;
        }

        StoredRows.await(() -> stored.rejections(property, "events/batch", "rate_limited"), 5L);
    }

    @Test
    void health_is_never_limited_and_the_openapi_document_is_limited_to_60_requests() {
        for (int i = 0; i < 300; i++) {
            assertThat(send(Call.get("/v1/healthz")).status()).isEqualTo(200);
        }
        int passed = 0;
        Call.Answer answer = send(Call.get("/v1/openapi.yaml"));
        while (answer.status() == 200) {
            passed++;
            answer = send(Call.get("/v1/openapi.yaml"));
        }
        assertThat(answer.status()).isEqualTo(429);
        assertThat(passed).isBetween(60, 90);
        assertThat(answer.header("ratelimit-policy")).isEqualTo("\"documents\";q=60;w=60");
    }

    /** Each cookie is looked up in the database. */
    @Test
    void attempts_with_session_cookies_are_limited() {
        String cookie = "__Host-altcontext-dashboard=" + "A".repeat(43);
        int tried = 0;
        Call.Answer answer = send(Call.get("/v1/metrics/summary").header("cookie", cookie));
        while (answer.status() == 401 && tried < 200) {
            tried++;
            answer = send(Call.get("/v1/metrics/summary").header("cookie", cookie));
        }

        assertThat(tried).isBetween(60, 90);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("ratelimit-policy")).isEqualTo("\"dashboard\";q=60;w=60");
    }

    @Test
    void an_ipv6_client_is_limited_by_its_64_bit_prefix() {
        int passed = 0;
        while (Call.event(TestEvent.body())
                        .header("x-forwarded-for", "2001:db8:0:1:" + Integer.toHexString(passed) + "::1")
                        .send()
                        .status()
                == 202) {
            passed++;
        }
        assertThat(passed).isBetween(120, 180);
        assertThat(Call.event(TestEvent.body())
                        .header("x-forwarded-for", "2001:db8:0:2::1")
                        .send()
                        .status())
                .isEqualTo(202);
    }

    @Test
    void a_client_cannot_change_its_address_with_forged_headers() {
        exhaust(TestEvent.body());
        for (String forged :
                List.of("192.0.2.77, " + client, "garbage, " + client, "192.0.2.77," + client + ",127.0.0.1")) {
            assertThat(Call.batch(hundredEvents())
                            .header("x-forwarded-for", forged)
                            .header("fly-client-ip", "192.0.2.78")
                            .header("x-real-ip", "192.0.2.79")
                            .header("forwarded", "for=192.0.2.80")
                            .send()
                            .status())
                    .as(forged)
                    .isEqualTo(429);
        }
    }

    private Call.Answer send(Call call) {
        return call.header("x-forwarded-for", client).send();
    }

    /** Returns more events than a client without any allowance left may send within the next half minute. */
    private static List<ObjectNode> hundredEvents() {
        return IntStream.range(0, 100).mapToObj(i -> TestEvent.body()).toList();
    }

    /** Sends events until one is refused, and returns the refusal. */
    private Call.Answer exhaust(ObjectNode event) {
        for (int i = 0; i < 1_000; i++) {
            Call.Answer answer = send(Call.event(event));
            if (answer.status() == 429) {
                return answer;
            }
        }
        throw new AssertionError("a thousand events in a row were accepted");
    }
}
