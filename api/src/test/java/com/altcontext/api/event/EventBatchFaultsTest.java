package com.altcontext.api.event;

import static com.altcontext.api.event.EventBatchTest.outcomes;
import static com.altcontext.api.event.EventBatchTest.views;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code POST /v1/events/batch} with faulty events: a faulty event does not affect the others. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventBatchFaultsTest {
    @Inject
    StoredRows stored;

    @Inject
    MeterRegistry meters;

    @Test
    void an_issue_that_the_json_parser_finds_belongs_to_its_event() {
        ObjectNode good = TestEvent.body();
        String twice = "{\"anonId\":\"anon-0000\",\"eventType\":\"x\",\"path\":\"/\",\"path\":\"/\"}";
        String nul = "{\"anonId\":\"anon-0000\",\"eventType\":\"x\",\"path\":\"/\",\"props\":{\"a\":\"\\u0000\"}}";
        for (String form : List.of("%s", "{\"events\":%s}")) {
            // The batch has more than ten events, so that index 1 and index 10 must be told apart.
            List<Object> events = new ArrayList<>(views(9));
            events.add(twice);
            events.add(good);
            events.add(nul);
            Call.Answer answer = Call.batch(form.formatted(events)).send();

            assertThat(answer.status()).isEqualTo(202);
            List<String> outcomes = outcomes(answer.json().path("results"));
            assertThat(outcomes.subList(0, 9)).containsOnly("stored");
            assertThat(outcomes.get(9)).isEqualTo("refused path");
            assertThat(outcomes.get(10)).isIn("stored", "duplicate");
            assertThat(outcomes.get(11)).isEqualTo("refused props.a");
        }
    }

    @Test
    void sixty_events_that_cannot_be_stored_are_refused_one_by_one_before_they_reach_the_database() {
        double unstorable = meters.get("altcontext.events.unstorable").counter().count();
        List<String> events =
                IntStream.range(0, 60).mapToObj(i -> event("path", "/\\u0000")).toList();
        for (String form : List.of("%s", "{\"events\":%s}")) {
            Call.Answer answer = Call.batch(form.formatted(events)).send();

            assertThat(answer.status()).as(answer.text()).isEqualTo(202);
            JsonNode results = answer.json().path("results");
            assertThat(outcomes(results)).hasSize(60).containsOnly("refused path");
            assertThat(results.findValuesAsText("error")).hasSize(60).containsOnly("invalid_request");
        }
        assertThat(meters.get("altcontext.events.unstorable").counter().count()).isEqualTo(unstorable);
    }

    static Stream<Arguments> faultsOfOneEvent() {
        return Stream.of(
                Arguments.of(event("path", "/\\ud800"), "path"),
                Arguments.of("{\"anonId\":\"anon\\u0000-0000\",\"eventType\":\"x\",\"path\":\"/\"}", "anonId"),
                Arguments.of(event("path", "/\",\"utm\":{\"source\":\"a\",\"source\":\"b\"},\"a\":\""), "utm.source"),
                Arguments.of(event("path", "/\",\"path\":\"/b"), "path"),
                Arguments.of(event("path", "/\",\"props\":{\"n\":1e999},\"a\":\""), "props.n"),
                Arguments.of(event("path", "/\",\"events\":[\"\\u0000\"],\"a\":\""), "events.0"),
                Arguments.of(
                        event("path", "/\",\"props\":{\"n\":" + "[".repeat(15) + "]".repeat(15) + "},\"a\":\""),
                        "props.n" + ".0".repeat(14)));
    }

    @ParameterizedTest
    @MethodSource("faultsOfOneEvent")
    void an_event_is_judged_alone_however_many_faults_precede_it(String faulty, String path) {
        // Each of the first events has more faults than the answer lists for one event.
        String bad = "{\"props\":[" + "\"\\u0000\",".repeat(60) + "1]}";
        ObjectNode good = TestEvent.body();
        String body = "[" + (bad + ',').repeat(20) + faulty + ',' + good + ',' + bad + "]";
        Call.Answer answer = Call.batch(body).send();

        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        JsonNode results = answer.json().path("results");
        assertThat(outcomes(results).get(20)).isEqualTo("refused " + path);
        assertThat(outcomes(results).get(21)).isEqualTo("stored");
        stored.event(good.path("anonId").asText());
        for (int i : new int[] {0, 19, 22}) {
            assertThat(results.path(i).path("issues")).hasSize(50);
            assertThat(results.path(i).at("/issues/0/path").asText()).isEqualTo("props.0");
        }
    }

    @Test
    void bytes_that_are_not_utf8_refuse_only_their_event_even_next_to_an_escaped_surrogate() {
        String anonId = "anon-" + UUID.randomUUID();
        String latin1 = "[" + event("path", "/\u00fc") + ',' + event("path", "/\u00ff\\udc00") + ','
                + event("path", "/\\ud800\u00ff") + ',' + TestEvent.body(anonId) + "]";
        Call.Answer answer = Call.batch("")
                .body(latin1.getBytes(StandardCharsets.ISO_8859_1))
                .send();

        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        assertThat(outcomes(answer.json().path("results")))
                .containsExactly("refused path", "refused path", "refused path", "stored");
        stored.event(anonId);
    }

    @Test
    void nesting_levels_are_counted_from_the_event() {
        // The event and its props are two of the sixteen levels.
        String deepest = "[".repeat(14) + "]".repeat(14);
        for (String form : List.of("[%s]", "{\"events\":[%s]}")) {
            String anonId = "anon-" + UUID.randomUUID();
            String event = TestEvent.body(anonId).toString().replace("}", ",\"props\":{\"n\":%s}}");
            Call.Answer kept =
                    Call.batch(form.formatted(event.formatted(deepest))).send();
            Call.Answer tooDeep = Call.batch(form.formatted(event.formatted('[' + deepest + ']')))
                    .send();

            assertThat(outcomes(kept.json().path("results"))).containsExactly("stored");
            assertThat(outcomes(tooDeep.json().path("results"))).containsExactly("refused props.n" + ".0".repeat(14));
            stored.event(anonId);
        }
    }

    /** Returns the JSON of an event with this raw text between the quotes of a field. */
    private static String event(String field, String text) {
        return TestEvent.body().put(field, "%s").toString().formatted(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "x":1,"x":2                   | x
            "other":["\\u0000"]            | other.0
            "other":{"events":["\\u0000"]} | other.events.0
            """)
    void a_fault_outside_the_events_refuses_the_batch(String fields, String path) {
        String events = "\"events\":" + views(1);
        for (String all : List.of(fields + ',' + events, events + ',' + fields)) {
            Call.Answer answer = Call.batch('{' + all + '}').send();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("issues").findValuesAsText("path")).containsExactly(path);
        }
    }

    @Test
    void a_truncated_batch_is_refused_as_invalid_json_whatever_is_wrong_in_its_events() {
        Call.Answer answer = Call.batch("[{\"path\":\"\\u0000\",").send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/issues/0/message").asText()).startsWith("is not valid JSON");
    }
}
