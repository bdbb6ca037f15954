package com.altcontext.api.http;

import static com.altcontext.api.testing.Call.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every request, whatever its body: methods, request ids, security headers. */
@QuarkusTest
@WithTestResource(TestService.class)
class RequestFilterTest {
    @Inject
    Routes routes;

    // --- methods

    static Stream<Arguments> wrongMethods() {
        return Stream.of(
                        Arguments.of("/v1/healthz", "GET, HEAD, OPTIONS", "POST"),
                        Arguments.of("/v1/openapi.yaml", "GET, HEAD, OPTIONS", "POST"),
                        Arguments.of("/v1/events", "POST, OPTIONS", "GET"),
                        Arguments.of("/v1/events/batch", "POST, OPTIONS", "GET"),
                        Arguments.of("/v1/privacy", "GET, HEAD, OPTIONS", "POST"),
                        Arguments.of("/v1/leads/capture", "POST, OPTIONS", "GET"),
                        Arguments.of("/v1/leads/unsubscribe", "POST, OPTIONS", "GET"),
                        Arguments.of("/v1/leads/unsubscribe/some-token", "GET, HEAD, POST, OPTIONS", "PUT"),
                        Arguments.of("/v1/leads/delete", "POST, OPTIONS", "GET"),
                        Arguments.of("/v1/leads/export", "POST, OPTIONS", "GET"),
                        Arguments.of("/v1/metrics/summary", "GET, HEAD, OPTIONS", "POST"),
                        Arguments.of("/v1/metrics/breakdown", "GET, HEAD, OPTIONS", "POST"))
                .flatMap(row -> Stream.of((String) row.get()[2], "PUT", "DELETE", "PATCH", "TRACE", "BREW", "PROPFIND")
                        .map(method -> Arguments.of(method, row.get()[0], row.get()[1])));
    }

    @ParameterizedTest
    @MethodSource("wrongMethods")
    void an_unsupported_method_is_answered_with_the_supported_ones(String method, String path, String allowed) {
        Call.Answer answer = Call.of(method, path).send();

        assertError(answer, 405, "method_not_allowed");
        assertThat(answer.header("allow")).isEqualTo(allowed);
        assertError(Call.of(method, path).json(TestEvent.body()).send(), 405, "method_not_allowed");
    }

    @Test
    void every_route_answers_its_methods_and_lists_them() {
        Map<String, List<String>> methods = new LinkedHashMap<>();
        for (Route route : routes.all()) {
            String path =
                    route.path().replaceAll("\\{token}", "cut-off").replaceAll("\\{hash:[^}]*}}", "0123456789abcdef");
            methods.computeIfAbsent(path, first -> new ArrayList<>())
                    .add(route.method().name());
        }
        methods.forEach((path, names) -> {
            for (String method : names) {
                // A same-origin request does not count as an attempt to guess the key. So many attempts would lock out
                // later tests.
                Call.Answer answer = Call.of(method, path)
                        .header("sec-fetch-site", "same-origin")
                        .send();
                assertThat(answer.status()).as(path).isNotIn(405, 429, 500);
                assertThat(answer.text()).as(path).doesNotContain("\"error\":\"not_found\"");
            }
            Call.Answer options = Call.of("OPTIONS", path).send();
            assertThat(options.status()).as(path).isEqualTo(204);
            assertThat(options.text()).isEmpty();
            assertThat(options.header("allow")).startsWith(names.getFirst()).endsWith("OPTIONS");
        });
    }

