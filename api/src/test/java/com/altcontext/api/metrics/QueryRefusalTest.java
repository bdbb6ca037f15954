package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queries that are refused, each with all its issues. */
@QuarkusTest
@WithTestResource(TestService.class)
class QueryRefusalTest extends VisitedProperty {
    /** Each would end a statement, a string, a pattern or a cast if it were put into SQL. */
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
                "{\"dateRange\":\"today\",\"metrics\":[\"newLeads\"],\"dimensions\":[\"lead.source\",\"path\"],\"touch\":\"last\",\"filters\":[[\"is\",\"device\",[\"mobile\"]]]} | dimensions filters touch",
                "{\"dateRange\":\"today\",\"metrics\":[\"newLeads\"],\"dimensions\":[\"goal\",\"lead.form\"],\"touch\":5} | propertyId dimensions touch",
                "{\"dateRange\":\"today\",\"metrics\":[\"newLeads\"],\"dimensions\":[\"lead.email\"],\"filters\":[[\"is\",\"lead.source\",[\"email\"]]]} | dimensions.0 filters.0.1",
                "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"],\"limit\":1001,\"offset\":-1} | limit offset",
                "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"],\"limit\":0,\"offset\":100001} | limit offset",
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
                "[{\"path\":\"/\",\"props\":{\"a\":\"1\"}},{\"event\":\"x\"}] | steps.0.props",
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
    /**
     * Names that are not known are refused, and values are bound as parameters. So neither becomes a part of a
     * statement.
     */
    @Test
    void text_from_a_client_never_becomes_sql() {
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
}
