package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.access.AccessKeyStore.NewKey;
import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.SignIn;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.metrics.goal.Goals;
import com.altcontext.property.Properties;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people with a share link see: the figures of one property, but no value that would show what one person did. */
@QuarkusTest
@WithTestResource(TestService.class)
class ShareLinkTest {
    private static final String FILTERS = "[[\"is\",\"utm_campaign\",[\"spring\"]]]";

    @Inject
    Sql sql;

    @Inject
    Properties properties;

    @Inject
    Goals goals;

    private String property = "";
    private String key = "";

    @BeforeEach
    void threeVisitorsOfOnePageAndTwoOfAnother() {
        property = new StoredRows(sql).newProperty(properties);
        key = SignIn.key(
                sql, NewKey.ofShare("link " + property, property, Instant.now().plus(Duration.ofDays(1))));
        for (int visitor = 1; visitor <= 3; visitor++) {
            view("visitor-" + visitor, "/common");
        }
        view("visitor-1", "/rare");
        view("visitor-2", "/rare");
    }

    private void view(String anonId, String path) {
        ObjectNode event = TestEvent.body(anonId);
        TestEvent.put(event, "propertyId", property);
        TestEvent.put(event, "path", path);
        TestEvent.put(event, "utm.campaign", "spring");
        TestEvent.put(event, "props.plan", "pro");
        assertThat(Call.event(event).send().header("x-outcome")).isEqualTo("stored");
    }

    private Call breakdown(String more) {
        return breakdown("path", more);
    }

    private Call breakdown(String dimension, String more) {
        return Call.get("/v1/metrics/breakdown?dimension=" + dimension + "&window=today&propertyId=" + property + more);
    }

    private static String filtered() {
        return "&filters=" + URLEncoder.encode(FILTERS, StandardCharsets.UTF_8);
    }

    private Call query(String filters) {
        return query(filters, "\"dimensions\":[\"path\"],");
    }

    private Call query(String filters, String dimensions) {
        return Call.of("POST", "/v1/metrics/query")
                .json("{\"propertyId\":\"" + property + "\",\"dateRange\":\"today\"," + dimensions
                        + "\"metrics\":[\"pageViews\"],\"filters\":" + filters + "}");
    }

    private Call.Answer shared(Call call) {
        Call.Answer answer = call.header("x-admin-key", key).send();
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer;
    }

    private static List<String> values(Call.Answer answer) {
        return answer.json().path("rows").findValuesAsText("value");
    }

    private static String admin(Call call) {
        return call.header("x-admin-key", TestService.ADMIN_KEY).send().text();
    }

    @Test
    void a_filtered_breakdown_hides_values_of_fewer_than_three_visitors() {
        assertThat(values(shared(breakdown("")))).as("without a filter").containsExactly("/common", "/rare");

        JsonNode hidden = shared(breakdown(filtered())).json();

        assertThat(hidden.path("rows").findValuesAsText("value")).containsExactly("/common");
        assertThat(hidden.at("/other/pageViews").asInt())
                .as("what is hidden is still counted")
                .isEqualTo(2);
        assertThat(hidden.at("/total/pageViews").asInt()).isEqualTo(5);
        assertThat(admin(breakdown(filtered())))
                .as("the same request with the admin key")
                .contains("/rare");
        assertThat(shared(breakdown(filtered()).header("accept", "text/csv")).text())
                .isEqualTo("value,visitors,pageViews,sessions,conversions\r\n/common,3,3,3,0\r\n");
    }

