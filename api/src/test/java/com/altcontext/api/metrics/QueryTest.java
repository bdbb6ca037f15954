package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.property.Properties;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions to the raw rows. What the engine counts is tested where it counts; this is about HTTP, and a few answers against plain SQL. */
@QuarkusTest
@WithTestResource(TestService.class)
class QueryTest {
    /** Would end a statement, a text, a pattern or a cast, if it were put into SQL. */
    private static final List<String> HOSTILE = List.of(
            "'; DROP TABLE events; --",
            "\" OR 1=1",
            "x' OR 'x'='x",
            "?::text",
            "$1",
            "%s",
            "\\",
            "e.props",
            "*%_",
            "{column}",
            "💥");

    @Inject
    Sql sql;

    @Inject
    Properties properties;

    private StoredRows stored;
    private String property = "";

    @BeforeEach
    void aPropertyOfItsOwn() {
        stored = new StoredRows(sql);
        property = stored.newProperty(properties);
    }

    private void does(String anonId, String type, String path, String campaign, String plan) {
        ObjectNode event = TestEvent.body(anonId);
        TestEvent.put(event, "propertyId", property);
        TestEvent.put(event, "eventType", type);
        TestEvent.put(event, "path", path);
        if (!campaign.isEmpty()) {
            TestEvent.put(event, "utm.campaign", campaign);
        }
        if (!plan.isEmpty()) {
            event.putObject("props").put("plan", plan);
        }
        assertThat(Call.event(event).send().header("x-outcome")).isEqualTo("stored");
    }

    private void visits() {
        does("visitor-1", "page_view", "/pricing", "spring", "");
        does("visitor-1", "form_start", "/form", "", "");
        does("visitor-1", "form_submit", "/form", "", "pro");
        does("visitor-2", "page_view", "/pricing", "spring", "free");
        does("visitor-2", "page_view", "/about", "", "");
        does("visitor-3", "page_view", "/", "", "");
    }

