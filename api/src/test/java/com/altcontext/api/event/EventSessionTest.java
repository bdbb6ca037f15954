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
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The session and the traffic source of a stored event. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventSessionTest {
    @Inject
    StoredRows stored;

    @Inject
    InstantSource clock;

    // --- sessions

    @Test
    void two_hundred_events_of_one_visitor_at_once_share_a_session() {
        String anonId = "anon-" + UUID.randomUUID();
        List<CompletableFuture<Call.Answer>> sent = IntStream.range(0, 200)
                .mapToObj(i ->
                        Call.event(TestEvent.body(anonId).put("path", "/" + i)).sendLater())
                .toList();
        Set<String> sessions = new HashSet<>();
        sent.forEach(answer -> sessions.add(answer.join().field("sessionId")));

        assertThat(sessions).hasSize(1);
        assertThat(stored.visitors(anonId)).hasSize(1);
        assertThat(stored.sessions(anonId)).hasSize(1);
        assertThat(stored.events(anonId)).hasSize(200);
    }

    @Test
    void an_event_after_thirty_minutes_joins_the_session_and_a_later_one_begins_another() {
        String anonId = "anon-" + UUID.randomUUID();
        long begin = clock.millis() - Duration.ofHours(3).toMillis();
        long joins = begin + Duration.ofMinutes(30).toMillis();
        long begins = joins + Duration.ofMinutes(30).toMillis() + 1;

        String first = session(TestEvent.body(anonId).put("timestamp", begin));
        assertThat(session(TestEvent.body(anonId).put("timestamp", joins))).isEqualTo(first);
        assertThat(session(TestEvent.body(anonId).put("timestamp", begins))).isNotEqualTo(first);
        assertThat(stored.sessions(anonId)).hasSize(2);
    }

    @Test
    void another_campaign_begins_a_session_and_an_event_without_a_campaign_does_not() {
        String anonId = "anon-" + UUID.randomUUID();
        ObjectNode spring = TestEvent.body(anonId);
        TestEvent.put(spring, "utm.campaign", "spring");
        ObjectNode summer = TestEvent.body(anonId);
        TestEvent.put(summer, "utm.campaign", "summer");

        String first = session(spring);
        assertThat(session(TestEvent.body(anonId).put("path", "/two"))).isEqualTo(first);
        assertThat(session(summer)).isNotEqualTo(first);
    }

    private static String session(ObjectNode event) {
        return Call.event(event).send().field("sessionId");
    }

    // --- traffic source

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            delimiter = ';',
            value = {
                "{};;direct",
                "{'medium':'cpc'};;paid_search",
                "{'medium':'cpc','source':'facebook'};;social",
                "{'medium':'social-organic'};;social",
                "{'medium':'e-mail'};;email",
                "{'medium':'organic'};;organic_search",
                "{'medium':'referral'};;referral",
                "{'medium':'display'};;campaign",
                "{'medium':'podcast'};;campaign",
                "{'source':'google'};;organic_search",
                "{'source':'linkedin'};;social",
                "{'source':'newsletter'};;email",
                "{'source':'partner'};;campaign",
                "{'campaign':'spring'};https://www.google.com/;campaign",
                "{};https://news.google.co.uk/x;organic_search",
                "{};https://t.co/x;social",
                "{};https://microsoft.com/;referral",
                "{};https://netflix.com/;referral",
                "{};https://example.org/;referral",
                "{'medium':'email'};https://www.google.com/;email"
            })
    void the_traffic_source_is_stored_with_each_event(String utm, String referrer, String source) throws Exception {
        ObjectNode event = TestEvent.body();
        event.set("utm", Call.JSON.readTree(utm.replace('\'', '"')));
        if (referrer != null) {
            event.put("referrer", referrer);
        }
        Call.event(event).send();

        assertThat(stored.event(event.path("anonId").asText())
                        .path("traffic_source")
                        .asText())
                .isEqualTo(source);
        assertThat(stored.sessions(event.path("anonId").asText())
                        .getFirst()
                        .path("traffic_source")
                        .asText())
                .isEqualTo(source);
    }

    @Test
    void a_referrer_on_the_pages_own_host_is_internal() {
        ObjectNode event = TestEvent.bodyWith("referrer", "https://www.example.com/before");
        Call.event(event).header("origin", "https://www.example.com").send();

        JsonNode row = stored.event(event.path("anonId").asText());
        assertThat(row.path("traffic_source").asText()).isEqualTo("internal");
        assertThat(row.path("referrer_host").asText()).isEqualTo("www.example.com");
    }
}
