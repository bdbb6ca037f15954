package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which events are duplicates: they are stored once and get the same answer. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventDuplicatesTest {
    @Inject
    StoredRows stored;

    @Inject
    InstantSource clock;

    @Test
    void the_same_beacon_with_a_timestamp_is_stored_once_and_gets_the_same_answer() {
        ObjectNode event = TestEvent.bodyWith("timestamp", clock.millis() - 1_000);
        Call.Answer first = Call.event(event).send();
        Call.Answer second = Call.event(event).send();

        assertThat(first.header("x-outcome")).isEqualTo("stored");
        assertThat(second.header("x-outcome")).isEqualTo("duplicate");
        assertThat(second.text()).isEqualTo(first.text());
        stored.event(event.path("anonId").asText());
    }

    @Test
    void the_same_event_id_is_the_same_event_whatever_else_differs() {
        ObjectNode event = TestEvent.bodyWith("eventId", UUID.randomUUID().toString());
        Call.Answer first = Call.event(event).send();
        event.put("path", "/other").put("eventType", "cta_click").put("timestamp", clock.millis() - 60_000);
        event.put("eventId", event.path("eventId").asText().toUpperCase(Locale.ROOT));
        Call.Answer second = Call.event(event).send();

        assertThat(second.header("x-outcome")).isEqualTo("duplicate");
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(stored.event(event.path("anonId").asText()).path("path").asText())
                .isEqualTo("/pricing");
    }

    @Test
    void events_of_two_visitors_with_the_same_event_id_are_two_events() {
        ObjectNode event = TestEvent.bodyWith("eventId", UUID.randomUUID().toString());
        ObjectNode other = event.deepCopy().put("anonId", "anon-" + UUID.randomUUID());

        assertThat(Call.event(other).send().field("eventId"))
                .isNotEqualTo(Call.event(event).send().field("eventId"));
    }

    @Test
    void a_retry_with_an_implausible_timestamp_is_a_duplicate_too() {
        for (String lie : List.of("1999-12-31T23:59:59Z", "2199-01-01T00:00:00Z")) {
            ObjectNode event = TestEvent.bodyWith("timestamp", lie);
            Call.Answer first = Call.event(event).send();
            Call.Answer second = Call.event(event).send();

            assertThat(second.header("x-outcome")).isEqualTo("duplicate");
            assertThat(second.text()).isEqualTo(first.text());
        }
    }

    static Stream<Map.Entry<String, Object>> identifyingFields() {
        return Stream.of(
                Map.entry("eventType", "cta_click"),
                Map.entry("path", "/other"),
                Map.entry("referrer", "https://example.org/"),
                Map.entry("utm.source", "x"),
                Map.entry("utm.medium", "x"),
                Map.entry("utm.campaign", "x"),
                Map.entry("utm.term", "x"),
                Map.entry("utm.content", "x"),
                Map.entry("traffic.deviceType", "mobile"),
                Map.entry("traffic.countryCode", "CA"),
                Map.entry("traffic.isEntrance", false),
                Map.entry("traffic.isExit", false),
                Map.entry("traffic.isConversion", false),
                Map.entry("traffic.engagedTimeMs", 0),
                Map.entry("traffic.scrollDepthPercent", 0),
                Map.entry("traffic.webVitals.fcpMs", 0),
                Map.entry("traffic.webVitals.lcpMs", 0),
                Map.entry("traffic.webVitals.inpMs", 0),
                Map.entry("traffic.webVitals.ttfbMs", 0),
                Map.entry("traffic.webVitals.clsScore", 0),
                Map.entry("props.a", 1));
    }

    @ParameterizedTest
    @MethodSource("identifyingFields")
    void an_event_that_differs_in_one_field_is_another_event(Map.Entry<String, Object> difference) {
        ObjectNode event = TestEvent.bodyWith("timestamp", clock.millis() - 1_000);
        Call.Answer first = Call.event(event).send();
        TestEvent.put(event, difference.getKey(), difference.getValue());
        Call.Answer second = Call.event(event).send();

        assertThat(second.header("x-outcome")).isEqualTo("stored");
        assertThat(second.field("eventId")).isNotEqualTo(first.field("eventId"));
        assertThat(stored.events(event.path("anonId").asText())).hasSize(2);
    }

    @Test
    void three_hundred_identical_events_at_once_are_stored_once() {
        ObjectNode event = TestEvent.bodyWith("eventId", UUID.randomUUID().toString());
        List<CompletableFuture<Call.Answer>> sent = IntStream.range(0, 300)
                .mapToObj(i -> Call.event(event).sendLater())
                .toList();
        List<Call.Answer> answers = sent.stream().map(CompletableFuture::join).toList();

        assertThat(answers).allMatch(answer -> answer.status() == 202);
        assertThat(answers.stream().map(Call.Answer::text).distinct()).hasSize(1);
        assertThat(answers.stream()
                        .map(answer -> answer.headers().firstValue("x-outcome").orElse("none"))
                        .filter("stored"::equals))
                .hasSize(1);
        stored.event(event.path("anonId").asText());
    }
}
