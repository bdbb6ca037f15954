package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which origins may read an answer. */
@QuarkusTest
@WithTestResource(TestService.class)
class CorsTest {
    private static final String FOREIGN_ORIGIN = "https://evil.example";

    @ParameterizedTest
    @CsvSource({"/v1/events,POST", "/v1/events/batch,POST", "/v1/healthz,GET", "/v1/openapi.yaml,GET"})
    void a_preflight_from_an_allowed_origin_is_answered_with_that_origin(String path, String method) {
        Call.Answer answer = preflight(path, method, TestService.ALLOWED_ORIGIN);

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.text()).isEmpty();
        assertThat(answer.header("access-control-allow-origin")).isEqualTo(TestService.ALLOWED_ORIGIN);
        assertThat(answer.header("vary")).isEqualTo("Origin");
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
    void any_other_origin_is_served_without_cors_headers(String origin) {
        for (Call.Answer answer : List.of(
                preflight("/v1/events", "POST", origin),
                Call.event(TestEvent.body()).header("origin", origin).send(),
                Call.event("{}").header("origin", origin).send())) {
            assertThat(answer.status()).isIn(202, 204, 400);
            assertThat(answer.header("vary")).isEqualTo("Origin");
            assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control-"));
        }
    }

    @Test
    void answers_and_errors_to_an_allowed_origin_have_cors_headers() {
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
            assertThat(answer.header("vary")).isEqualTo("Origin");
            assertThat(answer.header("access-control-expose-headers"))
                    .contains("x-outcome", "x-request-id", "retry-after", "ratelimit");
        }
    }

    @Test
    void the_answer_to_a_request_without_an_origin_varies_by_origin_too() {
        Call.Answer answer = Call.event(TestEvent.body()).send();

        assertThat(answer.header("vary")).isEqualTo("Origin");
        assertThat(answer.header("access-control-allow-origin")).isNull();
    }

    private static Call.Answer preflight(String path, String method, String origin) {
        return Call.of("OPTIONS", path)
                .header("origin", origin)
                .header("access-control-request-method", method)
                .header("access-control-request-headers", "content-type")
                .send();
    }
}
