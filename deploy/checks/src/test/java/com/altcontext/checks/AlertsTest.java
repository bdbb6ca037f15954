package com.altcontext.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * Compares the alerts with the page that says what to do. {@code ObservabilityTest} checks that a running service has
 * their metrics.
 */
class AlertsTest {
    private final List<JsonNode> rules = StreamSupport.stream(
                    Repository.yaml("deploy/alerts.yml").path("groups").spliterator(), false)
            .flatMap(group -> StreamSupport.stream(group.path("rules").spliterator(), false))
            .toList();

    @Test
    void every_alert_links_to_its_section_of_the_runbook() {
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
    void every_alert_is_tested_both_raised_and_not_raised() {
        String tests = Repository.text("deploy/alerts-test.yml");
        assertThat(rules)
                .allSatisfy(rule -> assertThat(
                                tests.split("alertname: " + rule.path("alert").asText() + "\\b", -1))
                        .hasSizeGreaterThanOrEqualTo(3));
    }
}
