package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.property.Properties;
import com.altcontext.testing.TestEvent;
import com.altcontext.value.KeyedHash;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The outcomes of a valid event: stored, stored as a bot event, or dropped. {@link EventSessionTest} covers its session and source. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventOutcomesTest {
    @Inject
    StoredRows stored;

    @Inject
    Properties properties;

    // --- stored

    @Test
    void an_event_is_stored_before_it_is_answered() {
        ObjectNode event = TestEvent.body();
        Call.Answer answer = Call.event(event).send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("x-outcome")).isEqualTo("stored");
        assertThat(answer.header("content-type")).startsWith("application/json");
        assertThat(fields(answer.json())).containsExactlyInAnyOrder("ok", "eventId", "visitorId", "sessionId");
        assertThat(answer.json().path("ok").booleanValue()).isTrue();
        String anonId = event.path("anonId").asText();
        JsonNode row = stored.event(anonId);
        assertThat(row.path("id").asText()).isEqualTo(answer.field("eventId"));
        assertThat(row.path("visitor_id").asText()).isEqualTo(answer.field("visitorId"));
        assertThat(row.path("session_id").asText()).isEqualTo(answer.field("sessionId"));
        assertThat(row.path("event_type").asText()).isEqualTo("page_view");
        assertThat(row.path("occurred_at")).isEqualTo(row.path("received_at"));
        assertThat(stored.visitors(anonId)).hasSize(1);
        assertThat(stored.sessions(anonId)).hasSize(1);
    }

    @Test
    void address_and_user_agent_are_stored_only_as_keyed_hashes() {
        ObjectNode event = TestEvent.body();
        Call.event(event).send();
        KeyedHash hash = new KeyedHash(TestService.PEPPER);

        JsonNode session = stored.sessions(event.path("anonId").asText()).getFirst();

        assertThat(session.path("ip_hash").asText())
                .isEqualTo("\\x" + HexFormat.of().formatHex(hash.of("127.0.0.1")));
        assertThat(session.path("ua_hash").asText())
                .isEqualTo("\\x" + HexFormat.of().formatHex(hash.of(Call.BROWSER)));
        assertThat(session.toString()).doesNotContain("127.0.0.1", "Mozilla");
    }

    // --- bots

    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl/8.5.0",
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36",
                "python-requests/2.32.0",
                "UptimeRobot/2.0"
            })
    void an_event_with_the_user_agent_of_a_bot_is_stored_as_a_bot_event(String userAgent) {
        ObjectNode event = TestEvent.body();
        Call.Answer answer = Call.event(event).header("user-agent", userAgent).send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("x-outcome")).isEqualTo("bot");
        assertThat(stored.event(event.path("anonId").asText()).path("device").asText())
                .isEqualTo("bot");
    }

    @Test
    void a_crawler_is_a_bot_whatever_it_declares_and_an_http_library_is_what_it_declares() {
        ObjectNode crawled = TestEvent.bodyWith("traffic.deviceType", "desktop");
        Call.event(crawled).header("user-agent", "Googlebot/2.1").send();
        ObjectNode sent = TestEvent.bodyWith("traffic.deviceType", "mobile");
        Call.Answer answer = Call.event(sent).header("user-agent", "curl/8.5.0").send();

        assertThat(stored.event(crawled.path("anonId").asText()).path("device").asText())
                .isEqualTo("bot");
        assertThat(answer.header("x-outcome")).isEqualTo("stored");
        assertThat(stored.event(sent.path("anonId").asText()).path("device").asText())
                .isEqualTo("mobile");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
                "mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "mobile | Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
                "tablet | Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
            })
    void the_device_is_read_from_the_user_agent(String device, String userAgent) {
        ObjectNode event = TestEvent.body();
        Call.event(event).header("user-agent", userAgent).send();

        assertThat(stored.event(event.path("anonId").asText()).path("device").asText())
                .isEqualTo(device);
    }

    // --- dropped

    static Stream<Object> filledHoneypots() {
        return Stream.of("http://spam.example", "0", 1, 0, true, false, List.of(), List.of("x"), Map.of());
    }

    @ParameterizedTest
    @MethodSource("filledHoneypots")
    void a_filled_honeypot_drops_the_event(Object honeypot) {
        String property = stored.newProperty(properties);
        ObjectNode event = TestEvent.bodyWith("honeypot", honeypot);
        Call.Answer answer = Call.event(event)
                .header("origin", "https://" + property + ".example")
                .send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text()).isEqualTo("{\"ok\":true}");
        assertThat(answer.header("x-outcome")).isEqualTo("dropped");
        StoredRows.await(() -> stored.rejections(property, "events", "honeypot"), 1L);
        assertThat(stored.visitors(event.path("anonId").asText())).isEmpty();
    }

    @Test
    void an_engagement_without_a_session_is_dropped_and_counted() {
        String property = stored.newProperty(properties);
        ObjectNode event = TestEvent.bodyWith("eventType", "engagement").put("propertyId", property);
        Call.Answer answer = Call.event(event).send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text()).isEqualTo("{\"ok\":true}");
        assertThat(answer.header("x-outcome")).isEqualTo("dropped");
        StoredRows.await(() -> stored.rejections(property, "events", "engagement_without_session"), 1L);
        assertThat(stored.visitors(event.path("anonId").asText())).isEmpty();

        ObjectNode visit = TestEvent.body().put("propertyId", property);
        String anonId = visit.path("anonId").asText();
        ObjectNode later = TestEvent.body(anonId).put("propertyId", property).put("eventType", "engagement");
        Call.Answer batch =
                Call.batch("[" + event + "," + visit + "," + later + "]").send();
        assertThat(batch.json().path("results"))
                .extracting(result -> result.path("outcome").asText())
                .containsExactly("dropped", "stored", "stored");
        StoredRows.await(() -> stored.rejections(property, "events/batch", "engagement_without_session"), 1L);
        assertThat(stored.sessions(anonId)).hasSize(1);
    }

    @Test
    void the_host_of_the_page_is_stored() {
        ObjectNode named = TestEvent.bodyWith("hostname", "Shop.Example.CA");
        Call.event(named).header("origin", "https://www.example.ca").send();
        ObjectNode unnamed = TestEvent.body();
        Call.event(unnamed).header("origin", "https://www.example.ca").send();

        assertThat(stored.event(named.path("anonId").asText()).path("hostname").asText())
                .isEqualTo("shop.example.ca");
        assertThat(stored.sessions(unnamed.path("anonId").asText())
                        .getFirst()
                        .path("hostname")
                        .asText())
                .isEqualTo("www.example.ca");
    }

    @Test
    void an_invalid_event_with_a_filled_honeypot_gets_no_issues() {
        Call.Answer answer = Call.event("{\"honeypot\":\"x\"}").send();

        assertThat(answer.text()).isEqualTo("{\"ok\":true}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"   \"", "\"\\t\\n\"", "null"})
    void an_event_with_a_blank_honeypot_is_stored(String honeypot) {
        String event = TestEvent.body().toString();
        Call.Answer answer = Call.event(event.substring(0, event.length() - 1) + ",\"honeypot\":" + honeypot + "}")
                .send();

        assertThat(answer.header("x-outcome")).isEqualTo("stored");
    }

    @ParameterizedTest
    @CsvSource({"sec-gpc", "dnt"})
    void a_privacy_signal_has_no_effect_by_default(String header) {
        assertThat(Call.event(TestEvent.body()).header(header, "1").send().header("x-outcome"))
                .isEqualTo("stored");
    }

    // --- events that only the database refuses

    @Test
    void an_event_that_the_database_refuses_is_an_internal_error_that_does_not_mention_sql() {
        stored.execute("ALTER TABLE events ADD CONSTRAINT poison CHECK (path <> '/poison') NOT VALID");
        try {
            ObjectNode bad = TestEvent.bodyWith("path", "/poison");
            ObjectNode good = TestEvent.body();
            Call.Answer batch = Call.batch(List.of(good, bad, TestEvent.body())).send();

            Call.Answer answer = Call.event(bad).send();

            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"internal_error\"}");
            assertThat(batch.status()).isEqualTo(202);
            assertThat(batch.json().at("/results/0/outcome").asText()).isEqualTo("stored");
            assertThat(batch.json().at("/results/1").toString())
                    .isEqualTo("{\"ok\":false,\"error\":\"internal_error\"}");
            assertThat(batch.json().at("/results/2/outcome").asText()).isEqualTo("stored");
            stored.event(good.path("anonId").asText());
            assertThat(stored.visitors(bad.path("anonId").asText())).isEmpty();
        } finally {
            stored.execute("ALTER TABLE events DROP CONSTRAINT poison");
        }
    }

    private static List<String> fields(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }
}
