package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.property.Properties;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events that a property excludes are dropped and counted by reason. */
@QuarkusTest
@WithTestResource(TestService.class)
class ShieldsTest {
    @Inject
    StoredRows stored;

    @Inject
    Properties properties;

    private String property;

    @BeforeEach
    void add() {
        property = stored.newProperty(properties);
    }

    private void set(String setting, String value) {
        stored.execute("UPDATE properties SET " + setting + " = " + value + " WHERE id = ?", property);
        properties.refresh();
    }

    private ObjectNode event() {
        return TestEvent.bodyWith("propertyId", property);
    }

    private void isDropped(ObjectNode event, String reason) {
        Call.Answer answer = Call.event(event).send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text()).isEqualTo("{\"ok\":true}");
        assertThat(answer.header("x-outcome")).isEqualTo("dropped");
        StoredRows.await(() -> stored.rejections(property, "events", reason), 1L);
        assertThat(stored.visitors(event.path("anonId").asText())).isEmpty();
    }

    private static @Nullable String outcome(ObjectNode event) {
        return Call.event(event).send().header("x-outcome");
    }

    @Test
    void events_from_an_excluded_network_are_dropped() {
        set("excluded_networks", "'{192.0.2.0/24,127.0.0.0/8}'");
        isDropped(event(), "excluded_network");

        set("excluded_networks", "'{192.0.2.0/24}'");
        assertThat(outcome(event())).isEqualTo("stored");
    }

    @Test
    void a_form_from_an_excluded_network_is_stored() {
        set("excluded_networks", "'{127.0.0.0/8}'");
        ObjectNode form = Forms.minimal().put("propertyId", property);

        assertThat(Call.capture(form).send().status()).isEqualTo(200);
        assertThat(stored.leads(form.path("email").asText())).hasSize(1);
    }

    @Test
    void events_on_an_excluded_path_are_dropped_and_others_of_the_batch_are_stored() {
        set("excluded_paths", "'{/admin/*}'");
        isDropped(event().put("path", "/admin/users"), "excluded_path");

        Call.Answer batch = Call.batch("[" + event().put("path", "/admin/") + "," + event().put("path", "/") + "]")
                .send();
        assertThat(batch.json().path("results"))
                .extracting(result -> result.path("outcome").asText())
                .containsExactly("dropped", "stored");
        StoredRows.await(() -> stored.rejections(property, "events/batch", "excluded_path"), 1L);
    }

    @Test
    void events_on_foreign_hosts_or_without_a_host_are_dropped_if_only_own_hosts_count() {
        set("own_hosts_only", "true");
        isDropped(event().put("hostname", "copy.example"), "foreign_host");

        assertThat(outcome(event())).as("an event without a host").isEqualTo("dropped");
        assertThat(outcome(event().put("hostname", property.toUpperCase(Locale.ROOT) + ".EXAMPLE")))
                .isEqualTo("stored");
        for (String same : List.of(".example.", ".example:443")) {
            assertThat(outcome(event().put("hostname", property + same)))
                    .as(same)
                    .isEqualTo("stored");
        }
        assertThat(Call.event(event())
                        .header("origin", "https://" + property + ".example")
                        .send()
                        .header("x-outcome"))
                .isEqualTo("stored");
    }

    @Test
    void a_dropped_event_is_counted_on_its_day_in_the_time_zone_of_the_property() {
        set("excluded_paths", "'{*}'");
        set("time_zone", "'Pacific/Kiritimati'");
        isDropped(event(), "excluded_path");

        assertThat(stored.rows(
                        "SELECT to_jsonb(day = (now() AT TIME ZONE 'Pacific/Kiritimati')::date)::text FROM ingest_rejections"
                                + " WHERE property_id = ?",
                        property))
                .extracting(JsonNode::asBoolean)
                .containsExactly(true);
    }

    @ParameterizedTest
    @CsvSource({
        "https://semalt.com/project?u=1, bot",
        "https://www.semalt.com/, bot",
        "https://notsemalt.com/, stored",
        "https://news.example.com/?from=semalt.com, stored",
    })
    void a_visit_from_a_referrer_spammer_is_a_bot_visit(String referrer, String outcome) {
        ObjectNode event = event().put("referrer", referrer);

        assertThat(outcome(event)).isEqualTo(outcome);
    }

    /** A refused batch once counted as one refusal. Losing half of all events then looked like losing one in a hundred. */
    @Test
    void each_event_of_a_refused_batch_is_counted() {
        String events = "{},".repeat(100) + "{}";
        String origin = "https://" + property + ".example";

        assertThat(Call.batch("[" + events + "]")
                        .header("origin", origin)
                        .send()
                        .status())
                .isEqualTo(400);
        StoredRows.await(() -> stored.rejections(property, "events/batch", "invalid_request"), 101L);
        assertThat(Call.batch("{\"sentAt\":\"never\",\"events\":[{},{}]}")
                        .header("origin", origin)
                        .send()
                        .status())
                .isEqualTo(400);
        StoredRows.await(() -> stored.rejections(property, "events/batch", "invalid_request"), 103L);
        assertThat(Call.batch("nothing").header("origin", origin).send().status())
                .isEqualTo(400);
        StoredRows.await(() -> stored.rejections(property, "events/batch", "invalid_request"), 104L);
    }
}
