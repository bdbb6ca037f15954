package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * Queries of the raw rows. These tests are about HTTP, and compare a few answers with plain SQL. The query engine has
 * its own tests.
 */
@QuarkusTest
@WithTestResource(TestService.class)
class QueryTest extends VisitedProperty {
    @Test
    void a_query_gives_the_same_figures_as_plain_sql() {
        visits();

        JsonNode answer = query("\"metrics\":[\"visitors\",\"pageViews\",\"sessions\",\"conversionRate\"],"
                + "\"dimensions\":[\"utm_campaign\"],\"filters\":[[\"is\",\"path\",[\"/pricing\"]]]");

        assertThat(answer.path("from").asText()).isEqualTo("raw");
        assertThat(answer.path("metrics")).hasToString("[\"visitors\",\"pageViews\",\"sessions\",\"conversionRate\"]");
        assertThat(rows(answer)).containsExactly("[\"spring\"] [2,2,2,0.5]");
        long visitors = stored.rows(
                        "SELECT to_jsonb(count(DISTINCT visitor_id))::text FROM events WHERE property_id = ? AND path = '/pricing'",
                        property)
                .getFirst()
                .asLong();
        assertThat(visitors).isEqualTo(2);
        assertThat(answer.at("/window/from")).isEqualTo(answer.at("/window/to"));
    }

    @Test
    void rows_come_in_the_order_and_the_pages_that_are_requested() {
        visits();
        String by = "\"metrics\":[\"visitors\"],\"dimensions\":[\"path\"]";

        assertThat(rows(query(by)))
                .containsExactly("[\"/pricing\"] [2]", "[\"/\"] [1]", "[\"/about\"] [1]", "[\"/form\"] [1]");
        assertThat(rows(query(by + ",\"orderBy\":[[\"path\",\"desc\"]],\"limit\":2,\"offset\":1")))
                .containsExactly("[\"/form\"] [1]", "[\"/about\"] [1]");
        assertThat(rows(query("\"metrics\":[\"events\"],\"dimensions\":[\"props.plan\",\"event_type\"],"
                        + "\"filters\":[[\"is_not\",\"props.plan\",[null]]],\"orderBy\":[[\"props.plan\",\"asc\"]]")))
                .containsExactly("[\"free\",\"page_view\"] [1]", "[\"pro\",\"form_submit\"] [1]");
    }

