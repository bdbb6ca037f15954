package com.altcontext.api.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.property.Properties;
import com.altcontext.testing.AwayNode;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The metrics routes. These tests are about HTTP. The figures are tested where they are computed. */
@QuarkusTest
@WithTestResource(TestService.class)
class MetricsTest {
    @Inject
    InstantSource clock;

    @Inject
    Sql sql;

    @Inject
    Properties properties;

    private String property = "";
    private LocalDate today = LocalDate.EPOCH;

    @BeforeEach
    void aPropertyOfItsOwn() {
        StoredRows stored = new StoredRows(sql);
        property = stored.newProperty(properties);
        today = LocalDate.parse(stored.rows("SELECT to_jsonb((now() AT TIME ZONE 'UTC')::date)::text")
                .getFirst()
                .asText());
    }

    @Test
    void a_summary_of_today_counts_what_came_in_until_now() {
        visit("/pricing", "visitor-a-1");
        visit("/pricing", "visitor-a-2");
        Call.event(TestEvent.bodyWith("propertyId", property))
                .header("user-agent", "curl/8.0")
                .send();
        rollUp();

        JsonNode summary = ask("summary", "&compareTo=true").json();

        assertThat(summary.at("/metrics/uniqueVisitors/value").asLong()).isEqualTo(2);
        assertThat(summary.at("/metrics/uniqueVisitors/delta").isNull()).isTrue();
        assertThat(summary.at("/metrics/totalPageViews/value").asLong()).isEqualTo(2);
        assertThat(summary.at("/metrics/bounceRate/value").asDouble()).isEqualTo(1);
        assertThat(summary.at("/metrics/formCompletionRate/value").isNull()).isTrue();
        assertThat(summary.at("/metrics/trafficSourceMix/direct").asDouble()).isEqualTo(1);
        assertThat(summary.at("/metrics/trafficSourceMix")).hasSize(9);
        assertThat(summary.at("/ingest/totalEventsAccepted").asLong()).isEqualTo(2);
        assertThat(summary.at("/ingest/botEvents").asLong()).isEqualTo(1);
        assertThat(summary.at("/freshness/rolledUpThrough").asText()).isEqualTo(today.toString());
        assertThat(summary.at("/freshness/lagDays").asInt()).isZero();
        assertThat(summary.path("from").asText()).isEqualTo("rollups");
        assertThat(summary.at("/compareTo/partial").asBoolean()).isTrue();
        assertThat(summary.at("/compareTo/to").asText())
                .isEqualTo(today.minusDays(1).toString());
        assertThat(summary.at("/trend")).hasSize(1);
        assertThat(summary.at("/trend/0/day").asText()).isEqualTo(today.toString());
        assertThat(summary.at("/trend/0/pageViews").asLong()).isEqualTo(2);
    }

    @Test
    void a_breakdown_lists_the_values_with_the_most_visitors_first() {
        visit("/a", "visitor-b-1");
        visit("/a", "visitor-b-2");
        visit("/b", "visitor-b-1");
        rollUp();

        JsonNode breakdown = ask("breakdown", "&dimension=path&limit=1").json();

        assertThat(breakdown.path("dimension").asText()).isEqualTo("path");
        assertThat(breakdown.path("rows")).hasSize(1);
        assertThat(breakdown.at("/rows/0/value").asText()).isEqualTo("/a");
        assertThat(breakdown.at("/rows/0/visitors").asLong()).isEqualTo(2);
        assertThat(breakdown.at("/total/pageViews").asLong()).isEqualTo(3);
        assertThat(breakdown.at("/other/pageViews").asLong()).isEqualTo(1);
        assertThat(breakdown.at("/total/sessions").isMissingNode()).isTrue();
        assertThat(breakdown.path("from").asText()).isEqualTo("raw");
    }

