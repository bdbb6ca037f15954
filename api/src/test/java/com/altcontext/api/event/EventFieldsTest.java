package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Stored;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

/** The rules of each field of {@code POST /v1/events}: what is stored of it, and what is said when one is broken. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventFieldsTest {
    private static final String EMOJI = "\uD83D\uDE80";

    @Inject
    Sql sql;

    @Inject
    InstantSource clock;

    private Stored stored;

    @BeforeEach
    void rows() {
        stored = new Stored(sql);
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
            assertThat(accepted(TestEvent.bodyWith(field, text)).path(column).asText())
                    .isEqualTo(text);
        }
    }

    @ParameterizedTest
    @MethodSource("texts")
    void text_is_trimmed_before_it_is_measured(String field, int least, int most, String column) {
        JsonNode row = accepted(TestEvent.bodyWith(field, " \t\n" + "x".repeat(most) + "\u2003 "));

        assertThat(row.path(column).asText()).isEqualTo("x".repeat(most));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void text_beyond_its_bounds_is_refused(String field, int least, int most, String column) {
        String rule = field + ": must be " + least + " to " + most + " characters";
        for (String text : List.of("x".repeat(most + 1), EMOJI.repeat(most + 1), "", "  \t ")) {
            assertThat(refused(TestEvent.bodyWith(field, text))).containsExactly(rule);
        }
    }

    @ParameterizedTest
    @MethodSource("texts")
    void what_is_no_text_is_refused(String field, int least, int most, String column) {
        for (Object wrong : List.of(5, true, List.of("x"), Map.of("x", 1))) {
            assertThat(refused(TestEvent.bodyWith(field, wrong))).containsExactly(field + ": must be a string");
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
            assertThat(refused(TestEvent.body(anonId))).containsExactly("anonId: must be 8 to 128 characters");
        }
        assertThat(refused(TestEvent.bodyWith("anonId", 12_345_678))).containsExactly("anonId: must be a string");
    }

    @ParameterizedTest
    @ValueSource(strings = {"anonId", "eventType", "path"})
    void a_required_field_that_is_missing_or_null_is_refused(String field) {
        ObjectNode without = TestEvent.body();
        without.remove(field);
        ObjectNode withNull = TestEvent.body();
        withNull.putNull(field);

        assertThat(refused(without)).containsExactly(field + ": is required");
        assertThat(refused(withNull)).containsExactly(field + ": is required");
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
        JsonNode row = accepted(event);

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
        JsonNode row = accepted(event);

        assertThat(row.path("utm_source").isNull()).isTrue();
        assertThat(row.path("device").asText()).isEqualTo("desktop");
        assertThat(row.path("is_conversion").asBoolean()).isFalse();
    }

    @Test
    void fields_that_nobody_knows_are_ignored() {
        ObjectNode event = TestEvent.bodyWith("utm.id", "x");
        event.put("somethingNew", 5);
        TestEvent.put(event, "traffic.webVitals.fidMs", -1);

        accepted(event);
    }

    @ParameterizedTest
    @ValueSource(strings = {"utm", "traffic", "traffic.webVitals", "props"})
    void what_should_be_an_object_and_is_not_is_refused(String field) {
        for (Object wrong : List.of("x", 5, false, List.of())) {
            assertThat(refused(TestEvent.bodyWith(field, wrong))).containsExactly(field + ": must be an object");
        }
    }

    // --- numbers

    static Stream<Arguments> numbers() {
        return Stream.of(
                Arguments.of("traffic.engagedTimeMs", 86_400_000, "engaged_time_ms"),
                Arguments.of("traffic.scrollDepthPercent", 100, "scroll_depth_percent"),
                Arguments.of("traffic.webVitals.fcpMs", 120_000, "fcp_ms"),
                Arguments.of("traffic.webVitals.lcpMs", 120_000, "lcp_ms"),
                Arguments.of("traffic.webVitals.inpMs", 120_000, "inp_ms"),
                Arguments.of("traffic.webVitals.ttfbMs", 120_000, "ttfb_ms"),
                Arguments.of("traffic.webVitals.clsScore", 10, "cls_score"));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void a_number_within_its_bounds_is_stored_also_from_a_string(String field, int most, String column) {
        Map<Object, Double> asStored = Map.of(
                0, 0.0, most, (double) most, String.valueOf(most), (double) most, " 7 ", 7.0, "1e1", 10.0, "+2.0", 2.0);
        asStored.forEach((sent, expected) -> assertThat(
                        accepted(TestEvent.bodyWith(field, sent)).path(column).asDouble())
                .as("%s as %s", field, sent)
                .isEqualTo(expected));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void a_number_beyond_its_bounds_is_refused(String field, int most, String column) {
        for (Object wrong : List.of(
                -1,
                -0.000001,
                "-1",
                "",
                " ",
                "many",
                "0x10",
                "1,5",
                "1e400",
                "NaN",
                "Infinity",
                "1e",
                "--1",
                "٣",
                true,
                List.of(1),
                Map.of())) {
            assertThat(refused(TestEvent.bodyWith(field, wrong)))
                    .as("%s as %s", field, wrong)
                    .containsExactly(field + ": must be a number from 0 to " + most);
        }
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void a_number_that_is_too_great_is_refused_but_for_a_page_that_is_pulled_beyond_its_end(
            String field, int most, String column) {
        for (Object beyond : List.of(most + 1, most + 0.000001, String.valueOf(most + 1), "1e99", 1e300)) {
            ObjectNode event = TestEvent.bodyWith(field, beyond);
            if (field.equals("traffic.scrollDepthPercent")) {
                assertThat(accepted(event).path(column).asDouble()).isEqualTo(100);
            } else {
                assertThat(refused(event)).containsExactly(field + ": must be a number from 0 to " + most);
            }
        }
    }

    @Test
    void a_fraction_of_a_web_vital_is_kept() {
        JsonNode row = accepted(TestEvent.bodyWith("traffic.webVitals.clsScore", 0.125));

        assertThat(row.path("cls_score").asDouble()).isEqualTo(0.125);
    }

    // --- flags and words

    @ParameterizedTest
    @ValueSource(strings = {"traffic.isEntrance", "traffic.isExit", "traffic.isConversion"})
    void a_flag_is_true_or_false_and_nothing_else(String field) {
        accepted(TestEvent.bodyWith(field, true));
        accepted(TestEvent.bodyWith(field, false));
        for (Object wrong : List.of("true", 1, 0, List.of(), Map.of())) {
            assertThat(refused(TestEvent.bodyWith(field, wrong))).containsExactly(field + ": must be true or false");
        }
    }

    @Test
    void a_conversion_is_what_says_so_and_every_submitted_form() {
        ObjectNode form = TestEvent.bodyWith("traffic.isConversion", false);
        form.put("eventType", "form_submit");

        assertThat(accepted(form).path("is_conversion").asBoolean()).isTrue();
        assertThat(accepted(TestEvent.bodyWith("traffic.isConversion", true))
                        .path("is_conversion")
                        .asBoolean())
                .isTrue();
        assertThat(accepted(TestEvent.bodyWith("traffic.isConversion", false))
                        .path("is_conversion")
                        .asBoolean())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"desktop", "mobile", "tablet", "bot", "unknown"})
    void a_declared_device_is_stored(String device) {
        assertThat(accepted(TestEvent.bodyWith("traffic.deviceType", device))
                        .path("device")
                        .asText())
                .isEqualTo(device);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Desktop", "phone", "desktop,mobile", "smart tv"})
    void a_device_that_is_not_known_is_refused(String device) {
        assertThat(refused(TestEvent.bodyWith("traffic.deviceType", device)))
                .containsExactly("traffic.deviceType: must be desktop, mobile, tablet, bot or unknown");
    }

    @ParameterizedTest
    @CsvSource({"CA,CA", "ca,CA", "' fr ',FR"})
    void a_declared_country_is_stored_in_upper_case(String sent, String expected) {
        assertThat(accepted(TestEvent.bodyWith("traffic.countryCode", sent))
                        .path("country")
                        .asText())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "CAN", "C1", "ÄÖ", "", "C\u0307"})
    void a_country_that_is_not_two_letters_is_refused(String country) {
        assertThat(refusedPaths(TestEvent.bodyWith("traffic.countryCode", country)))
                .containsExactly("traffic.countryCode");
    }

    @Test
    void without_a_country_file_and_a_declared_country_there_is_none() {
        assertThat(accepted(TestEvent.body()).path("country").isNull()).isTrue();
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
        assertThat(refusedPaths(TestEvent.bodyWith("eventId", eventId))).containsExactly("eventId");
    }

    // --- timestamp

    /** Ways to write a moment, each to the second. */
    Stream<Map.Entry<Object, Instant>> moments() {
        Instant moment = clock.instant()
                .minus(Duration.ofHours(26))
                .truncatedTo(ChronoUnit.SECONDS)
                .plusMillis(250);
        OffsetDateTime utc = moment.atOffset(ZoneOffset.UTC);
        OffsetDateTime india = moment.atOffset(ZoneOffset.ofHoursMinutes(5, 30));
        Instant minute = moment.truncatedTo(ChronoUnit.MINUTES);
        LocalDate day = LocalDate.ofInstant(moment, ZoneOffset.UTC);
        return Stream.of(
                Map.entry(moment.toEpochMilli(), moment),
                Map.entry(moment.toEpochMilli() + 0.75, moment),
                Map.entry(String.valueOf(moment.toEpochMilli()), moment),
                Map.entry(" " + moment.toEpochMilli() + " ", moment),
                Map.entry(moment.toString(), moment),
                Map.entry(moment.toString().toLowerCase(Locale.ROOT), moment),
                Map.entry(india.toString(), moment),
                Map.entry(india.format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxx")), moment),
                Map.entry(
                        moment.atOffset(ZoneOffset.ofHours(-3))
                                .format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSx")),
                        moment),
                Map.entry(utc.toLocalDateTime().toString(), moment),
                Map.entry(utc.format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm'Z'")), minute),
                Map.entry(utc.format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm")), minute),
                Map.entry(day.toString(), day.atStartOfDay().toInstant(ZoneOffset.UTC)));
    }

    @Test
    void a_timestamp_is_read_in_each_of_its_forms_and_without_a_zone_it_is_utc() {
        moments().forEach(moment -> {
            JsonNode row = accepted(TestEvent.bodyWith("timestamp", moment.getKey()));

            assertThat(time(row, "occurred_at")).as("%s", moment.getKey()).isEqualTo(moment.getValue());
        });
    }

    @Test
    void a_timestamp_that_can_be_right_is_kept() {
        for (Duration off : List.of(
                Duration.ofMinutes(4),
                Duration.ofMinutes(-5),
                Duration.ofDays(-7).plusMinutes(1))) {
            Instant sent = clock.instant().plus(off).truncatedTo(ChronoUnit.MILLIS);
            JsonNode row = accepted(TestEvent.bodyWith("timestamp", sent.toString()));

            assertThat(time(row, "occurred_at")).isEqualTo(sent);
            assertThat(row.path("day").asText())
                    .isEqualTo(LocalDate.ofInstant(sent, ZoneOffset.UTC).toString());
        }
    }

    @Test
    void a_timestamp_too_far_ahead_or_back_is_replaced_by_the_time_of_receipt() {
        Instant now = clock.instant();
        for (Object sent : List.of(
                now.plus(Duration.ofMinutes(6)).toString(),
                now.minus(Duration.ofDays(7)).minus(Duration.ofMinutes(1)).toEpochMilli(),
                0,
                -1,
                8_640_000_000_000_000L,
                -8_640_000_000_000_000L,
                "9999-12-31T23:59:59Z",
                "0001-01-01")) {
            JsonNode row = accepted(TestEvent.bodyWith("timestamp", sent));

            assertThat(time(row, "occurred_at")).as("%s", sent).isEqualTo(time(row, "received_at"));
            assertThat(time(row, "received_at")).isAfterOrEqualTo(now.truncatedTo(ChronoUnit.MILLIS));
        }
    }

    static Stream<Object> unreadableTimes() {
        return Stream.of(
                "",
                "yesterday",
                "2026-13-01",
                "2026-02-30",
                "2026-02-29T12:00:00Z",
                "2026-06-31T12:00:00Z",
                "2026-01-01T25:00:00Z",
                "2026-01-01T00:61:00Z",
                "2026-01-01 00:00:00",
                "2026-01-01T00:00:00+99:00",
                "2026-01-01T00:00:00Z[UTC]",
                "2026-01-01T00:00:00ZZ",
                "2026-01-01T00:00:00+05:30+0530",
                "20260101T000000Z",
                "2026-W01-1",
                "12345",
                "99999999999999999999",
                "+999999999-12-31T23:59:59Z",
                "2026-01-01T00:00:00." + "0".repeat(60) + "Z",
                8_640_000_000_000_001L,
                1e300,
                true,
                List.of(),
                Map.of());
    }

    @ParameterizedTest
    @MethodSource("unreadableTimes")
    void a_timestamp_that_cannot_be_read_is_refused(Object sent) {
        assertThat(refused(TestEvent.bodyWith("timestamp", sent)))
                .containsExactly("timestamp: must be an ISO-8601 time or milliseconds since 1970");
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

        JsonNode row = accepted(TestEvent.bodyWith("props", props));

        assertThat(row.path("props")).isEqualTo(Call.JSON.valueToTree(props));
    }

    @Test
    void props_hold_256_keys_at_most_those_of_nested_objects_included() {
        assertThat(accepted(TestEvent.bodyWith("props", keys(256)))
                        .path("props")
                        .size())
                .isEqualTo(256);
        accepted(TestEvent.bodyWith("props", Map.of("a", List.of(keys(127), keys(128)))));

        String rule = "props: must not hold more than 256 keys";
        assertThat(refused(TestEvent.bodyWith("props", keys(257)))).containsExactly(rule);
        assertThat(refused(TestEvent.bodyWith("props", Map.of("a", List.of(keys(128), keys(128))))))
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
    void all_issues_are_told_at_once_by_dotted_paths() {
        String body = """
                {"anonId": "short", "eventType": "", "timestamp": "never", "referrer": 5,
                 "utm": {"source": "%s", "term": []},
                 "traffic": {"deviceType": "phone", "countryCode": "CAN", "isExit": "no", "engagedTimeMs": -1,
                             "webVitals": {"lcpMs": 120001, "clsScore": "high"}},
                 "eventId": "1", "props": [], "propertyId": "nobody"}
                """.formatted("x".repeat(256));

        assertThat(refusedPaths(body))
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

    private JsonNode accepted(ObjectNode event) {
        Call.Answer answer = Call.event(event).send();
        assertThat(answer.status()).as("%s", answer.text()).isEqualTo(202);
        JsonNode row = stored.event(event.path("anonId").asText());
        assertThat(row.path("id").asText()).isEqualTo(answer.field("eventId"));
        return row;
    }

    /** Sends what must be refused; every issue as {@code path: message}. */
    private List<String> refused(Object event) {
        Call.Answer answer = Call.event(event).send();
        assertThat(answer.status()).as("%s", answer.text()).isEqualTo(400);
        assertThat(answer.json().path("ok").isBoolean()).isTrue();
        assertThat(answer.json().path("ok").booleanValue()).isFalse();
        assertThat(answer.field("error")).isEqualTo("invalid_request");
        if (event instanceof ObjectNode object) {
            assertThat(stored.visitors(object.path("anonId").asText())).isEmpty();
        }
        List<String> issues = new ArrayList<>();
        answer.json()
                .path("issues")
                .forEach(issue -> issues.add(issue.path("path").asText() + ": "
                        + issue.path("message").asText()));
        return issues;
    }

    private List<String> refusedPaths(Object event) {
        return refused(event).stream()
                .map(issue -> issue.substring(0, issue.indexOf(':')))
                .toList();
    }

    private static Instant time(JsonNode row, String column) {
        return OffsetDateTime.parse(row.path(column).asText()).toInstant();
    }
}
