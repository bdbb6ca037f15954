package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** openapi.yaml, and the assertions that compare an answer of the service with it. */
final class OpenApiDocument {
    static final JsonNode DOCUMENT = read();

    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    private OpenApiDocument() {}

    private static JsonNode read() {
        try (InputStream file = OpenApiDocument.class.getResourceAsStream("/openapi.yaml")) {
            return new ObjectMapper(new YAMLFactory()).readTree(Objects.requireNonNull(file));
        } catch (IOException unreadable) {
            throw new AssertionError("openapi.yaml cannot be read", unreadable);
        }
    }

    static void operations(BiConsumer<String, String> visit) {
        DOCUMENT.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    assertThat(METHODS).contains(method);
                    visit.accept(path.getKey(), method);
                }));
    }

    static JsonNode operation(String path, String method) {
        return DOCUMENT.path("paths").path(path).path(method);
    }

    static JsonNode schema(String name) {
        return DOCUMENT.path("components").path("schemas").path(name);
    }

    static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? DOCUMENT.at(node.path("$ref").asText().substring(1)) : node;
    }

    /** Asserts that the status, the headers, the type and the body of the answer are as documented. */
    static void assertDocumented(String path, String method, Call.Answer answer) {
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
                    && (!rule.has("const") || rule.path("const").asText().equals(value))
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
        if (type.isEmpty()) {
            assertThat(names(content)).isEmpty();
        } else {
            assertThat(names(content)).contains(type);
        }
        if (type.equals("application/json")) {
            assertThat(violations(content.path(type).path("schema"), answer.json()))
                    .as("%s %s: %s", method, path, answer.text())
                    .isEmpty();
        }
    }

    static Set<ValidationMessage> violations(JsonNode schema, JsonNode value) {
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

    static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    /** Adds the admin key and the address of a new client, so that no rate limit applies to the call. */
    static Call client(Call call) {
        int number = CLIENTS.incrementAndGet();
        return call.header("x-admin-key", TestService.ADMIN_KEY)
                .header("x-forwarded-for", "198.18." + number / 250 + '.' + number % 250);
    }

    /** Sends requests until one is refused. The allowance refills meanwhile, so a slow machine sends many more. */
    static Call.Answer exhausted(Supplier<Call> call) {
        for (int i = 0; i < 100_000; i++) {
            Call.Answer answer =
                    client(call.get()).header("x-forwarded-for", "100.64.5.5").send();
            if (answer.status() == 429) {
                return answer;
            }
        }
        throw new AssertionError("a hundred thousand requests in a row were accepted");
    }

    /** Returns a path that matches the template. */
    static String oneOf(String path) {
        return path.replace("{token}", "cut-off").replace("{hash}", "0123456789abcdef");
    }
}