    @Test
    void a_filtered_breakdown_of_goals_or_leads_hides_such_values_too() {
        StoredRows stored = new StoredRows(sql);
        for (String page : List.of("common", "rare")) {
            stored.execute(
                    "INSERT INTO goals (property_id, name, path_pattern) VALUES (?, ?, ?)", property, page, '/' + page);
            stored.execute(
                    "INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status,"
                            + " first_traffic_source, first_utm_campaign, first_landing_path)"
                            + " SELECT gen_random_uuid(), ?, ? || n || '@example.ca', now(), now(), 'express', 'campaign', 'spring', ?"
                            + " FROM generate_series(1, ?) AS n",
                    property,
                    page,
                    '/' + page,
                    page.equals("common") ? 3 : 2);
        }
        goals.refresh();

        assertThat(values(shared(breakdown("goal", "")))).containsExactly("common", "rare");
        assertThat(values(shared(breakdown("goal", filtered())))).containsExactly("common");
        assertThat(values(shared(breakdown("lead.landing_path", "")))).containsExactly("/common", "/rare");
        assertThat(values(shared(breakdown("lead.landing_path", filtered())))).containsExactly("/common");
        assertThat(shared(query("[]", "\"dimensions\":[\"lead.landing_path\"],"))
                        .text())
                .contains("/rare");
        for (Call hidden : List.of(
                query(FILTERS, "\"dimensions\":[\"lead.landing_path\"],"),
                query("[]", "\"dimensions\":[\"lead.source\",\"lead.landing_path\"],"))) {
            assertThat(shared(hidden).text()).contains("/common").doesNotContain("/rare");
        }
    }

    @Test
    void a_filtered_query_by_time_alone_shows_all() {
        assertThat(shared(query("[[\"is\",\"path\",[\"/rare\"]]]", "\"dimensions\":[\"time:day\"],"))
                        .json()
                        .at("/rows/0/metrics/0")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void a_filtered_query_hides_such_values_too_whatever_metrics_it_requests() {
        assertThat(shared(query("[]")).text()).contains("/rare");

        Call.Answer hidden = shared(query(FILTERS));

        assertThat(hidden.json().path("rows")).hasToString("[{\"dimensions\":[\"/common\"],\"metrics\":[3]}]");
        assertThat(hidden.json().path("metrics")).hasToString("[\"pageViews\"]");
        assertThat(admin(query(FILTERS))).contains("/rare");
        assertThat(shared(query(FILTERS).header("accept", "text/csv")).text())
                .isEqualTo("path,pageViews\r\n/common,3\r\n");
    }

    /** A client that requests one page after the other takes a page that is not full for the last one. */
    @Test
    void hidden_rows_do_not_make_a_page_of_rows_shorter() {
        view("visitor-3", "/a-late-one");
        String byPath = "\"dimensions\":[\"path\"],\"orderBy\":[[\"path\",\"asc\"]],\"limit\":1,";

        assertThat(shared(query(FILTERS, byPath)).json().path("rows"))
                .hasToString("[{\"dimensions\":[\"/common\"],\"metrics\":[3]}]");
        assertThat(shared(query(FILTERS, byPath + "\"offset\":1,")).json().path("rows"))
                .isEmpty();
    }

    @Test
    void a_query_by_two_dimensions_hides_such_values_as_a_filtered_query_does() {
        String both = "\"dimensions\":[\"utm_campaign\",\"path\"],";
        String byTime = "\"dimensions\":[\"path\",\"time:day\"],";
        String byKeys = "\"dimensions\":[\"path\",\"props\"],";

        assertThat(shared(query("[]", both)).json().path("rows"))
                .hasToString("[{\"dimensions\":[\"spring\",\"/common\"],\"metrics\":[3]}]");
        assertThat(admin(query("[]", both))).contains("/rare");
        assertThat(shared(query("[]", byTime)).text()).contains("/rare");
        assertThat(shared(query("[]", byKeys)).text()).contains("/rare");
    }

    @Test
    void no_lead_can_be_read_or_erased() {
        for (Call call : List.of(
                Call.get("/v1/leads/submissions?propertyId=" + property),
                Call.of("POST", "/v1/leads/submissions?propertyId=" + property).json("{\"email\":\"x\"}"),
                Call.of("POST", "/v1/dashboard/leads.csv?propertyId=" + property),
                Call.of("POST", "/v1/leads/export").json("{\"email\":\"x@x.ca\"}"),
                Call.of("POST", "/v1/leads/delete").json("{\"email\":\"x@x.ca\"}"))) {
            assertThat(call.header("x-admin-key", key).send().status()).isEqualTo(403);
        }
    }
}
