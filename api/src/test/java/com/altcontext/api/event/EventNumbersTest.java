package com.altcontext.api.event;

import static com.altcontext.api.testing.Call.assertError;
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
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers in an event: the bounds of its measurements, and which numbers {@code props} can contain. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventNumbersTest {
    @Inject
    EventSender events;

    @Inject
    StoredRows stored;

    // --- measurements

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
    void a_number_within_its_bounds_is_stored_even_if_sent_as_a_string(String field, int most, String column) {
        Map<Object, Double> asStored = Map.of(
                0, 0.0, most, (double) most, String.valueOf(most), (double) most, " 7 ", 7.0, "1e1", 10.0, "+2.0", 2.0);
        asStored.forEach((sent, expected) -> assertThat(events.accepted(TestEvent.bodyWith(field, sent))
                        .path(column)
                        .asDouble())
                .as("%s as %s", field, sent)
                .isEqualTo(expected));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void a_negative_number_or_a_value_that_is_not_a_number_is_refused(String field, int most, String column) {
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
            assertThat(events.refused(TestEvent.bodyWith(field, wrong)))
                    .as("%s as %s", field, wrong)
                    .containsExactly(field + ": must be a number from 0 to " + most);
        }
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void a_number_above_its_maximum_is_refused_except_for_the_scroll_depth(String field, int most, String column) {
        for (Object beyond : List.of(most + 1, most + 0.000001, String.valueOf(most + 1), "1e99", 1e300)) {
            ObjectNode event = TestEvent.bodyWith(field, beyond);
            if (field.equals("traffic.scrollDepthPercent")) {
                assertThat(events.accepted(event).path(column).asDouble()).isEqualTo(100);
            } else {
                assertThat(events.refused(event)).containsExactly(field + ": must be a number from 0 to " + most);
            }
        }
    }

    @Test
    void the_fraction_of_a_web_vital_is_stored() {
        JsonNode row = events.accepted(TestEvent.bodyWith("traffic.webVitals.clsScore", 0.125));

        assertThat(row.path("cls_score").asDouble()).isEqualTo(0.125);
    }

    // --- props

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "-0.0",
                "9223372036854775807",
                "9223372036854775808",
                "-9223372036854775809",
                "1e307",
                "1e308",
                "-1.7976931348623157e308",
                "4.9e-324",
                "-1.5E+300",
                "1e-300",
                "123456789012345678901234567890.123456789",
                "0e0"
            })
    void a_number_in_props_within_the_range_of_a_double_is_stored_exactly(String number) {
        String anonId = "anon-" + UUID.randomUUID();

        assertThat(Call.event(withNumber(anonId, number)).send().status()).isEqualTo(202);
        assertThat(numberOf(anonId)).isEqualByComparingTo(number);
    }

    static Stream<String> unstorableNumbers() {
        return Stream.of(
                "1.8e308",
                "1e-324",
                "1e400",
                "-1e400",
                "1e-400",
                "1e999999999",
                "1e-999999999",
                "1e2147483647",
                "1e2147483648",
                "1e-2147483649",
                "1e99999999999999999999",
                "9".repeat(400),
                "9".repeat(60_000),
                "0." + "1".repeat(60_000),
                "1e" + "0".repeat(2_000) + "1");
    }

    @Test
    void a_number_may_have_400_characters() {
        String longest = "0." + "1".repeat(398);

        assertThat(Call.event(withNumber("anon-" + UUID.randomUUID(), longest))
                        .send()
                        .status())
                .isEqualTo(202);
        assertError(
                Call.event(withNumber("anon-" + UUID.randomUUID(), longest + "1"))
                        .send(),
                400,
                "invalid_request");
    }

    @ParameterizedTest
    @MethodSource("unstorableNumbers")
    void a_number_in_props_beyond_the_range_of_a_double_is_refused_and_named(String number) {
        String anonId = "anon-" + UUID.randomUUID();
        Call.Answer answer = Call.event(withNumber(anonId, number)).send();

        assertError(answer, 400, "invalid_request");
        assertThat(answer.json().at("/issues/0/path").asText()).isEqualTo("props.n");
        assertThat(answer.text().length()).isLessThan(300);
        assertThat(stored.visitors(anonId)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e308", "1e-307", "-12e299"})
    void many_numbers_that_are_long_without_their_exponents_are_refused(String number) {
        String anonId = "anon-" + UUID.randomUUID();
        Call.Answer answer =
                Call.event(withNumber(anonId, numbers(number, 300))).send();

        assertError(answer, 400, "invalid_request");
        assertThat(answer.json().at("/issues/0/path").asText()).startsWith("props.n.2");
        assertThat(stored.visitors(anonId)).isEmpty();
        assertThat(Call.event(withNumber(anonId, numbers(number, 200))).send().status())
                .isEqualTo(202);
    }

    @Test
    void too_many_long_numbers_refuse_only_their_event() {
        String event = withNumber("anon-" + UUID.randomUUID(), numbers("1e308", 150));
        String beyond = withNumber("anon-" + UUID.randomUUID(), numbers("1e308", 300));

        Call.Answer answer = Call.batch("[" + event + "," + beyond + "," + event.replace("\"x\"", "\"y\"") + "]")
                .send();

        assertThat(answer.json().at("/results/0/ok").asBoolean()).isTrue();
        assertThat(answer.json().at("/results/1/issues/0/path").asText()).startsWith("props.n.2");
        assertThat(answer.json().at("/results/2/ok").asBoolean()).isTrue();
    }

    private static String numbers(String number, int count) {
        return "[" + String.join(",", Collections.nCopies(count, number)) + "]";
    }

    @ParameterizedTest
    @ValueSource(strings = {"0e400", "0e999999999", "0e-999999999", "-0e2147483647", "0.0e-20000", "0E+131073"})
    void zero_with_any_exponent_is_stored_as_zero(String zero) {
        String anonId = "anon-" + UUID.randomUUID();
        Call.Answer answer = Call.event(withNumber(anonId, zero)).send();

        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        assertThat(numberOf(anonId)).isEqualByComparingTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e400", "0e999999999", "1e-999999999", "1e2147483648"})
    void an_extreme_exponent_in_a_measurement_never_causes_a_server_error(String number) {
        for (String field :
                List.of("timestamp", "\"traffic\":{\"engagedTimeMs", "\"traffic\":{\"webVitals\":{\"lcpMs")) {
            String braces = "}".repeat((int) field.chars().filter(c -> c == '{').count());
            String name = field.startsWith("\"") ? field : '"' + field;
            Call.Answer answer = Call.event("{\"anonId\":\"anon-0000\",\"eventType\":\"x\",\"path\":\"/\"," + name
                            + "\":" + number + braces + "}")
                    .send();

            assertThat(answer.status()).as(answer.text()).isIn(202, 400);
        }
    }

    /** Returns the number as PostgreSQL stores it, with all its digits. */
    private BigDecimal numberOf(String anonId) {
        String text = stored.rows(
                        "SELECT to_jsonb(props ->> 'n')::text FROM events JOIN visitors USING (bucket, visitor_id) WHERE anon_id = ?",
                        anonId)
                .getFirst()
                .asText();
        return new BigDecimal(text);
    }

    private static String withNumber(String anonId, String number) {
        return "{\"anonId\":\"" + anonId + "\",\"eventType\":\"x\",\"path\":\"/\",\"props\":{\"n\":" + number + "}}";
    }
}
