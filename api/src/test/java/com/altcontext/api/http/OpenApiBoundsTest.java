package com.altcontext.api.http;

import static com.altcontext.api.http.OpenApiDocument.client;
import static com.altcontext.api.http.OpenApiDocument.names;
import static com.altcontext.api.http.OpenApiDocument.operation;
import static com.altcontext.api.http.OpenApiDocument.schema;
import static com.altcontext.api.http.OpenApiDocument.violations;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Each bound, type and required field in openapi.yaml is the one that the service enforces. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.LIMITED))
class OpenApiBoundsTest {
    /** A body whose schema is compared field by field with what the service accepts. */
    @SuppressWarnings("ImmutableEnumChecker") // Jackson's nodes are mutable, but these are never changed.
    private enum Body {
        EVENT("Event", "/v1/events", TestEvent::body),
        FORM("Form", "/v1/leads/capture", Forms::minimal),
        UNSUBSCRIPTION("Unsubscription", "/v1/leads/unsubscribe", Forms::minimal);

        final JsonNode schema;
        final String path;
        private final Supplier<ObjectNode> least;

        Body(String schema, String path, Supplier<ObjectNode> least) {
            this.schema = schema(schema);
            this.path = path;
            this.least = least;
        }

        /** Returns a body with the required fields only. */
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

    @Test
    void an_example_matches_its_schema_if_and_only_if_the_service_accepts_it() {
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
    void the_documented_bounds_of_each_text_are_enforced() {
        Set<String> tried = fields((body, field, rule) -> {
            // E-mail addresses have a test of their own.
            if (!rule.has("maxLength") || field.equals("email")) {
                return false;
            }
            int least = rule.path("minLength").asInt();
            int most = rule.path("maxLength").asInt();
            assertAccepted(body, field, text(least));
            assertAccepted(body, field, text(most));
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
                        "FORM consentPurpose",
                        "FORM utm.source",
                        "UNSUBSCRIPTION reason");
    }

    @Test
    void the_documented_bounds_of_each_email_address_are_enforced() {
        Set<String> tried = fields((body, field, rule) -> {
            if (!field.equals("email")) {
                return false;
            }
            // A soft hyphen counts as a character, but is not part of the domain.
            int most = rule.path("maxLength").asInt();
            String longest = "a@b" + "\u00AD".repeat(most - 6) + ".ca";
            boolean isForm = body == Body.FORM;
            assertThat(rule.path("minLength").asInt()).isEqualTo(isForm ? 4 : 3);
            assertAccepted(body, field, isForm ? "a@ai" : "a@b");
            assertAccepted(body, field, longest);
            assertRefused(body, field, "a@");
            assertRefused(body, field, longest + "a");
            return true;
        });
        assertThat(tried).containsExactly("FORM email", "UNSUBSCRIPTION email");
    }

    @Test
    void the_documented_bounds_of_each_number_are_enforced() {
        Set<String> tried = fields((body, field, rule) -> {
            if (!rule.has("minimum")) {
                return false;
            }
            assertAccepted(body, field, rule.path("minimum").asDouble());
            assertRefused(body, field, rule.path("minimum").asDouble() - 0.001);
            if (!rule.has("maximum")) {
                assertAccepted(body, field, 1e9);
                return true;
            }
            assertAccepted(body, field, rule.path("maximum").asDouble());
            assertAccepted(body, field, rule.path("maximum").asText());
            assertRefused(body, field, rule.path("maximum").asDouble() + 0.001);
            return true;
        });
        assertThat(tried).hasSize(7);
    }

    @Test
    void only_the_documented_values_of_an_enum_are_accepted() {
        Set<String> tried = fields((body, field, rule) -> {
            if (!rule.has("enum")) {
                return false;
            }
            rule.path("enum").forEach(word -> assertAccepted(body, field, word));
            assertRefused(body, field, "other");
            return true;
        });
        assertThat(tried).containsExactly("EVENT traffic.deviceType", "FORM consentStatus", "FORM traffic.deviceType");
    }

    @Test
    void the_documented_types_of_each_field_are_enforced() {
        Map<String, Object> values = Map.of("boolean", true, "array", List.of(), "object", Map.of());
        var _ = fields((body, field, rule) -> {
            Set<String> types = types(rule);
            if (types.isEmpty()) {
                return false;
            }
            values.forEach((type, value) -> {
                if (types.contains(type)) {
                    assertAccepted(body, field, value);
                } else {
                    assertRefused(body, field, value);
                }
            });
            JsonNode nothing = Call.JSON.nullNode();
            if (types.contains("null")) {
                assertAccepted(body, field, nothing);
            } else {
                assertRefused(body, field, nothing);
            }
            return true;
        });
    }

    @Test
    void the_service_requires_exactly_the_documented_required_fields() {
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
    void the_documented_number_of_keys_of_a_free_form_object_is_enforced() {
        Set<String> tried = fields((body, field, rule) -> {
            if (!rule.has("maxProperties")) {
                return false;
            }
            ObjectNode object = Call.JSON.createObjectNode();
            for (int i = 0; i < rule.path("maxProperties").asInt(); i++) {
                object.put("k" + i, i);
            }
            assertAccepted(body, field, object);
            assertRefused(body, field, object.deepCopy().put("one", "more"));
            return true;
        });
        assertThat(tried).containsExactly("EVENT props", "FORM payload");
    }

    @Test
    void the_documented_number_of_events_in_a_batch_is_enforced() {
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

    private static void assertAccepted(Body body, String field, Object value) {
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

    /** Tests one field. Returns false if the test does not apply to the field. */
    @FunctionalInterface
    private interface FieldTest {
        boolean tries(Body body, String field, JsonNode rule);
    }

    /** Runs the test on every field of every body, named by its dotted path. Returns the fields to which it applied. */
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
}
