package com.altcontext.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The alerts against the service that they watch and the page that says what to do. */
class AlertsTest {
    private static final String SOURCES = "api/src/main/java/com/altcontext/api";
    private static final Pattern METER = Pattern.compile("\"(altcontext\\.[a-z.]+)\"");
    private static final Pattern USED = Pattern.compile("\\baltcontext_[a-z_]+");

    private final List<JsonNode> rules = StreamSupport.stream(
                    Repository.yaml("deploy/alerts.yml").path("groups").spliterator(), false)
            .flatMap(group -> StreamSupport.stream(group.path("rules").spliterator(), false))
            .toList();

    @Test
    void every_alert_is_about_a_meter_that_the_service_has() {
        Set<String> meters = Repository.files(SOURCES, name -> name.endsWith(".java")).stream()
                .flatMap(file -> METER.matcher(Repository.text(file)).results())
                .map(found -> found.group(1).replace('.', '_'))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> forms = meters.stream()
                .flatMap(name -> Stream.of(name, name + "_total", name + "_seconds_bucket"))
                .collect(Collectors.toSet());
        assertThat(rules)
                .isNotEmpty()
                .allSatisfy(rule -> USED.matcher(rule.path("expr").asText())
                        .results()
                        .forEach(used -> assertThat(forms).contains(used.group())));
    }

    @Test
    void every_alert_says_where_the_operator_finds_what_to_do() {
        List<String> headings = Repository.text("docs/operations.md")
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
                .toList();
        assertThat(rules).allSatisfy(rule -> {
            String alert = rule.path("alert").asText().toLowerCase(Locale.ROOT);
            assertThat(rule.at("/annotations/runbook").asText()).isEqualTo("docs/operations.md#" + alert);
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
