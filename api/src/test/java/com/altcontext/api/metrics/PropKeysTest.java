package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which keys the events of a site carry in their props. */
@QuarkusTest
@WithTestResource(TestService.class)
class PropKeysTest extends VisitedProperty {
    private void orders(String visitor, String props) throws JsonProcessingException {
        ObjectNode event = TestEvent.body(visitor);
        TestEvent.put(event, "propertyId", property);
        TestEvent.put(event, "eventType", "order");
        TestEvent.put(event, "utm.campaign", visitor);
        event.set("props", Call.JSON.readTree(props));
        assertThat(Call.event(event).send().header("x-outcome")).isEqualTo("stored");
    }

    @Test
    void each_key_of_props_is_a_row_with_the_events_that_carry_it() throws JsonProcessingException {
        visits();
        orders("visitor-7", "{\"tea\":\"sencha\",\"grams\":100}");
        orders("visitor-8", "{\"tea\":\"assam\"}");
        orders("visitor-9", "{}");

        assertThat(rows(query("\"metrics\":[\"visitors\",\"events\"],\"dimensions\":[\"event_type\",\"props\"]")))
                .containsExactly(
                        "[\"order\",\"tea\"] [2,2]",
                        "[\"form_submit\",\"plan\"] [1,1]",
                        "[\"order\",\"grams\"] [1,1]",
                        "[\"page_view\",\"plan\"] [1,1]");
        assertThat(rows(query("\"metrics\":[\"events\",\"sessions\"],\"dimensions\":[\"props\"],"
                        + "\"filters\":[[\"is\",\"utm_campaign\",[\"visitor-7\"]]]")))
                .containsExactly("[\"grams\"] [1,1]", "[\"tea\"] [1,1]");
    }

    @Test
    void measured_values_count_for_each_key_whatever_other_metrics_are_requested() throws JsonProcessingException {
        ObjectNode first = TestEvent.body("visitor-7");
        TestEvent.put(first, "propertyId", property);
        TestEvent.put(first, "traffic.webVitals.lcpMs", 1_000);
        first.set("props", Call.JSON.readTree("{\"plan\":\"pro\",\"variant\":\"a\"}"));
        ObjectNode second = TestEvent.body("visitor-8");
        TestEvent.put(second, "propertyId", property);
        TestEvent.put(second, "traffic.webVitals.lcpMs", 3_000);
        TestEvent.put(second, "traffic.webVitals.fcpMs", 500);
        second.set("props", Call.JSON.readTree("{\"variant\":\"b\"}"));
        Call.event(first).send();
        Call.event(second).send();

        assertThat(rows(query("\"metrics\":[\"events\",\"lcpMs.p75\",\"fcpMs.p75\"],\"dimensions\":[\"props\"]")))
                .containsExactly("[\"variant\"] [2,3000,500]", "[\"plan\"] [1,1000,null]");
        assertThat(rows(query("\"metrics\":[\"lcpMs.p75\"],\"dimensions\":[\"props\"]")))
                .containsExactly("[\"variant\"] [3000]", "[\"plan\"] [1000]");
    }

    @Test
    void a_number_is_found_however_it_is_written() {
        ObjectNode event = TestEvent.body("visitor-7");
        TestEvent.put(event, "propertyId", property);
        TestEvent.put(event, "eventType", "order");
        event.putObject("props");
        String numbers = "\"props\":{\"a\":1e3,\"b\":0.0000001,\"c\":1e300,\"d\":2.50}";
        Call.event(event.toString().replace("\"props\":{}", numbers)).send();

        for (String filter : List.of(
                "\"props.a\",[1e3]",
                "\"props.a\",[1000]",
                "\"props.a\",[\"1000\"]",
                "\"props.b\",[0.0000001]",
                "\"props.b\",[1E-7]",
                "\"props.c\",[1e300]",
                "\"props.d\",[2.50]")) {
            assertThat(rows(query("\"metrics\":[\"events\"],\"filters\":[[\"is\"," + filter + "]]")))
                    .as(filter)
                    .containsExactly("[] [1]");
        }
        Call.Answer funnel = post(
                "funnel",
                "{\"propertyId\":\"" + property + "\",\"dateRange\":\"today\",\"steps\":["
                        + "{\"event\":\"order\",\"props\":{\"a\":1e3}},{\"event\":\"order\"}]}");
        assertThat(funnel.json().at("/steps/0/sessions").asLong())
                .as(funnel.text())
                .isEqualTo(1);
    }

    @Test
    void rows_can_be_grouped_but_not_filtered_by_keys() {
        assertThat(post(
                                "query",
                                "{\"dateRange\":\"today\",\"metrics\":[\"events\"],\"filters\":[[\"is\",\"props\",[\"tea\"]]]}")
                        .json()
                        .at("/issues/0/path")
                        .asText())
                .isEqualTo("filters.0.1");
    }
}
