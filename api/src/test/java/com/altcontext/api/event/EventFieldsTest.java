package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules for the fields of {@code POST /v1/events}: what is stored, and the answer to a broken rule. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventFieldsTest {
    private static final String EMOJI = "\uD83D\uDE80";

    @Inject
    EventSender events;

    // --- flags, enums and ids

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
    void an_event_is_a_conversion_if_it_says_so_and_a_form_submit_always_is() {
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
    void an_unknown_device_is_refused(String device) {
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
    void an_event_has_no_country_without_a_country_file_and_a_declared_country() {
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
    void an_event_id_that_is_not_a_uuid_is_refused(String eventId) {
        assertThat(events.refused(TestEvent.bodyWith("eventId", eventId))).containsExactly("eventId: must be a UUID");
    }

    // --- props

    @Test
    void props_are_stored_as_sent() {
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
    void props_have_at_most_256_keys_including_those_of_nested_objects() {
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

    // --- several issues

    @Test
    void one_answer_lists_all_issues_with_dotted_paths() {
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
