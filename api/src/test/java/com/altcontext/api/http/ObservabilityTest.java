package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Logged;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What an operator sees: metrics and health on the management port, and logs. They contain no personal data. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.OBSERVED))
class ObservabilityTest {
    private static final String ADDRESS = "203.0.113.77";

    @Inject
    Sql sql;

    @Inject
    Router router;

    @Test
    void metrics_count_the_outcomes_of_events() {
        double stored = metric("altcontext_events_accepted_total{outcome=\"stored\"}");
        double bots = metric("altcontext_events_accepted_total{outcome=\"bot\"}");
        double duplicates = metric("altcontext_events_duplicate_total");
        double dropped = metric("altcontext_events_dropped_total{reason=\"honeypot\"}");
        double refused = metric("altcontext_requests_refused_total{reason=\"invalid_request\"}");
        double types = metric("altcontext_requests_refused_total{reason=\"unsupported_media_type\"}");
        double commits = metric("altcontext_ingest_batch_size_count");
        double committed = metric("altcontext_ingest_batch_size_sum");

        ObjectNode event = TestEvent.bodyWith("eventId", UUID.randomUUID().toString());
        Call.event(event).send();
        Call.event(event).send();
        Call.batch(List.of(TestEvent.body(), TestEvent.bodyWith("traffic.deviceType", "bot"), TestEvent.body("x")))
                .send();
        Call.event(TestEvent.bodyWith("honeypot", "x")).send();
        Call.event("{}").send();
        Call.event("{}").header("content-type", "text/html").send();

        assertThat(metric("altcontext_events_accepted_total{outcome=\"stored\"}"))
                .isEqualTo(stored + 2);
        assertThat(metric("altcontext_events_accepted_total{outcome=\"bot\"}")).isEqualTo(bots + 1);
        assertThat(metric("altcontext_events_duplicate_total")).isEqualTo(duplicates + 1);
        assertThat(metric("altcontext_events_dropped_total{reason=\"honeypot\"}"))
                .isEqualTo(dropped + 1);
        assertThat(metric("altcontext_requests_refused_total{reason=\"invalid_request\"}"))
                .isEqualTo(refused + 2);
        assertThat(metric("altcontext_requests_refused_total{reason=\"unsupported_media_type\"}"))
                .isEqualTo(types + 1);
        assertThat(metric("altcontext_ingest_batch_size_count")).isGreaterThan(commits);
        assertThat(metric("altcontext_ingest_batch_size_sum")).isEqualTo(committed + 4);
    }

    @Test
    void mails_are_not_logged_at_any_level() {
        Logger root = Logger.getLogger("");
        Level before = root.getLevel();
        root.setLevel(Level.ALL);
        try {
            assertThat(Logger.getLogger("io.vertx.ext.mail.impl.SMTPConnection").isLoggable(Level.FINE))
                    .isFalse();
        } finally {
            root.setLevel(before);
        }
    }

    @Test
    void a_failure_of_the_router_itself_is_logged() {
        router.route("/v1/privacy").order(-1).handler(routing -> {
            if (routing.request().getHeader("x-fail") == null) {
                routing.next();
            } else {
                routing.fail(new IllegalStateException("on purpose"));
            }
        });
        try (Logged logged = new Logged()) {
            Call.Answer answer = Call.get("/v1/privacy").header("x-fail", "1").send();

            assertThat(answer.status()).isEqualTo(500);
            assertThat(logged.lines())
                    .filteredOn(line -> line.startsWith("ERROR") && line.contains("on purpose"))
                    .singleElement(STRING)
                    .contains(answer.header("x-request-id"));
        }
    }

    @Test
    void metrics_describe_the_writer() {
        Call.event(TestEvent.body()).send();
        String metrics = Call.management("/metrics").send().text();

        assertThat(metrics)
                .contains(
                        "altcontext_ingest_queue_depth ",
                        "altcontext_ingest_uncommitted_seconds ",
                        "altcontext_ingest_commit_time_seconds_count ",
                        "altcontext_ingest_commit_time_seconds_bucket{",
                        "altcontext_ingest_batch_size_bucket{",
                        "altcontext_database_ready 1",
                        "altcontext_limiter_clients ",
                        "altcontext_memory_resident_bytes ",
                        "altcontext_memory_waiting_bytes ");
    }

    @Test
    void metrics_count_internal_errors() {
        StoredRows stored = new StoredRows(sql);
        double faults = metric("altcontext_requests_refused_total{reason=\"internal_error\"}");
        stored.execute("ALTER TABLE events ADD CONSTRAINT fault CHECK (path <> '/faulty') NOT VALID");
        try {
            ObjectNode event = TestEvent.body().put("path", "/faulty");
            assertThat(Call.event(event).send().status()).isEqualTo(500);
        } finally {
            stored.execute("ALTER TABLE events DROP CONSTRAINT fault");
        }
        assertThat(metric("altcontext_requests_refused_total{reason=\"internal_error\"}"))
                .isEqualTo(faults + 1);
    }

    /**
     * A series that first appears with a fault hides that fault, because rate() of a new series is zero. The senders are
     * made by their first job, shortly after the start.
     */
    @Test
    void every_reason_and_outcome_has_a_counter_before_it_first_occurs() {
        for (Problem problem : Problem.values()) {
            assertThat(Call.management("/metrics").send().text())
                    .contains("altcontext_requests_refused_total{reason=\"" + problem.code() + "\"} ");
        }
        for (String kind : List.of("mail", "webhook")) {
            for (String outcome : List.of("delivered", "failed")) {
                await().untilAsserted(() -> assertThat(
                                Call.management("/metrics").send().text())
                        .contains("altcontext_" + kind + "_sent_total{outcome=\"" + outcome + "\"} "));
            }
        }
    }

