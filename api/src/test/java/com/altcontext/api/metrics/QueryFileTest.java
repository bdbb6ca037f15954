package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers as files, and answers about days whose raw rows are gone. */
@QuarkusTest
@WithTestResource(TestService.class)
class QueryFileTest extends VisitedProperty {
    @Test
    void a_file_has_the_rows_and_no_formula() {
        does("visitor-1", "page_view", "/", "=HYPERLINK(\"http://x\")", "");

        Call.Answer file = file("POST", "query")
                .json(
                        "{\"propertyId\":\"" + property
                                + "\",\"dateRange\":\"today\",\"metrics\":[\"visitors\",\"bounceRate\"],\"dimensions\":[\"utm_campaign\"]}")
                .send();
        Call.Answer breakdown = Call.get(
                        "/v1/metrics/breakdown?window=today&dimension=utm_campaign&propertyId=" + property)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .header("accept", "application/json;q=0.1, text/csv; charset=utf-8; q=0.9")
                .send();

        assertThat(Call.get("/v1/metrics/breakdown?window=today&dimension=path&propertyId=" + property)
                        .header("x-admin-key", TestService.ADMIN_KEY)
                        .header("accept", "text/csv, application/json")
                        .send()
                        .header("content-type"))
                .startsWith("application/json");
        assertThat(file.header("content-type")).isEqualTo("text/csv; charset=utf-8");
        assertThat(file.header("content-disposition")).isEqualTo("attachment; filename=\"query.csv\"");
        assertThat(file.text())
                .isEqualTo("utm_campaign,visitors,bounceRate\r\n\"'=HYPERLINK(\"\"http://x\"\")\",1,1\r\n");
        assertThat(breakdown.text().lines())
                .containsExactly(
                        "value,visitors,pageViews,sessions,conversions", "\"'=HYPERLINK(\"\"http://x\"\")\",1,1,1,0");
    }

    @Test
    void a_file_of_many_rows_is_complete_and_a_refused_file_gets_json() {
        stored.execute(
                "INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, traffic_source, device, utm_term)"
                        + " SELECT gen_random_uuid(), gen_random_uuid(), ?, now(), now(), 'direct', 'desktop', repeat('x', 40) || n"
                        + " FROM generate_series(1, 3000) AS n",
                property);
        Call ask = file("POST", "query");

        Call.Answer file = ask.json("{\"propertyId\":\"" + property
                        + "\",\"dateRange\":\"today\",\"metrics\":[\"sessions\"],\"dimensions\":[\"utm_term\"]}")
                .send();
        Call.Answer refused = ask.json("{}").send();

        assertThat(file.text().lines()).hasSize(3001);
        Call.assertError(refused, 400, "invalid_request");
    }

    @Test
    void a_file_has_small_and_large_figures_in_plain_digits() {
        stored.execute(
                "INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, traffic_source, device,"
                        + " conversions, page_views, engaged_ms)"
                        + " SELECT gen_random_uuid(), gen_random_uuid(), ?, now(), now(), 'direct', 'desktop', (n = 1)::int,"
                        + " (n < 3)::int, CASE WHEN n < 3 THEN 30000000 + n ELSE 0 END"
                        + " FROM generate_series(1, 2000) AS n",
                property);

        Call.Answer file = file("POST", "query")
                .json("{\"propertyId\":\"" + property
                        + "\",\"dateRange\":\"today\",\"metrics\":[\"conversionRate\",\"avgEngagedTimeMs\"]}")
                .send();

        assertThat(file.text()).isEqualTo("conversionRate,avgEngagedTimeMs\r\n0.0005,30000001.5\r\n");
    }

    @Test
    void a_file_of_a_property_whose_id_cannot_be_stored_is_refused_as_for_any_unknown_property() {
        Call.assertError(file("GET", "breakdown?dimension=path&propertyId=%00").send(), 400, "invalid_request");
        Call.assertError(
                file("POST", "query")
                        .json("{\"propertyId\":\"\\u0000\",\"dateRange\":\"today\",\"metrics\":[\"visitors\"]}")
                        .send(),
                400,
                "invalid_request");
    }

