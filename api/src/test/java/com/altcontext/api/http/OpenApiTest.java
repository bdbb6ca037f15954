package com.altcontext.api.http;

import static com.altcontext.api.http.OpenApiDocument.DOCUMENT;
import static com.altcontext.api.http.OpenApiDocument.operation;
import static com.altcontext.api.http.OpenApiDocument.operations;
import static com.altcontext.api.http.OpenApiDocument.resolved;
import static com.altcontext.api.http.OpenApiDocument.violations;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Compares openapi.yaml with the routes of the running service, and checks that it is consistent. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.LIMITED))
class OpenApiTest {
    private static final String UNLISTED = "is used only in the description of the document";

    @Inject
    Routes routes;

    @Test
    void the_service_serves_the_document() throws IOException {
        Call.Answer answer = Call.get("/v1/openapi.yaml").send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).startsWith("application/yaml");
        assertThat(new ObjectMapper(new YAMLFactory()).readTree(answer.text())).isEqualTo(DOCUMENT);
        assertThat(DOCUMENT.path("openapi").asText()).startsWith("3.1.");
    }

    @Test
    void every_reference_resolves_and_every_component_is_referenced() {
        Set<String> references = new TreeSet<>(DOCUMENT.findValuesAsText("$ref"));
        for (String reference : references) {
            assertThat(DOCUMENT.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse();
        }
        DOCUMENT.path("components").properties().stream()
                // Security schemes are referenced by name.
                .filter(kind -> !kind.getKey().equals("securitySchemes"))
                .forEach(kind -> kind.getValue().fieldNames().forEachRemaining(name -> {
                    boolean inProse = Set.of("NotFound", "MethodNotAllowed").contains(name);
                    assertThat(inProse || references.contains("#/components/" + kind.getKey() + '/' + name))
                            .as("%s %s", name, inProse ? UNLISTED : "")
                            .isTrue();
                }));
    }

    /** Compares the table of routes in the code with that in the document. A failure shows both tables. */
    @Test
    void the_document_has_the_access_and_the_rate_limit_and_the_body_types_of_every_route() {
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
                    route.access().toString(),
                    route.allowance().toString(),
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

    /** Returns the documented body types. A route that ignores its body has none in the document, and accepts any type. */
    private static List<String> bodyTypes(JsonNode operation) {
        JsonNode body = operation.path("requestBody");
        JsonNode resolved =
                body.has("$ref") ? DOCUMENT.at(body.path("$ref").asText().substring(1)) : body;
        List<String> types = new ArrayList<>();
        resolved.path("content").fieldNames().forEachRemaining(types::add);
        return types.isEmpty() ? List.of("*/*") : types;
    }

    @Test
    void exactly_the_routes_that_need_a_key_have_a_security_requirement() {
        for (Route route : routes.all()) {
            String path = route.path().replaceAll("\\{hash:[^}]*}}", "{hash}");
            JsonNode security = operation(path, route.method().name().toLowerCase(Locale.ROOT))
                    .path("security");
            List<String> schemes = new ArrayList<>();
            security.forEach(each -> each.fieldNames().forEachRemaining(schemes::add));
            assertThat(schemes.contains("adminKey"))
                    .as(path)
                    .isEqualTo(!route.access().isOpen());
        }
    }

    /** One operator route does not use the database: the page of the link in a report, because the link is signed. */
    @Test
    void every_operator_route_that_uses_the_database_documents_503() {
        Set<String> never = new TreeSet<>();
        operations((path, method) -> {
            JsonNode operation = operation(path, method);
            boolean isOperators = operation.path("tags").toString().matches(".*(operator|dashboard).*");
            if (isOperators && !operation.path("responses").has("503")) {
                never.add(method + ' ' + path);
            }
        });

        assertThat(never).containsExactly("get /v1/reports/stop/{token}");
    }

    @Test
    void the_document_has_exactly_the_error_codes_of_the_service() {
        Set<String> documented = new TreeSet<>();
        DOCUMENT.at("/components/schemas").forEach(schema -> {
            JsonNode error = schema.at("/properties/error");
            if (error.has("const")) {
                documented.add(error.path("const").asText());
            }
        });
        Set<String> known = new TreeSet<>();
        Arrays.stream(Problem.values()).forEach(problem -> known.add(problem.code()));

        assertThat(documented).isEqualTo(known);
    }

    @Test
    void the_examples_of_answers_match_their_schemas() {
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
}