    @Test
    void a_breakdown_without_visitors_comes_from_rollups_unless_it_is_filtered() {
        visit("/c", "visitor-c-1");
        visit("/c", "visitor-c-2");
        visit("/d", "visitor-c-1");
        rollUp();
        visit("/not-rolled-up-yet", "visitor-c-3");

        JsonNode rolled = ask("breakdown", "&dimension=path&visitors=false").json();

        assertThat(rolled.path("from").asText()).isEqualTo("rollups");
        assertThat(rolled.path("rows").findValuesAsText("value")).containsExactly("/c", "/d");
        assertThat(rolled.at("/rows/0/pageViews").asLong()).isEqualTo(2);
        assertThat(rolled.at("/rows/0/sessions").asLong()).isEqualTo(2);
        assertThat(rolled.at("/rows/0/visitors").isNull()).isTrue();
        assertThat(rolled.at("/reasons/rows.visitors").asText()).startsWith("rollups do not have");
        assertThat(rolled.at("/freshness/rolledUpThrough").asText()).isEqualTo(today.toString());
        JsonNode filtered = ask(
                        "breakdown",
                        "&dimension=path&visitors=false&filters="
                                + URLEncoder.encode("[[\"is_not\",\"path\",[\"/d\"]]]", UTF_8))
                .json();
        assertThat(filtered.path("from").asText()).isEqualTo("raw");
        assertThat(filtered.path("rows").findValuesAsText("value")).containsExactly("/c", "/not-rolled-up-yet");
        assertThat(ask("breakdown", "&dimension=props.plan&visitors=false")
                        .json()
                        .path("from")
                        .asText())
                .isEqualTo("raw");
    }

    @Test
    void today_is_compared_with_the_same_part_of_yesterday() {
        visit("/", "visitor-e-1");
        visit("/", "visitor-e-2");
        for (String time : List.of("T00:00:00Z", "T23:59:59.999Z")) {
            var event = TestEvent.body("visitor-e-" + time.substring(1, 6));
            TestEvent.put(event, "propertyId", property);
            TestEvent.put(event, "timestamp", today.minusDays(1) + time);
            assertThat(Call.event(event).send().header("x-outcome")).isEqualTo("stored");
        }
        rollUp();

        JsonNode summary = ask("summary", "&compareTo=previous").json();

        assertThat(summary.at("/metrics/uniqueVisitors/value").asLong()).isEqualTo(2);
        assertThat(summary.at("/metrics/uniqueVisitors/delta").asDouble()).isEqualTo(1);
        assertThat(summary.at("/compareTo/partial").asBoolean()).isTrue();
        JsonNode year = ask("summary", "&compareTo=year").json();
        assertThat(year.at("/compareTo/from").asText())
                .isEqualTo(today.minusDays(364).toString());
        assertThat(year.at("/metrics/uniqueVisitors/delta").isNull()).isTrue();
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "TEST_CITUS_NODES", matches = ".+")
    void today_is_not_compared_while_a_node_is_away() {
        visit("/", "visitor-f-1");
        rollUp();

        try (AwayNode _ = new AwayNode(sql)) {
            JsonNode summary = ask("summary", "&compareTo=previous").json();

            assertThat(summary.at("/metrics/uniqueVisitors/value").asLong()).isEqualTo(1);
            assertThat(summary.at("/metrics/uniqueVisitors/delta").isNull()).isTrue();
            assertThat(summary.at("/reasons/compareTo").asText()).contains("node");
            assertThat(summary.at("/freshness/gaps").isNull()).isTrue();
            assertThat(ask("breakdown", "&dimension=path").status()).isEqualTo(503);
            assertThat(ask("breakdown", "&dimension=path&visitors=false")
                            .json()
                            .path("rows")
                            .findValuesAsText("value"))
                    .containsExactly("/");
        }
    }

    @Test
    void a_summary_of_one_property_counts_no_other_and_a_summary_of_all_counts_both() {
        visit("/x", "visitor-c-1");
        String other = property;
        aPropertyOfItsOwn();
        visit("/x", "visitor-c-1");
        rollUp();

        assertThat(ask("summary", "").json().at("/metrics/sessions/value").asLong())
                .isEqualTo(1);
        String window = "?from=" + today + "&to=" + today;
        long all = admin("/v1/metrics/summary" + window)
                .json()
                .at("/metrics/sessions/value")
                .asLong();
        assertThat(all).isGreaterThanOrEqualTo(2);
        assertThat(other).isNotEqualTo(property);
    }

