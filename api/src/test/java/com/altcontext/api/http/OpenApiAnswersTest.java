package com.altcontext.api.http;

import static com.altcontext.api.http.OpenApiDocument.assertDocumented;
import static com.altcontext.api.http.OpenApiDocument.client;
import static com.altcontext.api.http.OpenApiDocument.exhausted;
import static com.altcontext.api.http.OpenApiDocument.names;
import static com.altcontext.api.http.OpenApiDocument.oneOf;
import static com.altcontext.api.http.OpenApiDocument.operation;
import static com.altcontext.api.http.OpenApiDocument.operations;
import static com.altcontext.api.http.OpenApiDocument.resolved;
import static com.altcontext.api.http.OpenApiDocument.schema;
import static com.altcontext.api.http.OpenApiDocument.violations;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.access.Scope;
import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.SignIn;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.consent.ConfirmationToken;
import com.altcontext.db.Sql;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.report.StopToken;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Compares the answers of the running service with openapi.yaml: every documented status, header and body. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.LIMITED))
class OpenApiAnswersTest {
    @Inject
    Sql sql;

    @Inject
    UnsubscribeToken token;

    @Inject
    StopToken stopToken;

    @Inject
    ConfirmationToken confirmations;

    @Inject
    InstantSource clock;

    @Test
    void every_example_request_gets_the_documented_status_and_answer() {
        AtomicInteger sent = new AtomicInteger();
        operations((path, method) -> resolved(operation(path, method).path("requestBody"))
                .path("content")
                .properties()
                .forEach(content -> content.getValue().path("examples").forEach(example -> {
                    Call.Answer answer = client(Call.of("POST", path))
                            .header("content-type", content.getKey())
                            .body(sent(example.path("value")))
                            .send();

                    assertThat(answer.status())
                            .as("%s: %s", example.path("summary").asText(), answer.text())
                            .isEqualTo(example.path("x-expected-status").asInt());
                    assertDocumented(path, method, answer);
                    sent.incrementAndGet();
                })));
        assertThat(sent.get()).isGreaterThanOrEqualTo(22);
    }

    @Test
    void every_documented_status_of_an_operation_occurs_with_the_documented_answer() {
        Map<String, Set<Integer>> received = new TreeMap<>();
        Map<String, Set<Integer>> documented = new TreeMap<>();
        operations((path, method) -> {
            String operation = method + ' ' + path;
            for (Call.Answer answer : answers(path, method)) {
                assertDocumented(path, method, answer);
                received.computeIfAbsent(operation, key -> new TreeSet<>()).add(answer.status());
            }
            // A 503 needs an unreachable database; 500 has its own tests below.
            Set<Integer> statuses = documented.computeIfAbsent(operation, key -> new TreeSet<>());
            names(operation(path, method).path("responses")).stream()
                    .map(Integer::valueOf)
                    .filter(status -> status < 500)
                    .forEach(statuses::add);
        });
        assertThat(received).isEqualTo(documented);
    }

    /** Returns answers of the operation, with each of its documented statuses below 500. */
    private List<Call.Answer> answers(String path, String method) {
        List<Call.Answer> answers = new ArrayList<>(answersToTheAdminKey(path, method));
        JsonNode access = operation(path, method).path("x-access");
        if (access.asText().matches(".*:.*|every scope.*")) {
            boolean ofFigures = access.asText().startsWith("figures");
            String other = SignIn.key(sql, Set.of(ofFigures ? Scope.LEADS_READ : Scope.FIGURES_READ), null);
            answers.add(client(Call.of(method.toUpperCase(Locale.ROOT), path).json("{}"))
                    .header("x-admin-key", other)
                    .send());
        }
        return answers;
    }