    @Test
    void head_is_get_without_its_body() {
        for (String path : List.of("/v1/healthz", "/v1/openapi.yaml")) {
            Call.Answer head = Call.of("HEAD", path).send();

            assertThat(head.status()).isEqualTo(200);
            assertThat(head.text()).isEmpty();
            assertThat(head.header("content-type"))
                    .isEqualTo(Call.get(path).send().header("content-type"));
        }
        assertThat(Call.of("HEAD", "/v1/events").send().status()).isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/html", "image/png", "application/xml;q=0.9", "nonsense", "*/*", "application/json;q=0"})
    void the_answer_is_json_whatever_the_client_accepts(String accept) {
        Call.Answer stored =
                Call.event(TestEvent.body()).header("accept", accept).send();
        assertThat(stored.status()).isEqualTo(202);
        assertThat(stored.header("content-type")).startsWith("application/json");
        assertError(Call.event("{}").header("accept", accept).send(), 400, "invalid_request");
        assertError(Call.get("/nothing").header("accept", accept).send(), 404, "not_found");
        assertThat(Call.batch(List.of(TestEvent.body()))
                        .header("accept", accept)
                        .send()
                        .status())
                .isEqualTo(202);
        Call.Answer health = Call.get("/v1/healthz").header("accept", accept).send();
        assertThat(health.status()).isEqualTo(200);
        assertThat(health.text()).isEqualTo("{\"ok\":true}");
        assertThat(Call.get("/v1/openapi.yaml").header("accept", accept).send().status())
                .isEqualTo(200);
    }

    @Test
    void one_connection_carries_many_requests_including_refused_ones() throws IOException {
        String get = "GET /v1/%s HTTP/1.1\r\nHost: x\r\n%s\r\n";
        String answer = Call.raw(get.formatted("healthz", "")
                + get.formatted("nothing", "")
                + get.formatted("events", "")
                + get.formatted("healthz", "Connection: close\r\n"));

        assertThat(answer.split("HTTP/1.1 ", -1))
                .extracting(part -> part.isEmpty() ? "" : part.substring(0, 3))
                .containsExactly("", "200", "404", "405", "200");
    }

    // --- request ids

    @ParameterizedTest
    @ValueSource(strings = {"a", "4bf92f3577b34da6a3ce929d0e0e4736", "A-b_c.9", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"})
    void a_valid_request_id_is_kept(String id) {
        assertThat(Call.get("/v1/healthz").header("x-request-id", id).send().header("x-request-id"))
                .isEqualTo(id);
        assertThat(Call.event("{}").header("x-request-id", id).send().header("x-request-id"))
                .isEqualTo(id);
        assertThat(Call.get("/nothing").header("x-request-id", id).send().header("x-request-id"))
                .isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\"b", "<script>", "a/b", "ünïcode", "a,b", "{\"x\":1}"})
    void an_invalid_request_id_is_replaced(String id) {
        String made = Call.get("/v1/healthz").header("x-request-id", id).send().header("x-request-id");

        assertThat(made).matches("[0-9a-f]{16}");
    }

    @Test
    void an_id_of_64_characters_is_kept_and_a_longer_one_replaced() {
        String longest = "x".repeat(64);
        assertThat(Call.get("/v1/healthz")
                        .header("x-request-id", longest)
                        .send()
                        .header("x-request-id"))
                .isEqualTo(longest);
        assertThat(Call.get("/v1/healthz")
                        .header("x-request-id", longest + "x")
                        .send()
                        .header("x-request-id"))
                .matches("[0-9a-f]{16}");
    }

    @Test
    void each_request_without_an_id_gets_a_new_one() {
        assertThat(Call.get("/v1/healthz").send().header("x-request-id"))
                .matches("[0-9a-f]{16}")
                .isNotEqualTo(Call.get("/v1/healthz").send().header("x-request-id"));
    }

    // --- security headers

    @Test
    void every_answer_has_the_security_headers() {
        for (Call call : List.of(
                Call.get("/v1/healthz"),
                Call.get("/v1/openapi.yaml"),
                Call.event(TestEvent.body()),
                Call.event("{}"),
                Call.get("/nothing"),
                Call.get("/v1/events"),
                Call.of("OPTIONS", "/v1/events"))) {
            Call.Answer answer = call.send();

            assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(answer.header("content-security-policy"))
                    .isEqualTo("default-src 'none'; frame-ancestors 'none'");
            assertThat(answer.header("referrer-policy")).isEqualTo("no-referrer");
            assertThat(answer.header("cache-control")).isEqualTo("no-store");
            assertThat(answer.header("strict-transport-security")).isNull();
            assertThat(answer.header("server")).isNull();
            assertThat(answer.header("x-powered-by")).isNull();
        }
    }

    @Test
    void the_public_port_does_not_serve_management_routes() {
        for (String path : List.of("/metrics", "/q/metrics", "/q/health", "/q/health/live", "/q/dev", "/q/info")) {
            assertError(Call.get(path).send(), 404, "not_found");
        }
    }
}