    @Test
    void only_goals_of_the_property_are_known() {
        visits();
        goal("sent", "event_type", "form_submit");

        JsonNode reached = query("\"metrics\":[\"sessions\"],\"filters\":[[\"is\",\"goal\",[\"sent\"]]]");
        Call.Answer unknown = post(
                "query",
                "{\"dateRange\":\"today\",\"metrics\":[\"sessions\"],\"filters\":[[\"is\",\"goal\",[\"sent\"]]]}");

        assertThat(rows(reached)).containsExactly("[] [1]");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.json().at("/issues/0/path").asText()).isEqualTo("filters.0.2");
        assertThat(get("summary?window=today&propertyId=" + property + "&filters="
                                + encoded("[[\"is\",\"goal\",[\"sent\"]]]"))
                        .json()
                        .at("/metrics/sessions/value")
                        .asLong())
                .isEqualTo(1);
    }

    @Test
    void a_breakdown_by_goals_has_the_sessions_that_reached_each() {
        visits();
        goal("sent", "event_type", "form_submit");
        goal("prices", "path_pattern", "/pric*");
        goal("never", "path_pattern", "/never");

        JsonNode goals = get("breakdown?window=today&dimension=goal&propertyId=" + property)
                .json();

        assertThat(goals.path("rows"))
                .hasToString("[{\"value\":\"prices\",\"visitors\":2,\"pageViews\":3,\"sessions\":3,\"conversions\":2},"
                        + "{\"value\":\"sent\",\"visitors\":1,\"pageViews\":1,\"sessions\":3,\"conversions\":1},"
                        + "{\"value\":\"never\",\"visitors\":0,\"pageViews\":0,\"sessions\":3,\"conversions\":0}]");
        assertThat(get("breakdown?window=today&dimension=goal&limit=2&propertyId=" + property)
                        .json()
                        .path("rows")
                        .findValuesAsText("value"))
                .containsExactlyElementsOf(
                        goals.path("rows").findValuesAsText("value").subList(0, 2));
        assertThat(goals.path("total")).isEmpty();
        assertThat(get("breakdown?window=today&dimension=goal")
                        .json()
                        .at("/issues/0/path")
                        .asText())
                .isEqualTo("propertyId");
    }

    @Test
    void a_query_by_goals_has_the_sessions_that_reached_each() {
        visits();
        goal("sent", "event_type", "form_submit");
        goal("prices", "path_pattern", "/pric*");
        goal("never", "path_pattern", "/never");
        String metrics = "\"metrics\":[\"visitors\",\"sessions\",\"conversions\",\"conversionRate\",\"newLeads\"],";

        assertThat(rows(query(metrics + "\"dimensions\":[\"goal\"]")))
                .containsExactly(
                        "[\"prices\"] [2,3,2,0.666667,null]",
                        "[\"sent\"] [1,3,1,0.333333,null]",
                        "[\"never\"] [0,3,0,0,null]");
        assertThat(rows(query(metrics + "\"dimensions\":[\"utm_campaign\",\"goal\"],\"limit\":3")))
                .containsExactly(
                        "[\"spring\",\"prices\"] [2,2,2,1,null]",
                        "[\"spring\",\"sent\"] [1,2,1,0.5,null]",
                        "[\"spring\",\"never\"] [0,2,0,0,null]");
        assertThat(post("query", "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"],\"dimensions\":[\"goal\"]}")
                        .json()
                        .at("/issues/0/path")
                        .asText())
                .isEqualTo("propertyId");
    }

    @Test
    void leads_are_counted_by_where_they_came_from() {
        visits();
        for (String lead : List.of(
                "'spring', 'campaign', 'express'", "'spring', 'campaign', 'pending'", "NULL, 'direct', 'express'")) {
            stored.execute(
                    "INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, form_name,"
                            + " first_utm_campaign, first_traffic_source, consent_status, capture_traffic_source)"
                            + " SELECT id, ?, id || '@example.ca', now(), now(), 'newsletter', " + lead
                            + ", 'email' FROM (SELECT gen_random_uuid() AS id) AS made",
                    property);
        }
        stored.execute(
                "INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status, is_bot)"
                        + " SELECT id, ?, id || '@example.ca', now(), now(), 'express', true FROM (SELECT gen_random_uuid() AS id) AS made",
                property);
        String by = "breakdown?window=today&propertyId=" + property + "&dimension=lead.";

        assertThat(get(by + "campaign").json().path("rows"))
                .hasToString("[{\"value\":\"spring\",\"leads\":2,\"mailableLeads\":1,\"conversionRate\":1},"
                        + "{\"value\":null,\"leads\":1,\"mailableLeads\":1,\"conversionRate\":1}]");
        assertThat(rows(query(
                        "\"metrics\":[\"newLeads\",\"mailableLeads\",\"sessions\"],\"dimensions\":[\"utm_campaign\"]")))
                .containsExactly("[\"spring\"] [2,1,2]", "[null] [1,1,1]");
        assertThat(
                        rows(
                                query(
                                        "\"metrics\":[\"newLeads\"],\"filters\":[[\"not\",[\"is\",\"traffic_source\",[\"campaign\"]]]]")))
                .containsExactly("[] [1]");
        JsonNode unknown = query("\"metrics\":[\"newLeads\",\"sessions\"],\"filters\":[[\"is\",\"path\",[\"/\"]]]");
        assertThat(rows(unknown)).containsExactly("[] [null,1]");
        assertThat(unknown.path("reasons").has("newLeads")).isTrue();
        assertThat(rows(query("\"metrics\":[\"mailableLeads\"],\"dimensions\":[\"device\"]")))
                .containsExactly("[\"desktop\"] [null]");
        JsonNode captured = get(by + "source&touch=capture&limit=1").json();
        assertThat(captured.at("/rows/0/value").asText()).isEqualTo("email");
        assertThat(captured.at("/rows/0/conversionRate").isNull()).isTrue();
        assertThat(captured.at("/total/leads").asLong()).isEqualTo(3);
        assertThat(captured.at("/other/leads").asLong()).isZero();
        JsonNode forms = get(by + "form").json();
        assertThat(forms.at("/rows/0/value").asText()).isEqualTo("newsletter");
        assertThat(forms.at("/reasons/rows.conversionRate").asText()).isNotEmpty();
        assertThat(get(by + "form&touch=last&filters=" + encoded("[[\"is\",\"path\",[\"/\"]]]"))
                        .json()
                        .path("issues")
                        .findValuesAsText("path"))
                .containsExactlyInAnyOrder("filters", "touch");
    }

    @Test
    void a_filtered_summary_and_breakdown_come_from_raw_rows_and_say_which_figures_are_missing() {
        visits();
        String filters = "&filters=" + encoded("[[\"is\",\"utm_campaign\",[\"spring\"]]]");

        JsonNode summary = get("summary?window=today&compareTo=year&propertyId=" + property + filters)
                .json();
        JsonNode breakdown = get("breakdown?window=today&dimension=props.plan&propertyId=" + property + filters)
                .json();

        assertThat(summary.path("from").asText()).isEqualTo("raw");
        assertThat(summary.at("/metrics/uniqueVisitors/value").asLong()).isEqualTo(2);
        assertThat(summary.at("/metrics/landingPageConversionRate/value").asDouble())
                .isEqualTo(0.5);
        assertThat(summary.path("ingest").isNull()).isTrue();
        assertThat(summary.at("/reasons/ingest").asText()).isNotEmpty();
        assertThat(summary.at("/compareTo/partial").asBoolean()).isTrue();
        assertThat(breakdown.at("/rows/0/value").isNull()).isTrue();
        assertThat(breakdown.at("/rows/0/visitors").asLong()).isEqualTo(2);
        assertThat(breakdown.path("rows").findValuesAsText("value")).containsExactlyInAnyOrder("null", "free", "pro");
        assertThat(breakdown.at("/total/pageViews").asLong()).isEqualTo(3);
    }

    @Test
    void a_funnel_shows_how_many_sessions_reached_each_step() {
        visits();

        JsonNode funnel = post(
                        "funnel",
                        "{\"propertyId\":\"" + property + "\",\"dateRange\":\"today\",\"steps\":[{\"path\":\"/pri*\"},"
                                + "{\"event\":\"form_start\"},{\"event\":\"form_submit\",\"props\":{\"plan\":\"pro\"}}]}")
                .json();

        assertThat(funnel.path("sessions").asLong()).isEqualTo(3);
        assertThat(funnel.at("/steps").findValuesAsText("sessions")).containsExactly("2", "1", "1");
        assertThat(funnel.at("/steps/0/share").asDouble()).isEqualTo(0.666667);
        assertThat(funnel.at("/steps/1/share").asDouble()).isEqualTo(0.5);
        assertThat(funnel.at("/steps/2/props/plan").asText()).isEqualTo("pro");
        assertThat(post(
                                "funnel",
                                "{\"propertyId\":\"" + property + "\",\"dateRange\":\"today\","
                                        + "\"filters\":[[\"is\",\"utm_campaign\",[\"spring\"]]],"
                                        + "\"steps\":[{\"path\":\"/\"},{\"event\":\"form_start\"}]}")
                        .json()
                        .path("sessions")
                        .asLong())
                .isEqualTo(2);
    }

    @Test
    void realtime_figures_have_the_latest_events_at_once() {
        visits();

        JsonNode now = get("realtime?propertyId=" + property).json();

        assertThat(now.path("visitors").asLong()).isEqualTo(3);
        assertThat(now.path("pageViews")).hasSize(30);
        assertThat(StreamSupport.stream(now.path("pageViews").spliterator(), false)
                        .mapToLong(minute -> minute.path("pageViews").asLong())
                        .sum())
                .isEqualTo(4);
        assertThat(now.at("/pages/0/value").asText()).isEqualTo("/pricing");
        assertThat(now.at("/pages/0/visitors").asLong()).isEqualTo(2);
        assertThat(now.path("sources").findValuesAsText("value")).containsExactly("campaign", "direct");
    }

    @Test
    void today_is_the_day_of_the_propertys_time_zone() {
        for (String zone : List.of("Pacific/Kiritimati", "Pacific/Pago_Pago")) {
            stored.execute("UPDATE properties SET time_zone = ? WHERE id = ?", zone, property);
            properties.refresh();
            LocalDate there = LocalDate.now(ZoneId.of(zone));
            does("visitor-1", "page_view", "/" + zone, "", "");

            JsonNode today = query("\"metrics\":[\"visitors\"],\"dimensions\":[\"time:day\"]");

            assertThat(today.at("/window/from").asText()).isEqualTo(there.toString());
            assertThat(rows(today)).containsExactly("[\"" + there + "\"] [1]");
            String named = "summary?propertyId=" + property + "&from=" + there.minusDays(2) + "&to=";
            assertThat(get(named + there).status()).isEqualTo(200);
            assertThat(get(named + there.plusDays(1))
                            .json()
                            .at("/issues/0/path")
                            .asText())
                    .isEqualTo("to");
            assertThat(get("summary?window=1&propertyId=" + property)
                            .json()
                            .at("/window/to")
                            .asText())
                    .isEqualTo(there.minusDays(1).toString());
        }
    }
}