    @Test
    void a_breakdown_as_a_file_has_as_many_values_as_are_allowed() {
        stored.execute(
                "INSERT INTO sessions (visitor_id, id, property_id, started_at, last_event_at, traffic_source, device, utm_term)"
                        + " SELECT gen_random_uuid(), gen_random_uuid(), ?, now(), now(), 'direct', 'desktop', 'term ' || n"
                        + " FROM generate_series(1, 600) AS n",
                property);
        String breakdown = "breakdown?window=today&dimension=utm_term&propertyId=" + property;

        assertThat(file("GET", breakdown).send().text().lines()).hasSize(501);
        assertThat(file("GET", breakdown + "&limit=3").send().text().lines()).hasSize(4);
        assertThat(get(breakdown).json().path("rows")).hasSize(50);
    }

    @Test
    void a_window_before_the_raw_rows_has_counts_from_rollups_and_cannot_be_filtered() {
        String from = "SELECT to_jsonb((now() AT TIME ZONE 'UTC')::date - 3)::text";
        String first = stored.rows(from).getFirst().asText();
        String before = stored.rows(from.replace("- 3", "- 4")).getFirst().asText();
        String today = stored.rows(from.replace("- 3", "")).getFirst().asText();
        stored.execute(
                "INSERT INTO daily_dimension_rollups (property_id, dimension, day, rank, value, page_views,"
                        + " sessions, conversions) VALUES (?, 'path', ?::date, 1, '/old', 6, 5, 1)",
                property,
                before);
        stored.execute(
                "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions,"
                        + " visitors, rollups, rejections, days_left) VALUES (now(), ?::date, '2020-01-01', 0, 0, 0, 0, 0, 0, 0, 0)",
                first);
        try {
            String window = "?from=" + before + "&to=" + today + "&propertyId=" + property;
            JsonNode breakdown = get("breakdown" + window + "&dimension=path").json();

            assertThat(breakdown.path("from").asText()).isEqualTo("rollups");
            assertThat(breakdown.at("/rows/0/visitors").isNull()).isTrue();
            assertThat(breakdown.at("/rows/0/pageViews").asLong()).isEqualTo(6);
            assertThat(breakdown.path("reasons").has("rows.visitors")).isTrue();
            for (String refused : List.of("summary" + window, "breakdown" + window + "&dimension=path")) {
                Call.Answer answer = get(refused + "&filters=" + encoded("[[\"is\",\"path\",[\"/\"]]]"));
                assertThat(answer.status()).isEqualTo(400);
                assertThat(answer.json().at("/issues/0/path").asText()).isEqualTo("from");
                assertThat(answer.json().at("/issues/0/message").asText()).contains(first);
                assertThat(answer.field("firstDay")).isEqualTo(first);
            }
            assertThat(get("breakdown" + window + "&dimension=props.x").status())
                    .isEqualTo(400);
            stored.execute(
                    "INSERT INTO daily_metric_rollups (property_id, day, page_views, sessions, bounces, converting_sessions)"
                            + " VALUES (?, ?::date, 6, 5, 1, 2)",
                    property,
                    before);
            stored.execute(
                    "INSERT INTO daily_ingest_rollups (property_id, day, accepted) VALUES (?, ?::date, 9)",
                    property,
                    before);
            goal("sent", "event_type", "form_submit");
            stored.execute(
                    "INSERT INTO daily_goal_rollups (property_id, goal, day, sessions) VALUES (?, 'sent', ?::date, 2)",
                    property,
                    before);
            JsonNode goals = get("breakdown" + window + "&dimension=goal").json();
            assertThat(goals.path("rows"))
                    .hasToString(
                            "[{\"value\":\"sent\",\"visitors\":null,\"pageViews\":null,\"sessions\":5,\"conversions\":2}]");
            assertThat(goals.path("reasons")).hasSize(2);
            goal("never", "event_type", "never");
            assertThat(get("breakdown" + window + "&dimension=goal&limit=1")
                            .json()
                            .path("rows"))
                    .isEqualTo(goals.path("rows"));
            String range = "{\"propertyId\":\"" + property + "\",\"dateRange\":[\"" + before + "\",\"" + today
                    + "\"],\"metrics\":[\"pageViews\",\"sessions\",\"events\",\"conversions\",\"bounceRate\","
                    + "\"scrollDepthPercent\"]";
            JsonNode whole = post("query", range + "}").json();
            assertThat(whole.path("from").asText()).isEqualTo("rollups");
            assertThat(rows(whole)).containsExactly("[] [6,5,9,2,0.2,null]");
            assertThat(whole.path("reasons").fieldNames()).toIterable().containsExactly("scrollDepthPercent");
            assertThat(rows(post(
                                    "query",
                                    range
                                            + ",\"dimensions\":[\"time:day\"],\"orderBy\":[[\"sessions\",\"desc\"]],\"limit\":1}")
                            .json()))
                    .containsExactly("[\"" + before + "\"] [6,5,9,2,0.2,null]");
            Call.Answer query = post("query", range + ",\"dimensions\":[\"path\"]}");
            assertThat(file("GET", "breakdown" + window + "&dimension=path")
                            .send()
                            .text())
                    .isEqualTo("value,visitors,pageViews,sessions,conversions\r\n/old,,6,5,1\r\n");
            assertThat(file("POST", "query")
                            .json(range + ",\"dimensions\":[\"time:day\"],\"limit\":1}")
                            .send()
                            .text())
                    .isEqualTo("time:day,pageViews,sessions,events,conversions,bounceRate,scrollDepthPercent\r\n"
                            + before + ",6,5,9,2,0.2,\r\n");
            Call.Answer refused = file("POST", "query")
                    .json(range + ",\"dimensions\":[\"path\"]}")
                    .send();
            Call.assertError(refused, 400, "invalid_request");
            assertThat(refused.json().at("/issues/0/message").asText()).contains(first);
            assertThat(refused.field("firstDay")).isEqualTo(first);
            assertThat(file("GET", "breakdown" + window + "&dimension=props.x")
                            .send()
                            .status())
                    .isEqualTo(400);
            assertThat(query.json().at("/issues/0/path").asText()).isEqualTo("dateRange");
            assertThat(get("summary" + window).json().path("from").asText()).isEqualTo("rollups");

            stored.execute(
                    "UPDATE daily_metric_rollups SET imported = 1, version = nextval('rollup_version')"
                            + " WHERE property_id = ? AND day = ?::date",
                    property,
                    before);
            JsonNode imported = post("query", range + ",\"dimensions\":[\"time:day\"],\"limit\":2}")
                    .json();
            assertThat(rows(imported).getFirst()).isEqualTo("[\"" + before + "\"] [6,5,null,null,0.2,null]");
            assertThat(rows(imported).getLast()).endsWith(" [0,0,0,0,null,null]");
            assertThat(imported.path("reasons").fieldNames())
                    .toIterable()
                    .containsExactly("conversions", "events", "scrollDepthPercent");
        } finally {
            stored.execute("DELETE FROM purge_log");
        }
    }

