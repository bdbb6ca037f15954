package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leads by where they came from: by their first or their capture visit, and with filters. */
@QuarkusTest
@WithTestResource(TestService.class)
class LeadBreakdownTest extends VisitedProperty {
    @BeforeEach
    void fourLeads() {
        lead("'organic_search', 'www.google.com', 'spring', 'direct', NULL, NULL, 'express'");
        lead("'organic_search', 'google.ca', NULL, 'email', NULL, 'letter', 'pending'");
        lead("'social', 'l.facebook.com', NULL, 'email', NULL, 'letter', 'express'");
        lead("'referral', 'news.example.org', NULL, 'referral', 'news.example.org', NULL, 'express'");
    }

    private void lead(String touches) {
        stored.execute(
                "INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, form_name,"
                        + " first_traffic_source, first_referrer_host, first_utm_campaign, capture_traffic_source,"
                        + " capture_referrer_host, capture_utm_campaign, consent_status)"
                        + " SELECT id, ?, id || '@example.ca', now(), now(), 'newsletter', " + touches
                        + " FROM (SELECT gen_random_uuid() AS id) AS made",
                property);
    }

    private JsonNode by(String dimension, String filters) {
        return by("today", dimension, filters);
    }

    private JsonNode by(String window, String dimension, String filters) {
        return get("breakdown?window=" + window + "&propertyId=" + property + "&dimension=lead." + dimension
                        + (filters.isEmpty() ? "" : "&filters=" + encoded(filters)))
                .json();
    }

    private static String leads(JsonNode answer) {
        StringBuilder rows = new StringBuilder();
        answer.path("rows")
                .forEach(row -> rows.append(row.path("value").asText())
                        .append(' ')
                        .append(row.path("leads"))
                        .append(' ')
                        .append(row.path("mailableLeads"))
                        .append("; "));
        return rows.toString();
    }

    @Test
    void a_filter_applies_to_the_touch_that_the_leads_are_counted_by() {
        String searched = "[[\"is\",\"traffic_source\",[\"organic_search\"]]]";

        assertThat(leads(by("source", searched))).isEqualTo("organic_search 2 1; ");
        assertThat(leads(by("source&touch=capture", searched))).isEmpty();
        assertThat(leads(by("campaign&touch=capture", "[[\"is\",\"traffic_source\",[\"email\"]]]")))
                .isEqualTo("letter 2 1; ");
        assertThat(leads(by("form", "[[\"is_not\",\"referrer_host\",[\"google.ca\"]]]")))
                .as("a breakdown by form is filtered too")
                .isEqualTo("newsletter 3 3; ");
        JsonNode total = by("source", searched).path("total");
        assertThat(total.path("leads").asInt()).isEqualTo(2);
    }

    @Test
    void a_lead_counts_on_the_day_of_its_first_capture_and_days_begin_at_midnight() {
        String midnight = "date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'";
        captured("social", midnight);
        captured("referral", midnight + " - interval '1 millisecond'");

        assertThat(leads(by("source", ""))).isEqualTo("organic_search 2 1; social 1 1; ");
        assertThat(leads(by("1", "source", ""))).as("yesterday").isEqualTo("referral 1 1; ");
    }

    private void captured(String source, String at) {
        stored.execute(
                "UPDATE leads SET first_captured_at = " + at + " WHERE property_id = ? AND first_traffic_source = ?",
                property,
                source);
    }

    @Test
    void the_first_touch_agrees_with_the_metric_of_new_leads() {
        String filter = "[[\"is_not\",\"traffic_source\",[\"social\"]]]";
        JsonNode queried = query("\"metrics\":[\"newLeads\",\"mailableLeads\"],\"filters\":" + filter);

        JsonNode total = by("source", filter).path("total");

        assertThat(queried.at("/rows/0/metrics")).hasToString("[3,2]");
        assertThat(total).hasToString("{\"leads\":3,\"mailableLeads\":2}");
    }

