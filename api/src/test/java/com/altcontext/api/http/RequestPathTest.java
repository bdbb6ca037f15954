package com.altcontext.api.http;

import static com.altcontext.api.testing.Call.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which paths, queries and request heads the service accepts, and how it refuses invalid HTTP. */
@QuarkusTest
@WithTestResource(TestService.class)
class RequestPathTest {
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
    void an_unknown_path_is_not_found_with_any_method(String path) {
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
    void an_unusual_spelling_of_a_path_is_either_not_found_or_served(String path) {
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
    @ValueSource(
            strings = {
                "GET /v1/leads/unsubscribe/abc%zz",
                "POST /v1/leads/confirm/AbC%2",
                "GET /v1/reports/stop/%",
                "GET /v1/reports/stop/%c3%28",
            })
    void a_damaged_link_gets_the_page_for_invalid_links(String start) throws IOException {
        assertThat(Call.raw(start + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ")
                .containsIgnoringCase("content-type: text/html")
                .endsWith(LinkPage.UNKNOWN.in(null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%zz", "%", "a=|", "<x>", "\u00e9", "a=%c3%28"})
    void an_ignored_query_may_contain_anything(String query) throws IOException {
        assertThat(Call.raw("GET /v1/healthz?" + query + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void a_semicolon_in_the_query_is_part_of_its_value() throws IOException {
        assertThat(summary("window=7&filters=%5B%5B%22is%22,%22path%22,%5B%22/a;b=1%22%5D%5D%5D"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(summary("window=7;compareTo=true"))
                .startsWith("HTTP/1.1 400 ")
                .contains("\"path\":\"window\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%zz", "window=%", "window=7%"})
    void a_query_that_is_read_and_cannot_be_decoded_is_a_bad_request(String query) throws IOException {
        assertThat(summary(query)).startsWith("HTTP/1.1 400 ").contains("\"error\":\"invalid_request\"");
    }

    private static String summary(String query) throws IOException {
        String key = "x-admin-key: " + TestService.ADMIN_KEY + "\r\n";
        return Call.raw(
                "GET /v1/metrics/summary?" + query + " HTTP/1.1\r\nHost: x\r\n" + key + "Connection: close\r\n\r\n");
    }

    @Test
    void a_request_without_a_host_is_a_bad_request() throws IOException {
        assertRefused("GET /v1/healthz HTTP/1.1\r\n", 400, "invalid_request");
        assertRefused("POST /v1/events HTTP/1.1\r\nHost: a b\r\nContent-Length: 2\r\n", 400, "invalid_request");
        assertRefused("GET /v1/healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n", 400, "invalid_request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET v1/healthz", "OPTIONS *", "CONNECT localhost:80"})
    void a_request_without_a_path_is_not_found(String start) throws IOException {
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
    void a_long_path_is_not_found_and_an_excessive_one_is_refused() throws IOException {
        assertError(Call.get("/" + "x".repeat(3_000)).send(), 404, "not_found");

        String answer = Call.raw("GET /" + "x".repeat(100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertNotHttp(answer, 414, "the first line must not be longer than 4 KB");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET\r\n\r\n",
                "GET /v1/healthz HTTP/3.7\r\nHost: x\r\n\r\n",
                "GET /v1/healthz HTTP/1.1\r\nno header\r\n\r\n",
                "GET /v1/healthz HTTP/1.1\r\nHost: x\r\na b: c\r\n\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n{}",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\nGET /v1/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            })
    void invalid_http_is_refused_and_later_requests_are_served(String bytes) throws IOException {
        assertNotHttp(Call.raw(bytes), 400, "must be valid HTTP/1.1");
        assertThat(Call.get("/v1/healthz").send().status()).isEqualTo(200);
    }

    @Test
    void invalid_http_is_refused_after_the_requests_before_it_are_answered() throws IOException {
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
        for (int length : new int[] {8_200, 200_000}) {
            String answer = Call.raw(head + "x".repeat(length) + "\r\n\r\n");
            assertNotHttp(answer, 431, "the headers must not be longer than 8 KB");
        }
    }

    @Test
    void an_http_1_0_request_is_served_without_a_host() throws IOException {
        assertThat(Call.raw("GET /v1/healthz HTTP/1.0\r\n\r\n"))
                .startsWith("HTTP/1.0 200 ")
                .endsWith("{\"ok\":true}");
    }

    /** Asserts a refusal in JSON, with the headers of every answer. */
    private static void assertRefused(String head, int status, String code) throws IOException {
        String answer = Call.raw(head + "Origin: " + TestService.ALLOWED_ORIGIN + "\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .containsIgnoringCase("content-type: application/json\r\n")
                .containsIgnoringCase("access-control-allow-origin: " + TestService.ALLOWED_ORIGIN + "\r\n")
                .containsPattern("(?i)x-request-id: [0-9a-f]{16}\r\n")
                .endsWith(errorOf(code, status == 400 ? "must be valid HTTP/1.1" : ""));
    }

    private static String errorOf(String code, String issue) {
        String issues = issue.isEmpty() ? "" : ",\"issues\":[{\"path\":\"\",\"message\":\"" + issue + "\"}]";
        return "{\"ok\":false,\"error\":\"" + code + "\"" + issues + "}";
    }

    /** Asserts a refusal before any route: in JSON, with the headers of every answer except those for the origin. */
    private static void assertNotHttp(String answer, int status, String issue) {
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .containsIgnoringCase("content-type: application/json\r\n")
                .containsIgnoringCase("x-content-type-options: nosniff\r\n")
                .containsIgnoringCase("content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n")
                .containsIgnoringCase("referrer-policy: no-referrer\r\n")
                .containsIgnoringCase("cache-control: no-store\r\n")
                .containsIgnoringCase("connection: close\r\n")
                .containsPattern("(?i)x-request-id: [0-9a-f]{16}\r\n")
                .endsWith(errorOf("invalid_request", issue));
    }
}