    private List<Call.Answer> answersToTheAdminKey(String path, String method) {
        if (path.equals("/v1/healthz")) {
            return List.of(Call.get(path).send());
        }
        if (path.endsWith("{token}")) {
            return linkAnswers(path.replace("{token}", ""), method.toUpperCase(Locale.ROOT));
        }
        if (path.startsWith("/v1/telemetry") || path.startsWith("/dashboard")) {
            Call.Answer script = client(Call.get(oneOf(path))).send();
            String tag = script.headers().firstValue("etag").orElse("");
            return List.of(
                    script,
                    client(Call.get(oneOf(path)).header("if-none-match", tag)).send(),
                    exhausted(() -> Call.get(oneOf(path))));
        }
        if (path.startsWith("/v1/metrics/") && method.equals("get")) {
            return List.of(
                    client(Call.get(path + "?dimension=path")).send(),
                    client(Call.get(path + "?dimension=path"))
                            .header("accept", "text/csv")
                            .send(),
                    client(Call.get(path + "?window=0&propertyId=unheard-of")).send(),
                    client(Call.get(path)).without("x-admin-key").send(),
                    exhausted(() -> Call.get(path)));
        }
        if (path.startsWith("/v1/dashboard/")) {
            return dashboardAnswers(path, method.toUpperCase(Locale.ROOT));
        }
        if ((path.equals("/v1/leads/submissions") || path.equals("/v1/leads/mailable")) && method.equals("get")) {
            return List.of(
                    client(Call.get(path)).send(),
                    client(Call.get(path + "?cursor=x")).send(),
                    client(Call.get(path)).without("x-admin-key").send(),
                    exhausted(() -> Call.get(path)));
        }
        if (method.equals("get")) {
            return List.of(client(Call.get(path)).send(), exhausted(() -> Call.get(path)));
        }
        List<Call.Answer> answers = new ArrayList<>();
        for (Call call : List.of(
                Call.of("POST", path).json(right(path)),
                Call.of("POST", path).json("{}"),
                Call.of("POST", path).json("x".repeat(70_000)),
                Call.of("POST", path).body("x"))) {
            answers.add(client(call).send());
        }
        answers.add(client(Call.of("POST", path).json(right(path)))
                .header("accept", "text/csv")
                .send());
        answers.add(exhausted(() -> Call.of("POST", path).json(List.of(TestEvent.body(), 5))));
        if (path.equals("/v1/leads/capture")) {
            answers.add(
                    client(Call.capture(Forms.minimal().put("honeypot", "x"))).send());
            answers.add(client(Call.form("email=jo%40example.ca")).send());
        }
        if (path.startsWith("/v1/metrics/")
                || List.of("/v1/leads/submissions", "/v1/goals").contains(path)) {
            answers.add(client(Call.of("POST", path).json("{}"))
                    .without("x-admin-key")
                    .send());
        }
        if (path.equals("/v1/leads/delete") || path.equals("/v1/leads/export")) {
            answers.add(client(Call.of("POST", path).json(Forms.minimal())).send());
            answers.add(client(Call.of("POST", path).json(Forms.minimal()))
                    .without("x-admin-key")
                    .send());
        }
        return answers;
    }

    private static List<Call.Answer> dashboardAnswers(String path, String method) {
        Supplier<Call> call = () -> {
            Call request = Call.of(method, path);
            return method.equals("POST")
                    ? request.json(Call.JSON.createObjectNode().put("key", TestService.ADMIN_KEY))
                    : request;
        };
        List<Call.Answer> answers = new ArrayList<>(List.of(
                client(call.get()).header("cookie", SignIn.cookie()).send(),
                client(call.get())
                        .without("x-admin-key")
                        .header("sec-fetch-site", "cross-site")
                        .send(),
                exhausted(call)));
        List<Call> wrong = path.contains("/leads")
                ? List.of(Call.of(method, path + "?propertyId=unheard-of"))
                : List.of(
                        Call.of(method, path).json("{}"), Call.of(method, path).body("x"));
        if (!names(operation(path, method.toLowerCase(Locale.ROOT)).path("responses"))
                .contains("400")) {
            return answers;
        }
        wrong.forEach(one -> answers.add(client(one).send()));
        if (method.equals("POST")) {
            answers.add(client(Call.of(method, path).json("x".repeat(70_000))).send());
        }
        return answers;
    }

    private List<Call.Answer> linkAnswers(String path, String method) {
        UUID lead = UUID.fromString(client(Call.capture(Forms.minimal())).send().field("leadId"));
        boolean confirms = path.contains("confirm");
        List<Call.Answer> answers = new ArrayList<>();
        if (confirms) {
            answers.add(client(Call.of(method, path + confirmation(lead, Instant.EPOCH)))
                    .send());
        }
        String link = path
                + (path.startsWith("/v1/reports/")
                        ? stopToken.of(lead)
                        : confirms
                                ? confirmation(lead, clock.instant().plusSeconds(60))
                                : token.of(new UnsubscribeToken.Subject(lead, "default")));
        answers.addAll(List.of(
                client(Call.of(method, link)).send(),
                client(Call.of(method, path + "cut-off")).send(),
                exhausted(() -> Call.of(method, path + "cut-off"))));
        if (method.equals("POST")) {
            answers.add(client(Call.of(method, link).body("x".repeat(70_000))).send());
        }
        return answers;
    }