    private JsonNode query(String rest) {
        Call.Answer answer =
                post("query", "{\"propertyId\":\"" + property + "\",\"dateRange\":\"today\"," + rest + "}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    private static Call.Answer post(String what, String body) {
        return Call.of("POST", "/v1/metrics/" + what)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .json(body)
                .send();
    }

    private static Call.Answer get(String path) {
        return Call.get("/v1/metrics/" + path)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .send();
    }

    private static Call file(String method, String path) {
        return Call.of(method, "/v1/metrics/" + path)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .header("accept", "text/csv");
    }

    private static List<String> rows(JsonNode answer) {
        return StreamSupport.stream(answer.path("rows").spliterator(), false)
                .map(row -> row.path("dimensions") + " " + row.path("metrics"))
                .toList();
    }

    @Test
    void a_query_says_what_plain_sql_says() {
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
    void rows_come_in_the_order_and_the_pages_that_are_asked_for() {
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
    void goals_are_those_of_the_property() {
        visits();
        stored.execute("INSERT INTO goals (property_id, name, event_type) VALUES (?, 'sent', 'form_submit')", property);

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
        stored.execute("INSERT INTO goals (property_id, name, event_type) VALUES (?, 'sent', 'form_submit')", property);
        stored.execute("INSERT INTO goals (property_id, name, path_pattern) VALUES (?, 'prices', '/pric*')", property);
        stored.execute("INSERT INTO goals (property_id, name, path_pattern) VALUES (?, 'never', '/never')", property);

        JsonNode goals = get("breakdown?window=today&dimension=goal&propertyId=" + property)
                .json();

        assertThat(goals.path("rows"))
                .hasToString("[{\"value\":\"prices\",\"visitors\":2,\"pageViews\":3,\"sessions\":3,\"conversions\":2},"
                        + "{\"value\":\"sent\",\"visitors\":1,\"pageViews\":1,\"sessions\":3,\"conversions\":1},"
                        + "{\"value\":\"never\",\"visitors\":0,\"pageViews\":0,\"sessions\":3,\"conversions\":0}]");
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
        stored.execute("INSERT INTO goals (property_id, name, event_type) VALUES (?, 'sent', 'form_submit')", property);
        stored.execute("INSERT INTO goals (property_id, name, path_pattern) VALUES (?, 'prices', '/pric*')", property);
        stored.execute("INSERT INTO goals (property_id, name, path_pattern) VALUES (?, 'never', '/never')", property);
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

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void a_filtered_summary_and_breakdown_come_from_raw_rows_and_say_what_they_cannot() {
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
    void a_funnel_says_how_far_sessions_came() {
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
    }

    @Test
    void what_happens_now_is_there_at_once() {
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
                .header("accept", "text/csv; charset=utf-8")
                .send();

        assertThat(file.header("content-type")).isEqualTo("text/csv; charset=utf-8");
        assertThat(file.header("content-disposition")).isEqualTo("attachment; filename=\"query.csv\"");
        assertThat(file.text())
                .isEqualTo("utm_campaign,visitors,bounceRate\r\n\"'=HYPERLINK(\"\"http://x\"\")\",1,1\r\n");
        assertThat(breakdown.text().lines())
                .containsExactly(
                        "value,visitors,pageViews,sessions,conversions", "\"'=HYPERLINK(\"\"http://x\"\")\",1,1,1,0");
    }

    @Test
    void a_file_of_many_rows_is_whole_and_a_refusal_of_one_is_json() {
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | dateRange metrics",
                "{\"dateRange\":\"8d\",\"metrics\":[]} | dateRange metrics",
                "{\"dateRange\":[\"2026-01-02\",\"2026-01-01\"],\"metrics\":[\"visitors\"]} | dateRange.1",
                "{\"dateRange\":[\"2020-01-02\",\"2026-01-01\"],\"metrics\":[\"visitors\"]} | dateRange.0",
                "{\"dateRange\":[\"2026-01-02\",\"9999-01-01\"],\"metrics\":[\"visitors\"]} | dateRange.1",
                "{\"dateRange\":\"today\",\"metrics\":[\"visitors\",\"visitors\",\"x\",5]} | metrics.1 metrics.2 metrics.3",
                "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"],\"dimensions\":[\"path\",\"device\",\"country\"]} | dimensions",
                "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"],\"dimensions\":[\"time:year\",\"props.\"]} | dimensions.0 dimensions.1",
                "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"],\"orderBy\":[[\"path\",\"asc\"],[\"visitors\",\"up\"]]} | orderBy.0 orderBy.1",
                "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"],\"limit\":1001,\"offset\":-1} | limit offset",
                "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"],\"propertyId\":\"unheard-of\",\"filters\":[[\"like\"]]} | propertyId filters.0",
                "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"],\"propertyId\":5} | propertyId",
                "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"],\"filters\":[[\"and\",[[\"is\",\"x\",[\"y\"]],[\"is\",\"path\",[]]]]]} | filters.0.1.0.1 filters.0.1.1.2"
            })
    void an_invalid_query_gets_all_its_issues(String body, String paths) {
        Call.Answer answer = post("query", body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().path("issues").findValuesAsText("path"))
                .containsExactlyInAnyOrder(paths.split(" ", -1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | steps",
                "[{\"path\":\"/\"}] | steps",
                "[{\"path\":\"/\"},{}] | steps.1",
                "[{\"path\":\"/\",\"event\":\"x\"},5] | steps.0 steps.1",
                "[{\"path\":\"\"},{\"event\":7}] | steps.0.path steps.1.event",
                "[{\"path\":\"/\"},{\"event\":\"x\",\"props\":{\"a\":\"1\",\"b\":\"2\"}}] | steps.1.props"
            })
    void an_invalid_funnel_gets_all_its_issues(String steps, String paths) {
        Call.Answer answer = post("funnel", "{\"dateRange\":\"today\",\"steps\":" + steps + "}");

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().path("issues").findValuesAsText("path"))
                .containsExactlyInAnyOrder(paths.split(" ", -1));
    }

    @Test
    void more_than_twenty_comparisons_are_refused() {
        String leaf = "[\"is\",\"path\",[\"/\"]]";
        String rest = "\"metrics\":[\"visitors\"],\"filters\":[";
        assertThat(query(rest
                                + String.join(
                                        ",",
                                        List.of(leaf).stream()
                                                .flatMap(one -> java.util.Collections.nCopies(20, one).stream())
                                                .toList())
                                + "]")
                        .path("rows"))
                .hasSize(1);
        assertThat(post(
                                "query",
                                "{\"dateRange\":\"today\"," + rest
                                        + String.join(",", java.util.Collections.nCopies(21, leaf)) + "]}")
                        .status())
                .isEqualTo(400);
    }

    /** Names are refused, and values are bound: none of them is ever a part of a statement. */
    @Test
    void no_text_of_a_client_reaches_sql() {
        visits();
        for (String hostile : HOSTILE) {
            String text = Call.JSON.getNodeFactory().textNode(hostile).toString();
            String value = "[" + text + "]";
            for (String name : List.of(
                    "\"metrics\":" + value,
                    "\"metrics\":[\"visitors\"],\"dimensions\":" + value,
                    "\"metrics\":[\"visitors\"],\"orderBy\":[[" + text + ",\"asc\"]]",
                    "\"metrics\":[\"visitors\"],\"orderBy\":[[\"visitors\"," + text + "]]",
                    "\"metrics\":[\"visitors\"],\"filters\":[[" + text + ",\"path\",[\"/\"]]]",
                    "\"metrics\":[\"visitors\"],\"filters\":[[\"is\"," + text + ",[\"/\"]]]",
                    "\"metrics\":[\"visitors\"],\"filters\":[[\"is\",\"goal\"," + value + "]]",
                    "\"metrics\":[\"visitors\"],\"limit\":" + text)) {
                Call.Answer answer = post("query", "{\"dateRange\":\"today\"," + name + "}");
                assertThat(answer.status()).as(name + answer.text()).isEqualTo(400);
                assertThat(answer.json().path("issues").findValuesAsText("message"))
                        .noneMatch(message -> message.contains(hostile));
            }
            for (String operator : List.of("is", "contains", "matches")) {
                for (String dimension : List.of("path", "utm_campaign", "props.plan", "event_type", "landing_path")) {
                    assertThat(rows(query("\"metrics\":[\"visitors\"],\"filters\":[[\"" + operator + "\",\"" + dimension
                                    + "\"," + value + "]]")))
                            .as("%s %s %s", dimension, operator, hostile)
                            .containsExactly("[] [0]");
                }
            }
            String prop =
                    Call.JSON.getNodeFactory().textNode("props." + hostile).toString();
            assertThat(rows(query("\"metrics\":[\"visitors\"],\"dimensions\":[" + prop + "]")))
                    .containsExactly("[null] [3]");
            assertThat(post(
                                    "funnel",
                                    "{\"propertyId\":\"" + property + "\",\"dateRange\":\"today\",\"steps\":[{\"path\":"
                                            + text + "},{\"event\":\"x\",\"props\":{" + text + ":" + text + "}}]}")
                            .json()
                            .path("steps")
                            .findValuesAsText("sessions"))
                    .containsExactly("0", "0");
            assertThat(get("breakdown?window=today&dimension=" + encoded(hostile))
                            .status())
                    .isEqualTo(400);
            assertThat(get("summary?propertyId=" + encoded(hostile)).status()).isEqualTo(400);
            assertThat(get("summary?compareTo=" + encoded(hostile)).status()).isEqualTo(400);
        }
        assertThat(stored.rows("SELECT to_jsonb(count(*))::text FROM events WHERE property_id = ?", property)
                        .getFirst()
                        .asLong())
                .isEqualTo(6);
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

    @Test
    void a_window_beyond_the_raw_rows_has_counts_from_rollups_and_takes_no_filter() {
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
            }
            assertThat(get("breakdown" + window + "&dimension=props.x").status())
                    .isEqualTo(400);
            stored.execute(
                    "INSERT INTO daily_metric_rollups (property_id, day, page_views, sessions) VALUES (?, ?::date, 6, 5)",
                    property,
                    before);
            stored.execute(
                    "INSERT INTO daily_goal_rollups (property_id, goal, day, sessions) VALUES (?, 'sent', ?::date, 2)",
                    property,
                    before);
            JsonNode goals = get("breakdown" + window + "&dimension=goal").json();
            assertThat(goals.path("rows"))
                    .hasToString(
                            "[{\"value\":\"sent\",\"visitors\":null,\"pageViews\":null,\"sessions\":5,\"conversions\":2}]");
            assertThat(goals.path("reasons")).hasSize(2);
            String range = "{\"propertyId\":\"" + property + "\",\"dateRange\":[\"" + before + "\",\"" + today
                    + "\"],\"metrics\":[\"pageViews\",\"sessions\",\"events\"]";
            JsonNode whole = post("query", range + "}").json();
            assertThat(whole.path("from").asText()).isEqualTo("rollups");
            assertThat(rows(whole)).containsExactly("[] [6,5,null]");
            assertThat(whole.path("reasons").has("events")).isTrue();
            assertThat(rows(post(
                                    "query",
                                    range
                                            + ",\"dimensions\":[\"time:day\"],\"orderBy\":[[\"sessions\",\"desc\"]],\"limit\":1}")
                            .json()))
                    .containsExactly("[\"" + before + "\"] [6,5,null]");
            Call.Answer query = post("query", range + ",\"dimensions\":[\"path\"]}");
            assertThat(file("GET", "breakdown" + window + "&dimension=path")
                            .send()
                            .text())
                    .isEqualTo("value,visitors,pageViews,sessions,conversions\r\n/old,,6,5,1\r\n");
            assertThat(file("POST", "query")
                            .json(range + ",\"dimensions\":[\"time:day\"],\"limit\":1}")
                            .send()
                            .text())
                    .isEqualTo("time:day,pageViews,sessions,events\r\n" + before + ",6,5,\r\n");
            Call.Answer refused = file("POST", "query")
                    .json(range + ",\"dimensions\":[\"path\"]}")
                    .send();
            Call.assertError(refused, 400, "invalid_request");
            assertThat(refused.json().at("/issues/0/message").asText()).contains(first);
            assertThat(file("GET", "breakdown" + window + "&dimension=props.x")
                            .send()
                            .status())
                    .isEqualTo(400);
            assertThat(query.json().at("/issues/0/path").asText()).isEqualTo("dateRange");
            assertThat(get("summary" + window).json().path("from").asText()).isEqualTo("rollups");
        } finally {
            stored.execute("DELETE FROM purge_log");
        }
    }
}
