package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.property.Properties;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which property an event belongs to. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventPropertyTest {
    @Inject
    StoredRows stored;

    @Inject
    Properties properties;

    @BeforeEach
    void knownProperties() {
        stored.execute("""
                INSERT INTO properties (id, name, domains) VALUES
                    ('shop', 'Shop', '{shop.example.com,www.shop.example.com}'),
                    ('blog', 'Blog', '{blog.example.com}')
                ON CONFLICT DO NOTHING
                """);
        properties.refresh();
    }

    @ParameterizedTest
    @CsvSource({
        // propertyId, traffic.propertyId, Origin, Referer, expected
        ",,,,default",
        "shop,,,,shop",
        "' shop ',,,,shop",
        ",shop,,,shop",
        "shop,blog,,,shop",
        "default,,https://shop.example.com,,default",
        "blog,,https://shop.example.com,,blog",
        ",,https://shop.example.com,,shop",
        ",,http://SHOP.example.com:8443,,shop",
        ",,https://www.shop.example.com,,shop",
        ",,https://evil-shop.example.com,,default",
        ",,https://shop.example.com.evil.com,,default",
        ",,https://unknown.example,,default",
        ",,,https://shop.example.com/page?x=1,shop",
        ",,https://blog.example.com,https://shop.example.com/page,blog",
        ",,null,,default",
        ",,null,https://shop.example.com/page,shop",
        ",,garbage,,default"
    })
    void the_property_is_the_named_one_or_that_of_the_page_or_default(
            @Nullable String named,
            @Nullable String inTraffic,
            @Nullable String origin,
            @Nullable String referer,
            String expected) {
        ObjectNode event = TestEvent.body();
        if (named != null) {
            event.put("propertyId", named);
        }
        if (inTraffic != null) {
            TestEvent.put(event, "traffic.propertyId", inTraffic);
        }
        Call call = Call.event(event);
        if (origin != null) {
            call.header("origin", origin);
        }
        if (referer != null) {
            call.header("referer", referer);
        }

        assertThat(call.send().status()).isEqualTo(202);
        String anonId = event.path("anonId").asText();
        assertThat(stored.event(anonId).path("property_id").asText()).isEqualTo(expected);
        assertThat(stored.visitors(anonId).getFirst().path("property_id").asText())
                .isEqualTo(expected);
        assertThat(stored.sessions(anonId).getFirst().path("property_id").asText())
                .isEqualTo(expected);
    }

    static Stream<Object> unknown() {
        return Stream.of(
                "unknown", "", " ", "Shop", "shop ' --", "x".repeat(5_000), 5, true, List.of("shop"), Map.of());
    }

    @ParameterizedTest
    @MethodSource("unknown")
    void an_unknown_property_is_refused(Object propertyId) {
        for (String field : List.of("propertyId", "traffic.propertyId")) {
            Call.Answer answer =
                    Call.event(TestEvent.bodyWith(field, propertyId)).send();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("issues").findValuesAsText("path")).containsExactly(field);
            assertThat(answer.json().at("/issues/0/message").asText()).isEqualTo("is not a known property");
        }
    }

    @Test
    void one_anon_id_on_two_properties_is_two_visitors() {
        ObjectNode event = TestEvent.bodyWith("propertyId", "shop");
        ObjectNode other = event.deepCopy().put("propertyId", "blog");
        String shop = Call.event(event).send().field("visitorId");
        String blog = Call.event(other).send().field("visitorId");

        assertThat(shop).isNotEqualTo(blog);
        assertThat(stored.visitors(event.path("anonId").asText())).hasSize(2);
    }

    @Test
    void a_referrer_on_the_propertys_domain_is_internal() {
        ObjectNode event = TestEvent.bodyWith("referrer", "https://shop.example.com/before");
        event.put("propertyId", "shop");
        Call.event(event).send();

        assertThat(stored.event(event.path("anonId").asText())
                        .path("traffic_source")
                        .asText())
                .isEqualTo("internal");
    }

    @Test
    void refused_and_dropped_events_are_counted_for_their_property() {
        String site = stored.newProperty(properties);
        String named = stored.newProperty(properties);
        String origin = "https://" + site + ".example";
        String honeypot = "{\"propertyId\":\"%s\",\"honeypot\":\"x\"}".formatted(named);
        Call.event("{}").header("origin", origin).send();
        Call.event("x")
                .header("origin", origin)
                .header("content-type", "text/html")
                .send();
        Call.event("x")
                .header("referer", origin + "/page")
                .without("content-type")
                .send();
        Call.event("x".repeat(70_000)).header("referer", origin + "/page").send();
        Call.event("{\"propertyId\":\"%s\"}".formatted(named))
                .header("origin", origin)
                .send();
        Call.event(honeypot).header("origin", origin).send();
        Call.batch("[]").header("origin", origin).send();
        Call.batch("[" + honeypot + ",{}]").header("origin", origin).send();

        StoredRows.await(
                () -> counts(site),
                Map.of(
                        "events invalid_request", 1L,
                        "events unsupported_media_type", 2L,
                        "events payload_too_large", 1L,
                        "events/batch invalid_request", 2L));
        StoredRows.await(
                () -> counts(named),
                Map.of(
                        "events invalid_request", 1L,
                        "events honeypot", 1L,
                        "events/batch honeypot", 1L));
    }

    private Map<String, Long> counts(String property) {
        Map<String, Long> counts = new HashMap<>();
        stored.rows("SELECT to_jsonb(r)::text FROM ingest_rejections r WHERE property_id = ?", property)
                .forEach(row -> counts.put(
                        row.path("endpoint").asText() + ' ' + row.path("reason").asText(),
                        row.path("count").asLong()));
        return counts;
    }

    @Test
    void a_new_property_is_known_without_a_restart() {
        stored.execute("INSERT INTO properties (id, name) VALUES ('added', 'Added') ON CONFLICT DO NOTHING");

        StoredRows.await(
                () -> Call.event(TestEvent.bodyWith("propertyId", "added"))
                        .send()
                        .status(),
                202);
    }
}
