package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.property.Properties;
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
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /v1/events/batch}. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventBatchTest {
    @Inject
    Sql sql;

    @Inject
    Properties properties;

    @Inject
    MeterRegistry meters;

    private StoredRows stored;

    @BeforeEach
    void rows() {
        stored = new StoredRows(sql);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "{\"events\":%s}", "{\"sentAt\":5,\"events\":%s,\"more\":{}}"})
    void a_batch_is_an_array_or_an_object_with_one(String form) {
        List<ObjectNode> events = views(3);
        Call.Answer answer = Call.batch(form.formatted(events)).send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("x-outcome")).isNull();
        assertThat(names(answer.json())).containsExactlyInAnyOrder("ok", "results");
        assertThat(answer.json().path("ok").booleanValue()).isTrue();
        assertThat(answer.json().path("results")).hasSize(3);
        for (int i = 0; i < 3; i++) {
            JsonNode result = answer.json().path("results").path(i);
            JsonNode row = stored.event(events.get(i).path("anonId").asText());
            assertThat(names(result)).containsExactlyInAnyOrder("ok", "outcome", "eventId", "visitorId", "sessionId");
            assertThat(result.path("ok").booleanValue()).isTrue();
            assertThat(result.path("outcome").asText()).isEqualTo("stored");
            assertThat(result.path("eventId")).isEqualTo(row.path("id"));
            assertThat(result.path("visitorId")).isEqualTo(row.path("visitor_id"));
            assertThat(result.path("sessionId")).isEqualTo(row.path("session_id"));
        }
    }

    @Test
    void plain_text_is_read_like_json() {
        assertThat(Call.batch(views(1))
                        .header("content-type", "text/plain;charset=UTF-8")
                        .send()
                        .status())
                .isEqualTo(202);
    }

    @Test
    void a_hundred_events_are_taken_and_answered_in_their_order() {
        List<ObjectNode> events = views(100);
        Call.Answer answer = Call.batch(events).send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().path("results").findValuesAsText("visitorId"))
                .isEqualTo(events.stream()
                        .map(event -> stored.event(event.path("anonId").asText())
                                .path("visitor_id")
                                .asText())
                        .toList());
    }

    @Test
    void a_hundred_and_one_events_are_refused_and_none_is_stored() {
        List<ObjectNode> events = views(101);
        Call.Answer answer = Call.batch(events).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text())
                .isEqualTo("{\"ok\":false,\"error\":\"invalid_request\",\"issues\":"
                        + "[{\"path\":\"events\",\"message\":\"must be an array of 1 to 100 events\"}]}");
        assertThat(stored.visitors(events.getFirst().path("anonId").asText())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"events\":[]}",
                "{}",
                "{\"events\":null}",
                "{\"events\":{}}",
                "{\"events\":\"x\"}",
                "\"x\"",
                "5",
                "null",
                "true"
            })
    void a_batch_without_events_is_refused(String body) {
        Call.Answer answer = Call.batch(body).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.field("error")).isEqualTo("invalid_request");
        assertThat(answer.json().path("issues").findValuesAsText("path")).containsExactly("events");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[", "[{}", "[{},]", "{\"events\":[{}}", "[{\"anonId\":NaN}]", "[{}] x", "[{}] {}"})
    void a_malformed_batch_is_refused_as_a_whole(String body) {
        Call.Answer answer = Call.batch(body).send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("issues")).isNotEmpty();
    }

    @Test
    void each_event_is_judged_alone() {
        ObjectNode good = TestEvent.body();
        ObjectNode bot = TestEvent.bodyWith("traffic.deviceType", "bot");
        ObjectNode short_ = TestEvent.body("short");
        TestEvent.put(short_, "utm.source", 5);
        String body = "{\"events\":[" + good + ',' + short_ + ",5,null,[]," + TestEvent.bodyWith("honeypot", "x") + ','
                + TestEvent.bodyWith("propertyId", "unknown") + ',' + bot + ",{}]}";
        String property = stored.newProperty(properties);
        Call.Answer answer = Call.batch(body)
                .header("origin", "https://" + property + ".example")
                .send();

        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        assertThat(answer.header("x-outcome")).isNull();
        assertThat(answer.json().path("ok").booleanValue()).isTrue();
        JsonNode results = answer.json().path("results");
        assertThat(results).hasSize(9);
        assertThat(outcomes(results))
                .containsExactly(
                        "stored",
                        "refused anonId utm.source",
                        "refused ",
                        "refused ",
                        "refused ",
                        "dropped",
                        "refused propertyId",
                        "bot",
                        "refused anonId eventType path");
        assertThat(results.path(5).toString()).isEqualTo("{\"ok\":true,\"outcome\":\"dropped\"}");
        assertThat(names(results.path(1))).containsExactlyInAnyOrder("ok", "error", "issues");
        stored.event(good.path("anonId").asText());
        stored.event(bot.path("anonId").asText());
        StoredRows.await(() -> stored.rejections(property, "events/batch", "honeypot"), 1L);
        StoredRows.await(() -> stored.rejections(property, "events/batch", "invalid_request"), 6L);
    }

    @Test
    void a_batch_of_which_nothing_is_stored_is_accepted_all_the_same() {
        Call.Answer answer = Call.batch("[{},{\"honeypot\":\"x\"}]").send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().at("/results/0/ok").booleanValue()).isFalse();
        assertThat(answer.json().at("/results/1/ok").booleanValue()).isTrue();
    }

    @Test
    void an_issue_found_while_reading_belongs_to_its_event() {
        ObjectNode good = TestEvent.body();
        String twice = "{\"anonId\":\"anon-0000\",\"eventType\":\"x\",\"path\":\"/\",\"path\":\"/\"}";
        String nul = "{\"anonId\":\"anon-0000\",\"eventType\":\"x\",\"path\":\"/\",\"props\":{\"a\":\"\\u0000\"}}";
        for (String form : List.of("%s", "{\"events\":%s}")) {
            // More than ten, so that index 1 and index 10 differ.
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
    void sixty_events_that_cannot_be_stored_are_refused_one_by_one_and_reach_no_database() {
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
                Arguments.of(
                        event("path", "/\",\"props\":{\"n\":" + "[".repeat(15) + "]".repeat(15) + "},\"a\":\""),
                        "props.n" + ".0".repeat(14)));
    }

    @ParameterizedTest
    @MethodSource("faultsOfOneEvent")
    void however_many_faults_stand_before_it_each_event_is_judged_alone(String faulty, String path) {
        // Each of the first events has more faults than the answer lists for one.
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
    void bytes_that_are_not_utf8_fail_their_event_alone_also_beside_an_escaped_surrogate() {
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
    void levels_are_counted_from_the_event() {
        // The event and its props are two of the sixteen.
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

    /** An event with this JSON text, without quotes, as one of its fields. */
    private static String event(String field, String text) {
        return TestEvent.body().put(field, "%s").toString().formatted(text);
    }

    @Test
    void a_fault_outside_of_the_events_refuses_the_batch() {
        Call.Answer answer =
                Call.batch("{\"x\":1,\"x\":2,\"events\":" + views(1) + "}").send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("issues").findValuesAsText("path")).containsExactly("x");
    }

    @Test
    void the_same_event_twice_in_one_batch_is_stored_once() {
        ObjectNode event = TestEvent.bodyWith("eventId", UUID.randomUUID().toString());
        Call.Answer answer = Call.batch(List.of(event, event)).send();

        JsonNode results = answer.json().path("results");
        assertThat(outcomes(results)).containsExactly("stored", "duplicate");
        assertThat(results.path(1).path("eventId")).isEqualTo(results.path(0).path("eventId"));
        assertThat(results.path(1).path("sessionId")).isEqualTo(results.path(0).path("sessionId"));
        stored.event(event.path("anonId").asText());
    }

    @Test
    void an_event_and_its_retry_in_a_batch_are_one() {
        ObjectNode event = TestEvent.bodyWith("eventId", UUID.randomUUID().toString());
        String alone = Call.event(event).send().field("eventId");
        JsonNode results = Call.batch(List.of(event)).send().json().path("results");

        assertThat(outcomes(results)).containsExactly("duplicate");
        assertThat(results.path(0).path("eventId").asText()).isEqualTo(alone);
    }

    @Test
    void events_of_one_visitor_keep_their_order_and_share_a_session() {
        String anonId = "anon-" + UUID.randomUUID();
        List<ObjectNode> events = IntStream.range(0, 20)
                .mapToObj(i -> TestEvent.body(anonId).put("path", "/" + i))
                .toList();
        JsonNode results = Call.batch(events).send().json().path("results");

        assertThat(results.findValuesAsText("sessionId").stream().distinct()).hasSize(1);
        assertThat(stored.sessions(anonId)).hasSize(1);
        assertThat(stored.events(anonId)).hasSize(20);
        for (int i = 0; i < 20; i++) {
            String path = "/" + i;
            String id = results.path(i).path("eventId").asText();
            assertThat(stored.events(anonId))
                    .anyMatch(row -> row.path("id").asText().equals(id)
                            && row.path("path").asText().equals(path));
        }
    }

    private static List<ObjectNode> views(int count) {
        return IntStream.range(0, count).mapToObj(i -> TestEvent.body()).toList();
    }

    /** The outcome of each result, or the paths of its issues. */
    private static List<String> outcomes(JsonNode results) {
        List<String> outcomes = new ArrayList<>();
        for (JsonNode result : results) {
            outcomes.add(
                    result.path("ok").booleanValue()
                            ? result.path("outcome").asText()
                            : "refused "
                                    + String.join(" ", result.path("issues").findValuesAsText("path")));
        }
        return outcomes;
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }
}
