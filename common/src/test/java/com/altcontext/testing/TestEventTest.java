package com.altcontext.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.Utm;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TestEventTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void a_body_has_only_the_fields_that_were_set() {
        assertThat(TestEvent.at("visitor-0001", NOW).json())
                .hasToString("{\"anonId\":\"visitor-0001\",\"eventType\":\"page_view\",\"path\":\"/\"}");
    }

    @Test
    void a_body_has_all_fields_that_were_set() {
        TestEvent event = TestEvent.at("visitor-0001", NOW)
                .property("docs")
                .type("plan \"pro\"")
                .timestamp(NOW)
                .eventId(new UUID(0, 1))
                .utm(new Utm("letter", null, "spring", null, null))
                .converting()
                .lcp(1200)
                .props("{\"a\":1}");

        assertThat(event.json()).hasToString("""
                        {"propertyId":"docs","anonId":"visitor-0001","eventType":"plan \\"pro\\"","path":"/",\
                        "timestamp":"2026-03-01T12:00:00Z","eventId":"00000000-0000-0000-0000-000000000001",\
                        "utm":{"source":"letter","campaign":"spring"},\
                        "traffic":{"isConversion":true,"webVitals":{"lcpMs":1200.0}},"props":{"a":1}}""");
    }

    @Test
    void a_change_leaves_the_original_unchanged() {
        TestEvent first = TestEvent.at("visitor-0001", NOW);
        assertThat(first.path("/two").event().beacon().path()).isEqualTo("/two");
        assertThat(first.event().beacon().path()).isEqualTo("/");
    }

    @Test
    void a_body_takes_any_value_at_a_dotted_path() {
        ObjectNode body = TestEvent.bodyWith("traffic.webVitals.lcpMs", "slow");
        TestEvent.put(body, "anonId", 5);
        TestEvent.put(body, "traffic.isExit", true);

        assertThat(body).hasToString("""
                        {"anonId":5,"eventType":"page_view","path":"/pricing",\
                        "traffic":{"webVitals":{"lcpMs":"slow"},"isExit":true}}""");
    }
}
