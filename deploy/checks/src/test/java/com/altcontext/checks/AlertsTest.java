package com.altcontext.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The alerts against the page that says what to do. That the service has their metrics is looked up in the running one. */
class AlertsTest {
    private final List<JsonNode> rules = StreamSupport.stream(
                    Repository.yaml("deploy/alerts.yml").path("groups").spliterator(), false)
            .flatMap(group -> StreamSupport.stream(group.path("rules").spliterator(), false))
            .toList();

    @Test
    void every_alert_says_where_the_operator_finds_what_to_do() {
        List<String> headings = Repository.text("docs/alerts.md")
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
                .toList();
        assertThat(rules).allSatisfy(rule -> {
            String alert = rule.path("alert").asText().toLowerCase(Locale.ROOT);
            assertThat(rule.at("/annotations/runbook").asText()).isEqualTo("docs/alerts.md#" + alert);
            assertThat(headings).contains(alert);
            assertThat(rule.at("/labels/severity").asText()).isIn("page", "ticket");
        });
    }

    @Test
    void every_alert_is_played_through_raised_and_not() {
        String played = Repository.text("deploy/alerts-test.yml");
        assertThat(rules)
                .allSatisfy(rule -> assertThat(
                                played.split("alertname: " + rule.path("alert").asText() + "\\b", -1))
                        .hasSizeGreaterThanOrEqualTo(3));
    }
}
