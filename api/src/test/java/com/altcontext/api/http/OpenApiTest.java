package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.Stored;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Holds openapi.yaml against the running service: what it says is there, is there; what is there, it tells of; and each
 * bound in it is the one that the service enforces.
 */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.LIMITED))
class OpenApiTest {
    private static final String UNLISTED = "paths and methods that the document tells of in its description only";
    private static final JsonNode DOCUMENT = document();
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");
    private static final String SESSION = new SessionCookie(
                    Optional.of(TestService.ADMIN_KEY), true, InstantSource.system())
            .begin()
            .setCookie();
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    @Inject
    Routes routes;

    @Inject
    Sql sql;

    @Inject
    UnsubscribeToken token;

    /** A body whose schema is held against what the service takes, field by field. */
    @SuppressWarnings("ImmutableEnumChecker") // Jackson's nodes can change, and nobody changes these.
    private enum Body {
        EVENT("Event", "/v1/events", TestEvent::body),
        FORM("Form", "/v1/leads/capture", Forms::least),
        UNSUBSCRIPTION("Unsubscription", "/v1/leads/unsubscribe", Forms::least);

        final JsonNode schema;
        final String path;
        private final Supplier<ObjectNode> least;

        Body(String schema, String path, Supplier<ObjectNode> least) {
            this.schema = schema(schema);
            this.path = path;
            this.least = least;
        }

        /** With no more than is required. */
        ObjectNode least() {
            return least.get();
        }

        ObjectNode with(String field, Object value) {
            ObjectNode body = least();
            TestEvent.put(body, field, value);
            return body;
        }

        Call.Answer send(Object body) {
            return client(Call.of("POST", path).json(body)).send();
        }
    }

    private static JsonNode document() {
        try (InputStream file = OpenApiTest.class.getResourceAsStream("/openapi.yaml")) {
            return new ObjectMapper(new YAMLFactory()).readTree(Objects.requireNonNull(file));
        } catch (IOException unreadable) {
            throw new AssertionError("openapi.yaml is YAML", unreadable);
        }
    }

    // --- the document