    @Test
    void an_answer_is_cached_for_a_while() {
        visit("/once", "visitor-d-1");
        rollUp();
        String first = ask("summary", "").text();
        visit("/twice", "visitor-d-2");
        rollUp();

        assertThat(ask("summary", "").text()).isEqualTo(first);
        assertThat(ask("summary", "&compareTo=true")
                        .json()
                        .at("/metrics/uniqueVisitors/value")
                        .asLong())
                .as("a different request is not answered from the cache")
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "summary?window=0 | window",
                "summary?window=367 | window",
                "summary?window=x | window",
                "summary?from=2026-01-01 | to",
                "summary?to=2026-01-01 | from",
                "summary?from=2026-02-30&to=2026-03-01 | from",
                "summary?from=2026-01-02&to=2026-01-01 | to",
                "summary?from=2020-01-01&to=2026-01-01 | from",
                "summary?from=2026-01-01&to=9999-01-01 | to",
                "summary?window=7&from=2026-01-01&to=2026-01-02 | window",
                "summary?filters=%5B%5D&filters=%5B%5D | filters",
                "summary?window=7&Window=7 | Window",
                "summary?compareTo=maybe | compareTo",
                "summary?compareTo=2 | compareTo",
                "summary?compareTo= | compareTo",
                "summary?filters=%5B | filters",
                "summary?filters=%7B%7D | filters",
                "summary?filters=%5B%5B%22is%22,%22secret%22,%5B%22x%22%5D%5D%5D | filters.0.1",
                "summary?propertyId=unheard-of | propertyId",
                "breakdown | dimension",
                "breakdown?dimension=props | dimension",
                "breakdown?dimension=path&limit=0 | limit",
                "breakdown?dimension=path&limit=501 | limit",
                "breakdown?dimension=path&visitors=few | visitors",
                "breakdown?dimension=lead.source&touch=last | touch"
            })
    void an_invalid_request_gets_its_issues(String question, String field) {
        Call.Answer answer = admin("/v1/metrics/" + question);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("issues").findValuesAsText("path")).containsExactly(field);
    }

    @ParameterizedTest
    @CsvSource({
        "previous,true",
        "year,true",
        "true,true",
        "yes,true",
        "on,true",
        "1,true",
        "false,false",
        "no,false",
        "off,false",
        "0,false"
    })
    void compare_to_accepts_all_common_words_for_yes_and_no(String word, boolean compared) {
        Call.Answer answer = ask("summary", "&compareTo=" + word);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("compareTo").isObject()).isEqualTo(compared);
    }

    @Test
    void a_refused_request_is_counted_as_a_rejection() {
        StoredRows stored = new StoredRows(sql);
        for (String endpoint : List.of("metrics/summary", "metrics/breakdown")) {
            long before = stored.rejections("default", endpoint, "invalid_request");
            assertThat(admin("/v1/" + endpoint + "?window=0").status()).isEqualTo(400);
            assertThat(admin("/v1/" + endpoint + "?window=7&from=2026-01-01").status())
                    .isEqualTo(400);

            StoredRows.await(() -> stored.rejections("default", endpoint, "invalid_request") >= before + 2, true);
        }
    }

    @Test
    void all_issues_come_in_one_answer() {
        List<String> fields = admin("/v1/metrics/breakdown?window=0&limit=x&propertyId=unheard-of")
                .json()
                .path("issues")
                .findValuesAsText("path");

        assertThat(fields).containsExactlyInAnyOrder("window", "limit", "propertyId", "dimension");
    }

    @Test
    void the_issue_of_an_unknown_window_says_that_today_is_accepted() {
        assertThat(admin("/v1/metrics/summary?window=yesterday")
                        .json()
                        .path("issues")
                        .findValuesAsText("message"))
                .containsExactly("must be a whole number from 1 to 366, or today");
    }

    @Test
    void without_a_key_there_are_no_figures() {
        Call.Answer answer = Call.get("/v1/metrics/summary").send();

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"unauthorized\"}");
    }

    private void visit(String path, String anonId) {
        var event = TestEvent.body(anonId);
        TestEvent.put(event, "propertyId", property);
        TestEvent.put(event, "path", path);
        assertThat(Call.event(event).send().header("x-outcome")).isEqualTo("stored");
    }

    private Call.Answer ask(String what, String more) {
        return admin("/v1/metrics/" + what + "?from=" + today + "&to=" + today + "&propertyId=" + property + more);
    }

    private static Call.Answer admin(String path) {
        return Call.get(path).header("x-admin-key", TestService.ADMIN_KEY).send();
    }

    /** Rolls up today. If the service's own rollup is running, this one waits for it. */
    private void rollUp() {
        var _ = new Rollup(sql, clock).run(today, null);
    }
}
