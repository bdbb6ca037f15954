package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The text fields of an event: their bounds, and values that are not text. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventTextTest {
    private static final String EMOJI = "\uD83D\uDE80";

    @Inject
    EventSender events;

    @Inject
    StoredRows stored;

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("eventType", 1, 64, "event_type"),
                Arguments.of("path", 1, 2048, "path"),
                Arguments.of("referrer", 1, 2048, "referrer"),
                Arguments.of("utm.source", 1, 255, "utm_source"),
                Arguments.of("utm.medium", 1, 255, "utm_medium"),
                Arguments.of("utm.campaign", 1, 255, "utm_campaign"),
                Arguments.of("utm.term", 1, 255, "utm_term"),
                Arguments.of("utm.content", 1, 255, "utm_content"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void text_within_its_bounds_is_stored_as_sent(String field, int least, int most, String column) {
        for (String text : List.of("x".repeat(least), "x".repeat(most), EMOJI.repeat(most))) {
            assertThat(events.accepted(TestEvent.bodyWith(field, text))
                            .path(column)
                            .asText())
                    .isEqualTo(text);
        }
    }

    @ParameterizedTest
    @MethodSource("texts")
    void text_is_trimmed_before_it_is_measured(String field, int least, int most, String column) {
        JsonNode row = events.accepted(TestEvent.bodyWith(field, " \t\n" + "x".repeat(most) + "\u2003 "));

        assertThat(row.path(column).asText()).isEqualTo("x".repeat(most));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void text_beyond_its_bounds_is_refused(String field, int least, int most, String column) {
        String rule = field + ": must be " + least + " to " + most + " characters";
        for (String text : List.of("x".repeat(most + 1), EMOJI.repeat(most + 1), "", "  \t ")) {
            assertThat(events.refused(TestEvent.bodyWith(field, text))).containsExactly(rule);
        }
    }

    @ParameterizedTest
    @MethodSource("texts")
    void a_value_that_is_not_text_is_refused(String field, int least, int most, String column) {
        for (Object wrong : List.of(5, true, List.of("x"), Map.of("x", 1))) {
            assertThat(events.refused(TestEvent.bodyWith(field, wrong))).containsExactly(field + ": must be a string");
        }
    }

    @Test
    void an_anon_id_is_8_to_128_characters_after_trimming() {
        String tail = UUID.randomUUID().toString();
        String eight = tail.substring(0, 8);
        String longest = tail + "x".repeat(128 - tail.length());
        String rockets = tail + EMOJI.repeat(128 - tail.length());
        for (String anonId : List.of(eight, longest, rockets)) {
            Call.Answer answer =
                    Call.event(TestEvent.body("  " + anonId + "\t")).send();

            assertThat(answer.status()).isEqualTo(202);
            assertThat(stored.event(anonId).path("visitor_id").asText()).isEqualTo(answer.field("visitorId"));
        }
        for (String anonId : List.of(
                "", "7777777", " 7777777 ", EMOJI.repeat(7), longest + "x", tail + EMOJI.repeat(129 - tail.length()))) {
            assertThat(events.refused(TestEvent.body(anonId))).containsExactly("anonId: must be 8 to 128 characters");
        }
        assertThat(events.refused(TestEvent.bodyWith("anonId", 12_345_678)))
                .containsExactly("anonId: must be a string");
    }

    @ParameterizedTest
    @ValueSource(strings = {"anonId", "eventType", "path"})
    void a_required_field_that_is_missing_or_null_is_refused(String field) {
        ObjectNode without = TestEvent.body();
        without.remove(field);
        ObjectNode withNull = TestEvent.body();
        withNull.putNull(field);

        assertThat(events.refused(without)).containsExactly(field + ": is required");
        assertThat(events.refused(withNull)).containsExactly(field + ": is required");
    }

    @Test
    void an_optional_field_that_is_null_counts_as_absent() {
        ObjectNode event = TestEvent.body();
        event.putNull("timestamp")
                .putNull("referrer")
                .putNull("utm")
                .putNull("propertyId")
                .putNull("traffic")
                .putNull("eventId")
                .putNull("props")
                .putNull("honeypot");
        JsonNode row = events.accepted(event);

        for (String column : List.of("referrer", "utm_source", "props", "engaged_time_ms", "fcp_ms", "country")) {
            assertThat(row.path(column).isNull()).as(column).isTrue();
        }
        assertThat(row.path("property_id").asText()).isEqualTo("default");
    }

    @Test
    void a_null_inside_an_object_counts_as_absent_too() {
        ObjectNode event = TestEvent.body();
        for (String field : List.of("source", "medium", "campaign", "term", "content")) {
            event.withObject("/utm").putNull(field);
        }
        ObjectNode traffic = event.withObject("/traffic");
        for (String field : List.of(
                "deviceType",
                "countryCode",
                "isEntrance",
                "isExit",
                "isConversion",
                "engagedTimeMs",
                "scrollDepthPercent",
                "propertyId",
                "webVitals")) {
            traffic.putNull(field);
        }
        JsonNode row = events.accepted(event);

        assertThat(row.path("utm_source").isNull()).isTrue();
        assertThat(row.path("device").asText()).isEqualTo("desktop");
        assertThat(row.path("is_conversion").asBoolean()).isFalse();
    }

    @Test
    void unknown_fields_are_ignored() {
        ObjectNode event = TestEvent.bodyWith("utm.id", "x");
        event.put("somethingNew", 5);
        TestEvent.put(event, "traffic.webVitals.fidMs", -1);

        events.accepted(event);
    }

    @ParameterizedTest
    @ValueSource(strings = {"utm", "traffic", "traffic.webVitals", "props"})
    void a_value_that_should_be_an_object_is_refused(String field) {
        for (Object wrong : List.of("x", 5, false, List.of())) {
            assertThat(events.refused(TestEvent.bodyWith(field, wrong))).containsExactly(field + ": must be an object");
        }
    }
}
