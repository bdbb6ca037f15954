package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.access.Scope;
import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.SignIn;
import com.altcontext.api.testing.TestService;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Goals that are added over HTTP. AccessTest tests who may add them. */
@QuarkusTest
@WithTestResource(TestService.class)
class GoalResourceTest extends VisitedProperty {
    private Call.Answer add(String key, String goal) {
        return Call.of("POST", "/v1/goals")
                .header("x-admin-key", key)
                .json("{\"propertyId\":\"" + property + "\"," + goal + "}")
                .send();
    }

    private List<JsonNode> audited() {
        return stored.rows(
                "SELECT to_jsonb(a)::text FROM audit_log AS a WHERE property_id = ? AND action = 'goal_added'",
                property);
    }

    @Test
    void a_new_goal_counts_earlier_visits_at_once_and_is_audited() {
        visits();
        String key = SignIn.key(sql, Set.of(Scope.values()), property);
        String list = "breakdown?window=today&dimension=goal&propertyId=" + property;
        assertThat(get(list).json().path("rows")).isEmpty();

        Call.Answer added = add(key, "\"name\":\" Read prices \",\"path\":\"/pric*\"");

        assertThat(added.status()).as(added.text()).isEqualTo(200);
        assertThat(added.json().path("name").asText()).isEqualTo("Read prices");
        assertThat(added.json().path("days").asInt()).isPositive();
        assertThat(rows(query("\"metrics\":[\"conversions\",\"sessions\"],\"dimensions\":[\"goal\"]")))
                .containsExactly("[\"Read prices\"] [2,3]");
        assertThat(get(list).json().at("/rows/0/conversions").asInt())
                .as("the cached answer from before the goal was added is not used")
                .isEqualTo(2);
        assertThat(audited()).hasSize(1);
        assertThat(audited().getFirst().path("done_by").asText()).isEqualTo("api");
        assertThat(audited().getFirst().path("key_id").isNull()).isFalse();
    }

    @Test
    void an_event_with_a_prop_can_be_a_goal_too() {
        visits();

        assertThat(add(TestService.ADMIN_KEY, "\"name\":\"pro\",\"event\":\"form_submit\",\"prop\":\"plan=pro\"")
                        .status())
                .isEqualTo(200);
        assertThat(rows(query("\"metrics\":[\"conversions\"],\"dimensions\":[\"goal\"]")))
                .containsExactly("[\"pro\"] [1]");
    }

    @Test
    void a_name_that_is_taken_and_every_broken_rule_are_reported_and_not_audited() {
        assertThat(add(TestService.ADMIN_KEY, "\"name\":\"one\",\"path\":\"/\"").status())
                .isEqualTo(200);

        Call.Answer again = add(TestService.ADMIN_KEY, "\"name\":\"one\",\"path\":\"/other\"");
        Call.Answer wrong = add(TestService.ADMIN_KEY, "\"name\":\"" + "x".repeat(65) + "\",\"prop\":\"plan\"");
        Call.Answer nameless = add(TestService.ADMIN_KEY, "\"path\":7");
        Call.Answer empty = add(TestService.ADMIN_KEY, "\"name\":\"\",\"event\":\"\"");

        assertThat(again.status()).isEqualTo(400);
        assertThat(again.json().at("/issues/0/message").asText())
                .isEqualTo("is the name of another goal of the property");
        assertThat(wrong.json().path("issues").findValuesAsText("path")).containsExactlyInAnyOrder("name", "path");
        assertThat(nameless.json().path("issues").findValuesAsText("path")).containsExactlyInAnyOrder("name", "path");
        assertThat(empty.json().path("issues").findValuesAsText("message"))
                .containsExactly("must be 1 to 64 characters", "must be 1 to 64 characters");
        assertThat(audited()).hasSize(1);
    }

    @Test
    void a_goal_needs_a_property() {
        Call.Answer answer = Call.of("POST", "/v1/goals")
                .header("x-admin-key", TestService.ADMIN_KEY)
                .json("{\"name\":\"one\",\"path\":\"/\"}")
                .send();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/issues/0/path").asText()).isEqualTo("propertyId");
    }
}