    @Test
    void a_query_by_where_leads_came_from_agrees_with_the_breakdown() {
        String filter = "[[\"is_not\",\"traffic_source\",[\"social\"]]]";
        for (String dimension : List.of("source", "campaign", "landing_path", "referrer_host", "form")) {
            for (String touch : List.of("", "first", "capture")) {
                JsonNode queried = query(
                        "\"metrics\":[\"newLeads\",\"mailableLeads\",\"visitors\"],\"dimensions\":[\"lead." + dimension
                                + "\"],\"filters\":" + filter + (touch.isEmpty() ? "" : ",\"touch\":\"" + touch + '"'));

                JsonNode counted = by(touch.isEmpty() ? dimension : dimension + "&touch=" + touch, filter);

                List<String> rows = new ArrayList<>();
                counted.path("rows")
                        .forEach(row -> rows.add("[" + row.path("value") + "] [" + row.path("leads") + ','
                                + row.path("mailableLeads") + ",null]"));
                assertThat(rows(queried)).as(dimension + ' ' + touch).containsExactlyInAnyOrderElementsOf(rows);
                assertThat(queried.path("from").asText()).isEqualTo("raw");
                assertThat(queried.path("reasons").path("visitors").asText()).isNotEmpty();
                assertThat(queried.path("reasons")).hasSize(1);
            }
        }
    }

    @Test
    void a_query_can_combine_where_leads_came_from_with_time_and_give_a_file() {
        String today = stored.rows("SELECT to_jsonb((now() AT TIME ZONE 'UTC')::date)::text")
                .getFirst()
                .asText();

        Call.Answer file = file("POST", "query")
                .json("{\"propertyId\":\"" + property + "\",\"dateRange\":\"today\",\"metrics\":[\"newLeads\"],"
                        + "\"dimensions\":[\"lead.source\",\"time:day\"],\"touch\":\"capture\"}")
                .send();

        assertThat(file.text())
                .isEqualTo("lead.source,time:day,newLeads\r\ndirect,%1$s,1\r\nemail,%1$s,2\r\nreferral,%1$s,1\r\n"
                        .formatted(today));
    }

    @Test
    void a_query_by_where_leads_came_from_can_begin_before_the_raw_rows() {
        captured("social", "now() - interval '300 days'");
        String day = stored.rows("SELECT to_jsonb(((now() - interval '300 days') AT TIME ZONE 'UTC')::date)::text")
                .getFirst()
                .asText();

        Call.Answer answer = post(
                "query",
                "{\"propertyId\":\"" + property + "\",\"dateRange\":[\"" + day + "\",\"" + day + "\"],"
                        + "\"metrics\":[\"newLeads\"],\"dimensions\":[\"lead.source\",\"time:month\"]}");

        assertThat(rows(answer.json())).containsExactly("[\"social\",\"" + day.substring(0, 8) + "01\"] [1]");
    }

    @Test
    void the_conversion_rate_is_per_session_that_matches_the_filter() {
        does("visitor-1", "page_view", "/", "spring", "");
        does("visitor-2", "page_view", "/about", "spring", "");
        String landed = "[[\"is\",\"landing_path\",[\"/\"]]]";
        stored.execute("UPDATE leads SET first_landing_path = '/' WHERE property_id = ?", property);

        assertThat(by("campaign", "").at("/rows/1/conversionRate").asDouble()).isEqualTo(0.5);
        assertThat(by("campaign", landed).at("/rows/1/conversionRate").asDouble())
                .isEqualTo(1);
    }

    @Test
    void a_dimension_that_is_unknown_for_leads_is_refused_with_a_list_of_those_that_are_known() {
        JsonNode refused = by("source", "[[\"is\",\"country\",[\"CA\"]]]");

        assertThat(refused.at("/issues/0/path").asText()).isEqualTo("filters");
        assertThat(refused.at("/issues/0/message").asText())
                .isEqualTo(
                        "must use only dimensions that are known for leads: landing_path, traffic_source, referrer_host, utm_source,"
                                + " utm_medium, utm_campaign");
    }

    @Test
    void hosts_of_one_site_have_the_name_of_the_site() {
        assertThat(by("referrer_host", "").path("rows").findValuesAsText("site"))
                .containsExactlyInAnyOrder("Google", "Google", "Facebook");
    }
}