    @Test
    void the_service_gives_out_the_document() throws IOException {
        Call.Answer answer = Call.get("/v1/openapi.yaml").send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).startsWith("application/yaml");
        assertThat(new ObjectMapper(new YAMLFactory()).readTree(answer.text())).isEqualTo(DOCUMENT);
        assertThat(DOCUMENT.path("openapi").asText()).startsWith("3.1.");
    }

    @Test
    void every_reference_leads_somewhere_and_every_component_is_referred_to() {
        Set<String> references = new TreeSet<>(DOCUMENT.findValuesAsText("$ref"));
        for (String reference : references) {
            assertThat(DOCUMENT.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse();
        }
        DOCUMENT.path("components").properties().stream()
                // A security scheme is referred to by its name.
                .filter(kind -> !kind.getKey().equals("securitySchemes"))
                .forEach(kind -> kind.getValue().fieldNames().forEachRemaining(name -> {
                    boolean inProse = Set.of("NotFound", "MethodNotAllowed").contains(name);
                    assertThat(inProse || references.contains("#/components/" + kind.getKey() + '/' + name))
                            .as("%s %s", name, inProse ? UNLISTED : "")
                            .isTrue();
                }));
    }

    /** The table of all routes, as the annotations say and as the document says; a difference prints both. */
    @Test
    void the_document_says_of_every_route_who_may_call_it_what_limits_it_and_which_bodies_it_takes() {
        Set<String> documented = new TreeSet<>();
        operations((path, method) -> {
            JsonNode operation = operation(path, method);
            documented.add(line(
                    method.toUpperCase(Locale.ROOT),
                    path,
                    operation.path("x-access").asText(),
                    operation.path("x-rate-limit").asText(),
                    method.equals("post") ? bodyTypes(operation) : List.of()));
        });
        Set<String> built = new TreeSet<>();
        for (Route route : routes.all()) {
            built.add(line(
                    route.method().name(),
                    route.path().replaceAll("\\{hash:[^}]*}}", "{hash}"),
                    route.access(),
                    route.limits(),
                    route.bodyTypes()));
        }
        System.out.println(String.join("\n", built));

        assertThat(documented).isEqualTo(built);
    }

    private static String line(String method, String path, String access, String limit, List<String> bodyTypes) {
        return "%-6s %-36s %-36s %-24s %s"
                .formatted(method, path, access, limit, String.join(", ", new TreeSet<>(bodyTypes)))
                .strip();
    }

    /** A body of which nothing is read has no place in the document. */
    private static List<String> bodyTypes(JsonNode operation) {
        JsonNode body = operation.path("requestBody");
        JsonNode resolved =
                body.has("$ref") ? DOCUMENT.at(body.path("$ref").asText().substring(1)) : body;
        List<String> types = new ArrayList<>();
        resolved.path("content").fieldNames().forEachRemaining(types::add);
        return types.isEmpty() ? List.of("*/*") : types;
    }

    @Test
    void a_route_that_only_a_key_opens_has_a_security_requirement_and_no_other_has() {
        for (Route route : routes.all()) {
            String path = route.path().replaceAll("\\{hash:[^}]*}}", "{hash}");
            JsonNode security = operation(path, route.method().name().toLowerCase(Locale.ROOT))
                    .path("security");
            List<String> schemes = new ArrayList<>();
            security.forEach(each -> each.fieldNames().forEachRemaining(schemes::add));
            assertThat(schemes.contains("adminKey")).as(path).isEqualTo(route.scope() != null);
        }
    }

    @Test
    void the_document_has_every_error_of_these_routes() {
        Set<String> told = new TreeSet<>();
        DOCUMENT.at("/components/schemas").forEach(schema -> {
            JsonNode error = schema.at("/properties/error");
            if (error.has("const")) {
                told.add(error.path("const").asText());
            }
        });
        Set<String> known = new TreeSet<>();
        Arrays.stream(Problem.values()).forEach(problem -> known.add(problem.code()));

        assertThat(told).isEqualTo(known);
    }

    @Test
    void the_examples_of_answers_keep_to_their_schemas() {
        operations((path, method) -> operation(path, method)
                .path("responses")
                .fieldNames()
                .forEachRemaining(status -> {
                    JsonNode content = resolved(
                                    operation(path, method).path("responses").path(status))
                            .at("/content/application~1json");
                    content.path("examples")
                            .forEach(example -> assertThat(violations(content.path("schema"), example.path("value")))
                                    .as("%s %s %s", method, path, status)
                                    .isEmpty());
                }));
    }

    // --- answers

    @Test
    void every_example_of_a_request_gets_the_status_and_the_answer_that_it_promises() {
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
    void an_example_is_valid_by_its_schema_exactly_if_the_service_takes_it() {
        for (Body body : Body.values()) {
            operation(body.path, "post")
                    .at("/requestBody/content/application~1json/examples")
                    .forEach(example -> assertThat(violations(body.schema, example.path("value"))
                                    .isEmpty())
                            .as(example.path("summary").asText())
                            .isEqualTo(example.path("x-expected-status").asInt() < 300));
        }
    }

    @Test
    void every_status_of_an_operation_can_be_had_and_is_as_documented() {
        Map<String, Set<Integer>> had = new TreeMap<>();
        Map<String, Set<Integer>> told = new TreeMap<>();
        operations((path, method) -> {
            String operation = method + ' ' + path;
            for (Call.Answer answer : answers(path, method)) {
                assertDocumented(path, method, answer);
                had.computeIfAbsent(operation, key -> new TreeSet<>()).add(answer.status());
            }
            // 503 needs a database that is away, and 500 one that misbehaves: the latter follows.
            Set<Integer> statuses = told.computeIfAbsent(operation, key -> new TreeSet<>());
            names(operation(path, method).path("responses")).stream()
                    .map(Integer::valueOf)
                    .filter(status -> status < 500)
                    .forEach(statuses::add);
        });
        assertThat(had).isEqualTo(told);
    }

    /** Answers of every status that can be had of an operation. */
    private List<Call.Answer> answers(String path, String method) {
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
        if (path.startsWith("/v1/metrics/")) {
            return List.of(
                    client(Call.get(path + "?dimension=path")).send(),
                    client(Call.get(path + "?window=0")).send(),
                    client(Call.get(path)).without("x-admin-key").send(),
                    exhausted(() -> Call.get(path)));
        }
        if (path.startsWith("/v1/dashboard/")) {
            return dashboardAnswers(path, method.toUpperCase(Locale.ROOT));
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
        answers.add(exhausted(() -> Call.of("POST", path).json(List.of(TestEvent.body(), 5))));
        if (path.equals("/v1/leads/capture")) {
            answers.add(client(Call.capture(Forms.least().put("honeypot", "x"))).send());
            answers.add(client(Call.form("email=jo%40example.ca")).send());
        }
        if (path.equals("/v1/leads/delete") || path.equals("/v1/leads/export")) {
            answers.add(client(Call.of("POST", path).json(Forms.least())).send());
            answers.add(client(Call.of("POST", path).json(Forms.least()))
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
                client(call.get()).header("cookie", SESSION).send(),
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
        String lead = client(Call.capture(Forms.least())).send().field("leadId");
        String link = path + token.of(new UnsubscribeToken.Scope(UUID.fromString(lead), "default"));
        List<Call.Answer> answers = new ArrayList<>(List.of(
                client(Call.of(method, link)).send(),
                client(Call.of(method, path + "cut-off")).send(),
                exhausted(() -> Call.of(method, path + "cut-off"))));
        if (method.equals("POST")) {
            answers.add(client(Call.of(method, link).body("x".repeat(70_000))).send());
        }
        return answers;
    }

    /** A body that the operation takes. */
    private static Object right(String path) {
        ObjectNode form = Forms.least();
        if (path.equals("/v1/leads/delete") || path.equals("/v1/leads/export")) {
            client(Call.capture(form)).send();
        }
        return switch (path) {
            case "/v1/events" -> TestEvent.body();
            case "/v1/events/batch" -> List.of(TestEvent.body());
            default -> form;
        };
    }

    @Test
    void a_fault_of_the_service_is_as_documented() {
        Stored stored = new Stored(sql);
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
    void a_fault_while_a_form_is_stored_is_as_documented() {
        Stored stored = new Stored(sql);
        stored.execute("ALTER TABLE leads ADD CONSTRAINT poison CHECK (email <> 'poison@example.ca') NOT VALID");
        try {
            Call.Answer answer =
                    client(Call.capture(Forms.least("poison@example.ca"))).send();
            assertThat(answer.status()).isEqualTo(500);
            assertDocumented("/v1/leads/capture", "post", answer);
        } finally {
            stored.execute("ALTER TABLE leads DROP CONSTRAINT poison");
        }
    }

    @Test
    void unknown_paths_and_methods_answer_as_the_description_says() {
        assertThat(violations(schema("NotFound"), Call.get("/nothing").send().json()))
                .isEmpty();
        operations((path, method) -> assertThat(violations(
                        schema("MethodNotAllowed"),
                        Call.of("PATCH", oneOf(path)).send().json()))
                .isEmpty());
    }

    @Test
    void whatever_becomes_of_an_event_its_answer_is_as_documented() {
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

    // --- bounds

    @Test
    void each_bound_of_a_text_is_the_one_that_is_enforced() {
        Set<String> tried = fields((body, field, rule) -> {
            // An address has a form of its own: see below.
            if (!rule.has("maxLength") || field.equals("email")) {
                return false;
            }
            int least = rule.path("minLength").asInt();
            int most = rule.path("maxLength").asInt();
            assertTaken(body, field, text(least));
            assertTaken(body, field, text(most));
            assertRefused(body, field, text(least - 1));
            assertRefused(body, field, text(most + 1));
            return true;
        });
        assertThat(tried)
                .contains(
                        "EVENT anonId",
                        "EVENT eventType",
                        "EVENT path",
                        "EVENT referrer",
                        "EVENT utm.content",
                        "EVENT traffic.countryCode",
                        "FORM anonId",
                        "FORM formName",
                        "FORM path",
                        "FORM referrer",
                        "FORM sourceChannel",
                        "FORM consentPolicy",
                        "FORM utm.source",
                        "UNSUBSCRIPTION reason");
    }

    @Test
    void each_bound_of_an_address_is_the_one_that_is_enforced() {
        Set<String> tried = fields((body, field, rule) -> {
            if (!field.equals("email")) {
                return false;
            }
            // What has no width in a domain counts as a character, and is not part of the name.
            int most = rule.path("maxLength").asInt();
            String longest = "a@b" + "\u00AD".repeat(most - 6) + ".ca";
            assertThat(rule.path("minLength").asInt()).isEqualTo(3);
            assertTaken(body, field, "a@b");
            assertTaken(body, field, longest);
            assertRefused(body, field, "a@");
            assertRefused(body, field, longest + "a");
            return true;
        });
        assertThat(tried).containsExactly("FORM email", "UNSUBSCRIPTION email");
    }

    @Test
    void each_bound_of_a_number_is_the_one_that_is_enforced() {
        Set<String> tried = fields((body, field, rule) -> {
            if (!rule.has("minimum")) {
                return false;
            }
            assertTaken(body, field, rule.path("minimum").asDouble());
            assertRefused(body, field, rule.path("minimum").asDouble() - 0.001);
            if (!rule.has("maximum")) {
                assertTaken(body, field, 1e9);
                return true;
            }
            assertTaken(body, field, rule.path("maximum").asDouble());
            assertTaken(body, field, rule.path("maximum").asText());
            assertRefused(body, field, rule.path("maximum").asDouble() + 0.001);
            return true;
        });
        assertThat(tried).hasSize(7);
    }

    @Test
    void each_word_of_a_list_is_taken_and_no_other() {
        Set<String> tried = fields((body, field, rule) -> {
            if (!rule.has("enum")) {
                return false;
            }
            rule.path("enum").forEach(word -> assertTaken(body, field, word));
            assertRefused(body, field, "other");
            return true;
        });
        assertThat(tried).containsExactly("EVENT traffic.deviceType", "FORM consentStatus");
    }

    @Test
    void each_type_is_the_one_that_is_enforced() {
        Map<String, Object> values = Map.of("boolean", true, "array", List.of(), "object", Map.of());
        var _ = fields((body, field, rule) -> {
            Set<String> types = types(rule);
            if (types.isEmpty()) {
                return false;
            }
            values.forEach((type, value) -> {
                if (types.contains(type)) {
                    assertTaken(body, field, value);
                } else {
                    assertRefused(body, field, value);
                }
            });
            JsonNode nothing = Call.JSON.nullNode();
            if (types.contains("null")) {
                assertTaken(body, field, nothing);
            } else {
                assertRefused(body, field, nothing);
            }
            return true;
        });
    }

    @Test
    void exactly_the_required_fields_are_required() {
        for (Body body : Body.values()) {
            ObjectNode least = body.least();
            Set<String> required = new TreeSet<>();
            body.schema.path("required").forEach(name -> required.add(name.asText()));

            assertThat(names(least)).containsExactlyInAnyOrderElementsOf(required);
            for (String name : required) {
                ObjectNode without = least.deepCopy();
                without.remove(name);
                assertThat(body.send(without).status()).isEqualTo(400);
            }
        }
    }

    @Test
    void an_object_of_the_senders_own_holds_as_many_keys_as_documented() {
        Set<String> tried = fields((body, field, rule) -> {
            if (!rule.has("maxProperties")) {
                return false;
            }
            ObjectNode object = Call.JSON.createObjectNode();
            for (int i = 0; i < rule.path("maxProperties").asInt(); i++) {
                object.put("k" + i, i);
            }
            assertTaken(body, field, object);
            assertRefused(body, field, object.deepCopy().put("one", "more"));
            return true;
        });
        assertThat(tried).containsExactly("EVENT props", "FORM payload");
    }

    @Test
    void a_batch_holds_as_many_events_as_documented() {
        int most = schema("Events").path("maxItems").asInt();
        ArrayNode events = Call.JSON.createArrayNode();
        for (int i = 0; i < most; i++) {
            events.add(TestEvent.body());
        }
        assertThat(client(Call.batch(events)).send().status()).isEqualTo(202);
        assertThat(client(Call.batch(events.deepCopy().add(5))).send().status()).isEqualTo(400);
        assertThat(schema("Events").path("minItems").asInt()).isOne();
        assertThat(client(Call.batch("[]")).send().status()).isEqualTo(400);
    }

    @Test
    void the_script_that_sites_embed_is_given_out_as_documented() {
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

    // --- how

    /** An address that keeps to the template. */
    private static String oneOf(String path) {
        return path.replace("{token}", "cut-off").replace("{hash}", "0123456789abcdef");
    }

    /** Each call is of another client, so that none is held up. */
    private static Call client(Call call) {
        int number = CLIENTS.incrementAndGet();
        return call.header("x-admin-key", TestService.ADMIN_KEY)
                .header("x-forwarded-for", "198.18." + number / 250 + '.' + number % 250);
    }

    private static Call.Answer exhausted(Supplier<Call> call) {
        for (int i = 0; i < 1_000; i++) {
            Call.Answer answer =
                    client(call.get()).header("x-forwarded-for", "100.64.5.5").send();
            if (answer.status() == 429) {
                return answer;
            }
        }
        throw new AssertionError("a thousand requests in a row were let pass");
    }

    private static void assertTaken(Body body, String field, Object value) {
        Call.Answer answer = body.send(body.with(field, value));
        assertThat(answer.status()).as("%s %s %s", body, field, answer.text()).isIn(200, 202);
    }

    private static void assertRefused(Body body, String field, Object value) {
        Call.Answer answer = body.send(body.with(field, value));
        assertThat(answer.status())
                .as("%s %s = %s %s", body, field, value, answer.text())
                .isEqualTo(400);
        assertThat(answer.json().path("issues").findValuesAsText("path")).containsExactly(field);
    }

    private static String text(int length) {
        return "x".repeat(Math.max(0, length));
    }

    /** What stands in the document as text is sent as it is, for instance a form. */
    private static Object sent(JsonNode value) {
        return value.isTextual() ? value.asText() : value;
    }

    /** A test of one field; true if it was one to be tried. */
    @FunctionalInterface
    private interface FieldTest {
        boolean tries(Body body, String field, JsonNode rule);
    }

    /** Shows every field of every body to the test, by its dotted path; returns those that were tried. */
    private static Set<String> fields(FieldTest test) {
        Set<String> tried = new TreeSet<>();
        for (Body body : Body.values()) {
            fields(body.schema, "", (field, rule) -> {
                if (test.tries(body, field, rule)) {
                    tried.add(body + " " + field);
                }
            });
        }
        return tried;
    }

    private static void fields(JsonNode schema, String prefix, BiConsumer<String, JsonNode> visit) {
        schema.path("properties").properties().forEach(field -> {
            visit.accept(prefix + field.getKey(), field.getValue());
            fields(field.getValue(), prefix + field.getKey() + '.', visit);
        });
    }

    private static Set<String> types(JsonNode rule) {
        Set<String> types = new TreeSet<>();
        JsonNode type = rule.path("type");
        if (type.isTextual()) {
            types.add(type.asText());
        }
        type.forEach(one -> types.add(one.asText()));
        return types;
    }

    private static void operations(BiConsumer<String, String> visit) {
        DOCUMENT.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    assertThat(METHODS).contains(method);
                    visit.accept(path.getKey(), method);
                }));
    }

    private static JsonNode operation(String path, String method) {
        return DOCUMENT.path("paths").path(path).path(method);
    }

    private static JsonNode schema(String name) {
        return DOCUMENT.path("components").path("schemas").path(name);
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? DOCUMENT.at(node.path("$ref").asText().substring(1)) : node;
    }

    /** The answer has a documented status, its headers, its type, and a body that keeps to the schema. */
    private static void assertDocumented(String path, String method, Call.Answer answer) {
        JsonNode response = resolved(operation(path, method).path("responses").path(String.valueOf(answer.status())));
        assertThat(response.isMissingNode())
                .as("%s %s answers %d, which is not documented", method, path, answer.status())
                .isFalse();
        List<String> faults = new ArrayList<>();
        response.path("headers").properties().forEach(header -> {
            String value = answer.headers().firstValue(header.getKey()).orElse(null);
            JsonNode rule = resolved(header.getValue()).path("schema");
            boolean right = value != null
                    && (!rule.has("pattern")
                            || Pattern.matches(rule.path("pattern").asText(), value))
                    && (!rule.has("const") || rule.path("const").asText().equalsIgnoreCase(value))
                    && (!rule.has("enum") || rule.path("enum").toString().contains('"' + value + '"'));
            if (!right) {
                faults.add(header.getKey() + ": " + value);
            }
        });
        assertThat(faults)
                .as("headers of %s %s %d", method, path, answer.status())
                .isEmpty();
        JsonNode content = response.path("content");
        String type = answer.headers().firstValue("content-type").orElse("").replaceFirst(";.*", "");
        assertThat(type.isEmpty() ? List.of() : List.of(type)).isEqualTo(names(content));
        if (type.equals("application/json")) {
            assertThat(violations(content.path(type).path("schema"), answer.json()))
                    .as("%s %s: %s", method, path, answer.text())
                    .isEmpty();
        }
    }

    private static Set<ValidationMessage> violations(JsonNode schema, JsonNode value) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", DOCUMENT.path("components"));
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(
                        whole,
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build())
                .validate(value);
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }
}
