package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the fields of {@code POST /v1/events}: what is stored, and what is answered when a rule is broken. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventFieldsTest {
    private static final String EMOJI = "\uD83D\uDE80";

    @Inject
    Sql sql;

    private EventSender events;
    private StoredRows stored;

    @BeforeEach
    void open() {
        events = new EventSender(sql);
        stored = new StoredRows(sql);
    }

    // --- text

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
    void an_optional_field_that_is_null_is_absent() {
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
    void null_inside_an_object_is_absent_too() {
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

    // --- flags and words

    @ParameterizedTest
    @ValueSource(strings = {"traffic.isEntrance", "traffic.isExit", "traffic.isConversion"})
    void a_flag_is_true_or_false_and_nothing_else(String field) {
        events.accepted(TestEvent.bodyWith(field, true));
        events.accepted(TestEvent.bodyWith(field, false));
        for (Object wrong : List.of("true", 1, 0, List.of(), Map.of())) {
            assertThat(events.refused(TestEvent.bodyWith(field, wrong)))
                    .containsExactly(field + ": must be true or false");
        }
    }

    @Test
    void an_event_is_a_conversion_if_it_says_so_and_a_submitted_form_always() {
        ObjectNode form = TestEvent.bodyWith("traffic.isConversion", false);
        form.put("eventType", "form_submit");

        assertThat(events.accepted(form).path("is_conversion").asBoolean()).isTrue();
        assertThat(events.accepted(TestEvent.bodyWith("traffic.isConversion", true))
                        .path("is_conversion")
                        .asBoolean())
                .isTrue();
        assertThat(events.accepted(TestEvent.bodyWith("traffic.isConversion", false))
                        .path("is_conversion")
                        .asBoolean())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"desktop", "mobile", "tablet", "bot", "unknown"})
    void a_declared_device_is_stored(String device) {
        assertThat(events.accepted(TestEvent.bodyWith("traffic.deviceType", device))
                        .path("device")
                        .asText())
                .isEqualTo(device);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Desktop", "phone", "desktop,mobile", "smart tv"})
    void a_device_that_is_not_known_is_refused(String device) {
        assertThat(events.refused(TestEvent.bodyWith("traffic.deviceType", device)))
                .containsExactly("traffic.deviceType: must be desktop, mobile, tablet, bot or unknown");
    }

    @ParameterizedTest
    @CsvSource({"CA,CA", "ca,CA", "' fr ',FR"})
    void a_declared_country_is_stored_in_upper_case(String sent, String expected) {
        assertThat(events.accepted(TestEvent.bodyWith("traffic.countryCode", sent))
                        .path("country")
                        .asText())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "CAN", "C1", "ÄÖ", "", "C\u0307"})
    void a_country_that_is_not_two_letters_is_refused(String country) {
        assertThat(events.refusedPaths(TestEvent.bodyWith("traffic.countryCode", country)))
                .containsExactly("traffic.countryCode");
    }

    @Test
    void without_a_country_file_and_a_declared_country_there_is_none() {
        assertThat(events.accepted(TestEvent.body()).path("country").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "0123456789abcdef0123456789abcdef",
                "{3f2504e0-4f89-41d3-9a0c-0305e82c3301}",
                "3f2504e0-4f89-41d3-9a0c-0305e82c330g",
                "3f2504e04-f89-41d3-9a0c-0305e82c3301",
                "3f2504e0-4f89-41d3-9a0c-0305e82c33011"
            })
    void an_event_id_that_is_no_uuid_is_refused(String eventId) {
        assertThat(events.refusedPaths(TestEvent.bodyWith("eventId", eventId))).containsExactly("eventId");
    }

    // --- props

    @Test
    void props_are_stored_as_they_are() {
        Map<String, Object> props = Map.of(
                "text",
                "ü " + EMOJI,
                "number",
                12.5,
                "flag",
                true,
                "list",
                List.of(1, "two", Map.of()),
                "",
                "an empty key",
                "deep",
                Map.of("er", Map.of("est", "x")));

        JsonNode row = events.accepted(TestEvent.bodyWith("props", props));

        assertThat(row.path("props")).isEqualTo(Call.JSON.valueToTree(props));
    }

    @Test
    void props_hold_256_keys_at_most_those_of_nested_objects_included() {
        assertThat(events.accepted(TestEvent.bodyWith("props", keys(256)))
                        .path("props")
                        .size())
                .isEqualTo(256);
        events.accepted(TestEvent.bodyWith("props", Map.of("a", List.of(keys(127), keys(128)))));

        String rule = "props: must not hold more than 256 keys";
        assertThat(events.refused(TestEvent.bodyWith("props", keys(257)))).containsExactly(rule);
        assertThat(events.refused(TestEvent.bodyWith("props", Map.of("a", List.of(keys(128), keys(128))))))
                .containsExactly(rule);
    }

    private static ObjectNode keys(int count) {
        ObjectNode object = Call.JSON.createObjectNode();
        for (int i = 0; i < count; i++) {
            object.put("k" + i, i);
        }
        return object;
    }

    // --- several

    @Test
    void all_issues_come_in_one_answer_with_dotted_paths() {
        String body = """
                {"anonId": "short", "eventType": "", "timestamp": "never", "referrer": 5,
                 "utm": {"source": "%s", "term": []},
                 "traffic": {"deviceType": "phone", "countryCode": "CAN", "isExit": "no", "engagedTimeMs": -1,
                             "webVitals": {"lcpMs": 120001, "clsScore": "high"}},
                 "eventId": "1", "props": [], "propertyId": "unknown"}
                """.formatted("x".repeat(256));

        assertThat(events.refusedPaths(body))
                .containsExactlyInAnyOrder(
                        "anonId",
                        "eventType",
                        "path",
                        "timestamp",
                        "referrer",
                        "utm.source",
                        "utm.term",
                        "traffic.deviceType",
                        "traffic.countryCode",
                        "traffic.isExit",
                        "traffic.engagedTimeMs",
                        "traffic.webVitals.lcpMs",
                        "traffic.webVitals.clsScore",
                        "eventId",
                        "props",
                        "propertyId");
    }

    @Test
    void an_issue_names_the_rule_and_never_the_value() {
        Call.Answer answer = Call.event(TestEvent.bodyWith("traffic.deviceType", "my-secret"))
                .send();

        assertThat(answer.text()).doesNotContain("my-secret");
    }
}