    private String confirmation(UUID lead, Instant endsAt) {
        long row = sql.inTransaction(
                tx -> tx.queryOne("SELECT id FROM consent_events WHERE lead_id = ?", found -> found.number(1), lead));
        return confirmations.of(new ConfirmationToken.Request(lead, row, endsAt));
    }

    /** Returns a valid body for the operation. */
    private static Object right(String path) {
        ObjectNode form = Forms.minimal();
        if (path.equals("/v1/leads/delete") || path.equals("/v1/leads/export")) {
            client(Call.capture(form)).send();
        }
        return switch (path) {
            case "/v1/events" -> TestEvent.body();
            case "/v1/events/batch" -> List.of(TestEvent.body());
            case "/v1/metrics/query" -> "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"]}";
            case "/v1/metrics/funnel" -> "{\"dateRange\":\"today\",\"steps\":[{\"path\":\"/\"},{\"event\":\"x\"}]}";
            case "/v1/goals" -> "{\"propertyId\":\"default\",\"name\":\"" + UUID.randomUUID() + "\",\"path\":\"/\"}";
            default -> form;
        };
    }

    @Test
    void an_internal_error_is_as_documented() {
        StoredRows stored = new StoredRows(sql);
        stored.execute("ALTER TABLE events ADD CONSTRAINT poison CHECK (path <> '/poison') NOT VALID");
        try {
            Call.Answer answer =
                    client(Call.event(TestEvent.bodyWith("path", "/poison"))).send();
            assertThat(answer.status()).isEqualTo(500);
            assertDocumented("/v1/events", "post", answer);
            Call.Answer batch = client(Call.batch(List.of(TestEvent.bodyWith("path", "/poison"), TestEvent.body())))
                    .send();
            assertThat(batch.status()).isEqualTo(202);
            assertDocumented("/v1/events/batch", "post", batch);
        } finally {
            stored.execute("ALTER TABLE events DROP CONSTRAINT poison");
        }
    }

    @Test
    void an_internal_error_while_a_form_is_stored_is_as_documented() {
        StoredRows stored = new StoredRows(sql);
        stored.execute("ALTER TABLE leads ADD CONSTRAINT poison CHECK (email <> 'poison@example.ca') NOT VALID");
        try {
            Call.Answer answer =
                    client(Call.capture(Forms.minimal("poison@example.ca"))).send();
            assertThat(answer.status()).isEqualTo(500);
            assertDocumented("/v1/leads/capture", "post", answer);
        } finally {
            stored.execute("ALTER TABLE leads DROP CONSTRAINT poison");
        }
    }

    @Test
    void unknown_paths_and_methods_are_answered_as_described() {
        assertThat(violations(schema("NotFound"), Call.get("/nothing").send().json()))
                .isEmpty();
        operations((path, method) -> assertThat(violations(
                        schema("MethodNotAllowed"),
                        Call.of("PATCH", oneOf(path)).send().json()))
                .isEmpty());
    }

    @Test
    void every_outcome_of_an_event_is_answered_as_documented() {
        ObjectNode twice = TestEvent.bodyWith("eventId", UUID.randomUUID().toString());
        for (Object event : List.of(
                TestEvent.body(),
                twice,
                twice,
                TestEvent.bodyWith("honeypot", "x"),
                TestEvent.bodyWith("traffic.deviceType", "bot"))) {
            assertDocumented("/v1/events", "post", client(Call.event(event)).send());
        }
        assertDocumented(
                "/v1/events/batch",
                "post",
                client(Call.batch(List.of(twice, TestEvent.bodyWith("honeypot", "x"), 5, TestEvent.body())))
                        .send());
    }

    @Test
    void the_tracker_is_served_as_documented() {
        for (String path : List.of("/v1/telemetry.js", "/v1/telemetry.{hash}.js")) {
            Call.Answer answer = client(Call.get(oneOf(path))).send();
            assertDocumented(path, "get", answer);
            String tag = Objects.requireNonNull(answer.header("etag"));
            assertDocumented(
                    path,
                    "get",
                    client(Call.get(oneOf(path))).header("if-none-match", tag).send());
            assertDocumented(path, "get", exhausted(() -> Call.get(oneOf(path))));
        }
    }

    /** Returns the body to send for an example. A text, such as a form, is sent as it is. */
    private static Object sent(JsonNode value) {
        return value.isTextual() ? value.asText() : value;
    }
}