    @Test
    void every_metric_of_the_service_is_described() {
        List<String> headings = Call.management("/metrics")
                .send()
                .text()
                .lines()
                .filter(line -> line.startsWith("# HELP altcontext_"))
                .toList();

        assertThat(headings)
                .hasSizeGreaterThan(20)
                .allMatch(line -> line.strip().split(" ").length > 3);
    }

    @Test
    void every_metric_that_an_alert_uses_exists() throws IOException {
        List<String> named = Pattern.compile("\\baltcontext_[a-z_]+")
                .matcher(Files.readString(Path.of("..", "deploy", "alerts.yml"))
                        .lines()
                        .filter(line -> !line.strip().startsWith("#"))
                        .collect(Collectors.joining("\n")))
                .results()
                .map(found -> found.group())
                .distinct()
                .toList();
        List<String> shown = Call.management("/metrics")
                .send()
                .text()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .distinct()
                .toList();
        assertThat(shown).containsAll(named);
        assertThat(named).hasSizeGreaterThan(8);
    }

    @Test
    void metrics_include_the_memory_of_the_process() {
        assertThat(metric("altcontext_memory_resident_bytes")).isBetween(50e6, 4e9);
    }

    @Test
    void metrics_contain_no_personal_data() {
        String anonId = "anon-" + UUID.randomUUID();
        ObjectNode event =
                TestEvent.body(anonId).put("path", "/personal-path").put("referrer", "https://personal.example/");
        Call.Answer answer = Call.event(event)
                .header("x-forwarded-for", ADDRESS)
                .header("user-agent", "Personal/1.0")
                .header("origin", "https://personal.example")
                .header("x-request-id", "personal-request")
                .send();
        Call.get("/personal-path").send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(Call.management("/metrics").send().text())
                .doesNotContainIgnoringCase("personal")
                .doesNotContain(anonId, ADDRESS, answer.field("eventId"), answer.field("visitorId"));
    }

    @Test
    void the_health_checks_of_the_platform_are_on_the_management_port() {
        for (String path : List.of("/q/health/live", "/q/health/ready", "/q/health")) {
            Call.Answer answer = Call.management(path).send();

            assertThat(answer.status()).as(path).isEqualTo(200);
            assertThat(answer.field("status")).isEqualTo("UP");
        }
        assertThat(Call.management("/q/health/ready").send().text())
                .as("readiness shows the state of the database")
                .containsPattern("\"state\"\\s*:\\s*\"ready\"");
    }

    @Test
    void the_management_port_does_not_serve_public_routes() {
        assertThat(Call.management("/v1/healthz").send().status()).isEqualTo(404);
        assertThat(Call.management("/v1/events").send().status()).isEqualTo(404);
    }

    @Test
    void logs_contain_neither_addresses_nor_bodies_but_the_id_of_a_failed_request() throws IOException {
        StoredRows stored = new StoredRows(sql);
        String anonId = "personal-" + UUID.randomUUID();
        List<String> secrets = List.of("personal", ADDRESS, anonId, "secret-path", "someone@example.org");
        stored.execute("ALTER TABLE events ADD CONSTRAINT poison CHECK (path <> '/secret-path') NOT VALID");
        List<String> lines;
        try (Logged logged = new Logged()) {
            ObjectNode event = TestEvent.body(anonId).put("path", "/secret-path");
            TestEvent.put(event, "props.email", "someone@example.org");
            for (Call call : List.of(
                    Call.event(event),
                    Call.batch(List.of(event)),
                    Call.event(event.toString().replace("/secret-path", "/secret-path\\u0000")),
                    Call.event(event + "{"),
                    Call.event("personal".repeat(10_000)),
                    Call.event(event).header("content-type", "personal/secret-path"),
                    Call.get("/secret-path?email=someone@example.org"))) {
                call.header("x-forwarded-for", ADDRESS)
                        .header("user-agent", "personal/1.0")
                        .header("x-request-id", "the-failing-request");
                assertThat(call.send().status()).isBetween(202, 500);
            }
            // The HTTP server itself refuses this request, and would otherwise log the whole URL.
            assertThat(Call.raw("GET /secret-path?email=someone@example.org HTTP/1.1\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 ");
            lines = logged.lines();
        } finally {
            stored.execute("ALTER TABLE events DROP CONSTRAINT poison");
        }

        // At this level, Quarkus and the driver may log statements, but never their values.
        assertThat(lines).allSatisfy(line -> assertThat(line).doesNotContain(secrets));
        assertThat(lines)
                .as("the failed event and the failed event of the batch are each logged with the request id")
                // A node of a cluster does not report the kind of constraint.
                .filteredOn(line -> line.contains("23514") || line.contains("23000"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("the-failing-request"));
    }

    /** Returns the value of a series, or 0 if it is missing. */
    private static double metric(String series) {
        for (String line : Call.management("/metrics").send().text().split("\n", -1)) {
            if (line.startsWith(series + ' ')) {
                return Double.parseDouble(line.substring(series.length() + 1));
            }
        }
        return 0;
    }
}