    @Test
    void a_window_before_the_rollups_is_refused_with_the_first_day_that_is_kept() {
        String day = "SELECT to_jsonb((now() AT TIME ZONE 'UTC')::date - %d)::text";
        String before = stored.rows(day.formatted(5)).getFirst().asText();
        String first = stored.rows(day.formatted(4)).getFirst().asText();
        String second = stored.rows(day.formatted(3)).getFirst().asText();
        stored.execute(
                "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions,"
                        + " visitors, rollups, rejections, days_left) VALUES (now(), ?::date, ?::date, 0, 0, 0, 0, 0, 0, 0, 0)",
                first,
                first);
        try {
            String window = "?from=" + before + "&to=" + second + "&propertyId=" + property;
            String range = "{\"propertyId\":\"" + property + "\",\"dateRange\":[\"" + before + "\",\"" + second
                    + "\"],\"metrics\":[\"sessions\"]";
            for (Call.Answer refused : List.of(
                    get("summary" + window),
                    get("breakdown" + window + "&dimension=path&visitors=false"),
                    get("breakdown" + window + "&dimension=path"),
                    get("breakdown" + window + "&dimension=goal"),
                    post("query", range + "}"),
                    post("query", range + ",\"dimensions\":[\"time:day\"]}"))) {
                Call.assertError(refused, 400, "invalid_request");
                assertThat(refused.json().at("/issues/0/message").asText())
                        .isEqualTo("must not reach back before " + first + ": older figures are not kept");
            }
            JsonNode compared = get("summary?compareTo=true&from=" + second + "&to=" + second + "&propertyId="
                            + property)
                    .json();
            assertThat(compared.path("reasons").has("compareTo")).isFalse();
            compared = get("summary?compareTo=year&from=" + second + "&to=" + second + "&propertyId=" + property)
                    .json();
            assertThat(compared.at("/reasons/compareTo").asText()).isEqualTo("figures are kept from " + first + " on");
            assertThat(compared.at("/metrics/sessions/delta").isNull()).isTrue();
        } finally {
            stored.execute("DELETE FROM purge_log");
        }
    }
}
