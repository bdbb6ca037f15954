package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.metrics.goal.Goals;
import com.altcontext.property.Properties;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;

/** A new property for each test, with visits to it and queries about it. */
abstract class VisitedProperty {
    @Inject
    Sql sql;

    @Inject
    Properties properties;

    @Inject
    Goals goals;

    StoredRows stored;
    String property = "";

    @BeforeEach
    void aPropertyOfItsOwn() {
        stored = new StoredRows(sql);
        property = stored.newProperty(properties);
    }

    void does(String anonId, String type, String path, String campaign, String plan) {
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

    /** @param column the column of {@code goals} that says what reaches the goal */
    void goal(String name, String column, String value) {
        stored.execute("INSERT INTO goals (property_id, name, " + column + ") VALUES (?, ?, ?)", property, name, value);
        goals.refresh();
    }

    void visits() {
        does("visitor-1", "page_view", "/pricing", "spring", "");
        does("visitor-1", "form_start", "/form", "", "");
        does("visitor-1", "form_submit", "/form", "", "pro");
        does("visitor-2", "page_view", "/pricing", "spring", "free");
        does("visitor-2", "page_view", "/about", "", "");
        does("visitor-3", "page_view", "/", "", "");
    }

    JsonNode query(String rest) {
        Call.Answer answer =
                post("query", "{\"propertyId\":\"" + property + "\",\"dateRange\":\"today\"," + rest + "}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    static Call.Answer post(String what, String body) {
        return Call.of("POST", "/v1/metrics/" + what)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .json(body)
                .send();
    }

    static Call.Answer get(String path) {
        return Call.get("/v1/metrics/" + path)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .send();
    }

    static Call file(String method, String path) {
        return Call.of(method, "/v1/metrics/" + path)
                .header("x-admin-key", TestService.ADMIN_KEY)
                .header("accept", "text/csv");
    }

    static List<String> rows(JsonNode answer) {
        return StreamSupport.stream(answer.path("rows").spliterator(), false)
                .map(row -> row.path("dimensions") + " " + row.path("metrics"))
                .toList();
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
