package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.property.Properties;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /v1/events/batch}. {@link EventBatchFaultsTest} covers batches with faulty events. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventBatchTest {
    @Inject
    StoredRows stored;

    @Inject
    Properties properties;

    @ParameterizedTest
    @ValueSource(strings = {"%s", "{\"events\":%s}", "{\"sentAt\":5,\"events\":%s,\"more\":{}}"})
    void a_batch_is_an_array_or_an_object_with_an_array(String form) {
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

    /** Each event is long, so that reading the batch takes some time. */
    @Test
    void all_events_of_a_batch_have_the_same_time_of_receipt() {
        List<ObjectNode> events = views(100);
        String anonId = events.getFirst().path("anonId").asText();
        for (int i = 0; i < events.size(); i++) {
            ObjectNode event = events.get(i).put("anonId", anonId).put("path", "/" + i);
            ObjectNode props = event.putObject("props");
            IntStream.range(0, 15).forEach(n -> props.put("property-" + n, "value " + n));
        }

        assertThat(Call.batch(events).send().status()).isEqualTo(202);

        assertThat(stored.events(anonId))
                .hasSize(100)
                .extracting(event -> event.path("received_at").asText())
                .containsOnly(
                        stored.events(anonId).getFirst().path("received_at").asText());
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
    void a_hundred_events_are_accepted_and_answered_in_their_order() {
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
    @ValueSource(strings = {"", "[", "[{}", "[{},]", "{\"events\":[{}}", "[{}] x", "[{}] {}"})
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

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity"})
    void nan_or_infinity_refuses_only_its_event(String number) {
        String event = TestEvent.body().toString();
        String wrong = event.substring(0, event.length() - 1) + ",\"props\":{\"a\":" + number + "}}";
        Call.Answer answer = Call.batch(
                        "{\"events\":[" + TestEvent.body() + ',' + wrong + ',' + TestEvent.body() + "]}")
                .send();

        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        assertThat(outcomes(answer.json().path("results"))).containsExactly("stored", "refused props.a", "stored");
    }

    @Test
    void a_batch_is_accepted_even_if_none_of_its_events_is_stored() {
        Call.Answer answer = Call.batch("[{},{\"honeypot\":\"x\"}]").send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().at("/results/0/ok").booleanValue()).isFalse();
        assertThat(answer.json().at("/results/1/ok").booleanValue()).isTrue();
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
    void an_event_and_its_retry_in_a_batch_are_one_event() {
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

    static List<ObjectNode> views(int count) {
        return IntStream.range(0, count).mapToObj(i -> TestEvent.body()).toList();
    }

    /** Returns the outcome of each accepted event, and the paths of the issues of each refused one. */
    static List<String> outcomes(JsonNode results) {
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
