package com.altcontext.api.http;

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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every request meets before its body is looked at: paths, methods, request ids, CORS, security headers. */
@QuarkusTest
@WithTestResource(TestService.class)
class RequestFilterTest {
    @Inject
    Routes routes;

    private static final String FOREIGN_ORIGIN = "https://evil.example";

    // --- paths

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1",
                "/v1/",
                "/v1/nothing",
                "/v1/events/x",
                "/v1/events/",
                "/v1/events/batch/",
                "/v1/events;x=1",
                "/v1/Events",
                "/V1/EVENTS",
                "/v2/events",
                "/q/health",
                "/metrics",
                "/index.html",
                "/favicon.ico",
                "/.env",
                "/v1/events/../../etc/passwd",
                "/v1/%2e%2e/v1/nothing",
                "/v1/events%2Fbatch",
                "/v1/events%00",
                "/v1/healthz.json"
            })
    void an_unknown_path_is_not_found_by_any_method(String path) {
        for (String method : List.of("GET", "POST", "PUT", "DELETE", "OPTIONS")) {
            assertError(Call.of(method, path).send(), 404, "not_found");
        }
        Call.Answer head = Call.of("HEAD", path).send();
        assertThat(head.status()).isEqualTo(404);
        assertThat(head.text()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//v1/events",
                "/v1//events",
                "/v1/./events",
                "/v1/%65vents",
                "/x/../v1/events",
                "/x/%2e%2e/v1/events"
            })
    void an_oddly_written_path_is_not_found_or_the_one_that_it_means(String path) {
        Call.Answer answer = Call.of("POST", path).json(TestEvent.body()).send();

        assertThat(answer.status()).as(answer.text()).isIn(202, 404);
        assertThat(answer.json().path("ok").isBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/%zz", "/%", "/v1/events%", "/%f", "/v1/%c3%28", "/v1/|", "/v1/{x}", "/v1/caf\u00e9"})
    void a_path_that_cannot_be_decoded_is_not_found(String path) throws IOException {
        assertRefused("GET " + path + " HTTP/1.1\r\nHost: x\r\n", 404, "not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%zz", "%", "a=|", "<x>", "\u00e9", "a=%c3%28"})
    void a_query_that_nobody_reads_may_hold_anything(String query) throws IOException {
        assertThat(Call.raw("GET /v1/healthz?" + query + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%zz", "window=%", "window=7%"})
    void a_query_that_is_read_and_cannot_be_decoded_is_a_bad_request(String query) throws IOException {
        String key = "x-admin-key: " + TestService.ADMIN_KEY + "\r\n";

        assertThat(Call.raw("GET /v1/metrics/summary?" + query + " HTTP/1.1\r\nHost: x\r\n" + key
                        + "Connection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("\"error\":\"invalid_request\"");
    }

    @Test
    void a_request_without_a_host_is_a_bad_request() throws IOException {
        assertRefused("GET /v1/healthz HTTP/1.1\r\n", 400, "invalid_request");
        assertRefused("POST /v1/events HTTP/1.1\r\nHost: a b\r\nContent-Length: 2\r\n", 400, "invalid_request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET v1/healthz", "OPTIONS *", "CONNECT localhost:80"})
    void what_asks_for_no_path_is_not_found(String start) throws IOException {
        assertRefused(start + " HTTP/1.1\r\nHost: x\r\n", 404, "not_found");
    }

    @Test
    void a_query_does_not_change_the_path() {
        assertThat(Call.of("POST", "/v1/events?x=1&y=2")
                        .json(TestEvent.body())
                        .send()
                        .status())
                .isEqualTo(202);
        assertThat(Call.get("/v1/healthz?").send().status()).isEqualTo(200);
    }

    @Test
    void a_long_path_is_not_found_and_one_beyond_all_measure_is_refused() throws IOException {
        assertError(Call.get("/" + "x".repeat(3_000)).send(), 404, "not_found");

        String answer = Call.raw("GET /" + "x".repeat(100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertNotHttp(answer, 414);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET\r\n\r\n",
                "GET /v1/healthz HTTP/1.1\r\nno header\r\n\r\n",
                "GET /v1/healthz HTTP/1.1\r\nHost: x\r\na b: c\r\n\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n{}",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n"
            })
    void what_is_no_http_is_refused_and_the_service_goes_on(String bytes) throws IOException {
        assertNotHttp(Call.raw(bytes), 400);
        assertThat(Call.get("/v1/healthz").send().status()).isEqualTo(200);
    }

    @Test
    void what_is_no_http_is_refused_after_the_requests_before_it_are_answered() throws IOException {
        String event = TestEvent.body().toString();
        String answers = Call.raw(
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: " + event.length()
                        + "\r\n\r\n" + event + "GET /v1/healthz HTTP/1.1\r\nHost: x\r\n\r\n" + "nonsense\r\n\r\n");

        assertThat(answers.split("HTTP/1.1 ", -1))
                .extracting(part -> part.isEmpty() ? "" : part.substring(0, 3))
                .containsExactly("", "202", "200", "400");
    }

    @Test
    void headers_of_over_8_kilobytes_are_refused() throws IOException {
        String head = "GET /v1/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: ";

        assertThat(Call.raw(head + "x".repeat(8_000) + "\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        assertNotHttp(Call.raw(head + "x".repeat(8_200) + "\r\n\r\n"), 431);
        assertNotHttp(Call.raw(head + "x".repeat(200_000) + "\r\n\r\n"), 431);
    }

    @Test
    void a_client_of_http_1_0_is_served_without_a_host() throws IOException {
        assertThat(Call.raw("GET /v1/healthz HTTP/1.0\r\n\r\n"))
                .startsWith("HTTP/1.0 200 ")
                .endsWith("{\"ok\":true}");
    }

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
    void a_method_that_an_endpoint_has_not_is_answered_with_those_it_has(String method, String path, String allowed) {
        Call.Answer answer = Call.of(method, path).send();

        assertError(answer, 405, "method_not_allowed");
        assertThat(answer.header("allow")).isEqualTo(allowed);
        assertError(Call.of(method, path).json(TestEvent.body()).send(), 405, "method_not_allowed");
    }

    @Test
    void every_route_answers_its_own_method_and_names_it() {
        Map<String, List<String>> methods = new LinkedHashMap<>();
        for (Route route : routes.all()) {
            String path =
                    route.path().replaceAll("\\{token}", "cut-off").replaceAll("\\{hash:[^}]*}}", "0123456789abcdef");
            methods.computeIfAbsent(path, first -> new ArrayList<>())
                    .add(route.method().name());
        }
        methods.forEach((path, names) -> {
            for (String method : names) {
                Call.Answer answer = Call.of(method, path).send();
                assertThat(answer.status()).as(path).isNotIn(405, 500);
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
    void whatever_a_client_says_it_accepts_it_gets_json(String accept) {
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
    void one_connection_carries_many_requests_refused_ones_too() throws IOException {
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
    void a_short_token_is_kept_as_the_requests_id(String id) {
        assertThat(Call.get("/v1/healthz").header("x-request-id", id).send().header("x-request-id"))
                .isEqualTo(id);
        assertThat(Call.event("{}").header("x-request-id", id).send().header("x-request-id"))
                .isEqualTo(id);
        assertThat(Call.get("/nothing").header("x-request-id", id).send().header("x-request-id"))
                .isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\"b", "<script>", "a/b", "ünïcode", "a,b", "{\"x\":1}"})
    void what_is_no_short_token_is_replaced(String id) {
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
    void each_request_without_an_id_gets_one_of_its_own() {
        assertThat(Call.get("/v1/healthz").send().header("x-request-id"))
                .matches("[0-9a-f]{16}")
                .isNotEqualTo(Call.get("/v1/healthz").send().header("x-request-id"));
    }

    // --- CORS

    @ParameterizedTest
    @CsvSource({"/v1/events,POST", "/v1/events/batch,POST", "/v1/healthz,GET", "/v1/openapi.yaml,GET"})
    void a_preflight_from_a_listed_origin_gets_its_own_origin_back(String path, String method) {
        Call.Answer answer = preflight(path, method, TestService.ALLOWED_ORIGIN);

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.text()).isEmpty();
        assertThat(answer.header("access-control-allow-origin")).isEqualTo(TestService.ALLOWED_ORIGIN);
        assertThat(answer.header("vary")).isEqualToIgnoringCase("origin");
        assertThat(answer.header("access-control-allow-methods")).contains(method);
        assertThat(answer.header("access-control-allow-headers")).isEqualTo("content-type, x-request-id, x-api-key");
        assertThat(answer.header("access-control-max-age")).isEqualTo("86400");
        assertThat(answer.header("access-control-allow-credentials")).isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                FOREIGN_ORIGIN,
                "null",
                "http://www.example.com",
                "https://www.example.com:8443",
                "https://example.com",
                "https://www.example.com.evil.example",
                "https://evil.example/https://www.example.com",
                "https://www.example.com/",
                "*",
                "garbage"
            })
    void any_other_origin_is_served_without_a_cors_header(String origin) {
        for (Call.Answer answer : List.of(
                preflight("/v1/events", "POST", origin),
                Call.event(TestEvent.body()).header("origin", origin).send(),
                Call.event("{}").header("origin", origin).send())) {
            assertThat(answer.status()).isIn(202, 204, 400);
            assertThat(answer.header("vary")).isEqualToIgnoringCase("origin");
            assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control-"));
        }
    }

    @Test
    void answers_and_errors_carry_a_listed_origin() {
        for (Call call : List.of(
                Call.event(TestEvent.body()),
                Call.batch(List.of(TestEvent.body())),
                Call.event("{}"),
                Call.event("x").header("content-type", "text/html"),
                Call.event("x".repeat(70_000)),
                Call.get("/v1/events"),
                Call.get("/nothing"),
                Call.get("/v1/healthz"))) {
            Call.Answer answer =
                    call.header("origin", TestService.ALLOWED_ORIGIN).send();

            assertThat(answer.header("access-control-allow-origin"))
                    .as("%s", answer)
                    .isEqualTo(TestService.ALLOWED_ORIGIN);
            assertThat(answer.header("access-control-allow-credentials")).isEqualTo("true");
            assertThat(answer.header("vary")).isEqualToIgnoringCase("origin");
            assertThat(answer.header("access-control-expose-headers"))
                    .contains("x-outcome", "x-request-id", "retry-after", "ratelimit");
        }
    }

    @Test
    void an_answer_without_an_origin_varies_by_it_too() {
        Call.Answer answer = Call.event(TestEvent.body()).send();

        assertThat(answer.header("vary")).isEqualToIgnoringCase("origin");
        assertThat(answer.header("access-control-allow-origin")).isNull();
    }

    private static Call.Answer preflight(String path, String method, String origin) {
        return Call.of("OPTIONS", path)
                .header("origin", origin)
                .header("access-control-request-method", method)
                .header("access-control-request-headers", "content-type")
                .send();
    }

    // --- security headers

    @Test
    void every_answer_is_guarded() {
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
    void the_public_port_has_neither_metrics_nor_the_platforms_health() {
        for (String path : List.of("/metrics", "/q/metrics", "/q/health", "/q/health/live", "/q/dev", "/q/info")) {
            assertError(Call.get(path).send(), 404, "not_found");
        }
    }

    /** Refused as everything is: in JSON, with the headers of every answer. */
    private static void assertRefused(String head, int status, String code) throws IOException {
        String answer = Call.raw(head + "Origin: " + TestService.ALLOWED_ORIGIN + "\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .containsIgnoringCase("content-type: application/json\r\n")
                .containsIgnoringCase("access-control-allow-origin: " + TestService.ALLOWED_ORIGIN + "\r\n")
                .containsPattern("(?i)x-request-id: [0-9a-f]{16}\r\n")
                .endsWith("{\"ok\":false,\"error\":\"" + code + "\"}");
    }

    /** Refused before any route: in JSON too, with the headers of every answer but those that depend on the origin. */
    private static void assertNotHttp(String answer, int status) {
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .containsIgnoringCase("content-type: application/json\r\n")
                .containsIgnoringCase("x-content-type-options: nosniff\r\n")
                .containsIgnoringCase("content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n")
                .containsIgnoringCase("referrer-policy: no-referrer\r\n")
                .containsIgnoringCase("cache-control: no-store\r\n")
                .containsIgnoringCase("connection: close\r\n")
                .containsPattern("(?i)x-request-id: [0-9a-f]{16}\r\n")
                .endsWith("{\"ok\":false,\"error\":\"invalid_request\"}");
    }

    private static void assertError(Call.Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.text()).contains("\"error\":\"" + code + "\"");
        assertThat(answer.json().path("ok").isBoolean()).isTrue();
        assertThat(answer.json().path("ok").booleanValue()).isFalse();
        assertThat(answer.header("content-type")).startsWith("application/json");
    }
}
