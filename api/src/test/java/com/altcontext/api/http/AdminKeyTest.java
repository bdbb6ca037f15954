package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.property.Properties;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may use the operator endpoints. Each test uses its own client address. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.LIMITED))
class AdminKeyTest {
    private static final List<String> PATHS = List.of("/v1/leads/delete", "/v1/leads/export");
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    @Inject
    StoredRows stored;

    @Inject
    Properties properties;

    private final String client = "100.64.1." + CLIENTS.incrementAndGet();

    private Call.Answer send(String path, @Nullable String key) {
        Call call = Call.of("POST", path).json(Forms.minimal()).header("x-forwarded-for", client);
        return (key == null ? call : call.header("x-admin-key", key)).send();
    }

    @Test
    void the_right_key_opens_the_endpoints() {
        for (String path : PATHS) {
            assertThat(send(path, TestService.ADMIN_KEY).text()).isEqualTo("{\"ok\":false,\"error\":\"not_found\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", TestService.ADMIN_KEY + "x", "an admin key for tests onlY", "n admin key for tests only"
            })
    void any_other_key_is_refused(String key) {
        for (String path : PATHS) {
            Call.Answer answer = send(path, key);

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"unauthorized\"}");
        }
    }

    @Test
    void a_missing_or_wrong_key_is_refused_before_the_body_arrives() throws IOException {
        String head = " HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: " + client + "\r\nContent-Type: application/json\r\n";
        for (String path : PATHS) {
            for (String rest : List.of(
                    "Content-Length: 50\r\nExpect: 100-continue\r\n\r\n",
                    "Content-Length: 50\r\n\r\n{\"email\":",
                    "Transfer-Encoding: chunked\r\n\r\n",
                    "X-Admin-Key: wrong\r\nContent-Length: 99999999\r\n\r\n")) {
                assertThat(Call.raw("POST " + path + head + rest))
                        .contains("HTTP/1.1 401 ")
                        .endsWith("{\"ok\":false,\"error\":\"unauthorized\"}");
            }
        }
    }

    @Test
    void the_key_is_checked_before_the_type_and_the_size_of_the_body() {
        assertThat(Call.of("POST", PATHS.getFirst())
                        .header("x-forwarded-for", client)
                        .header("content-type", "image/png")
                        .body("x".repeat(70_000))
                        .send()
                        .status())
                .isEqualTo(401);
    }

    @Test
    void a_client_is_refused_after_ten_failures_even_with_the_right_key() {
        int failures = 0;
        Call.Answer answer = send(PATHS.getFirst(), "wrong");
        while (answer.status() == 401) {
            failures++;
            answer = send(PATHS.get(failures % 2), "wrong");
        }
        // The allowance refills during the test, so a slow machine gets a few more attempts.
        assertThat(failures).isBetween(10, 15);
        for (Call.Answer refused : List.of(answer, send(PATHS.getFirst(), TestService.ADMIN_KEY))) {
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.text()).isEqualTo("{\"ok\":false,\"error\":\"rate_limited\"}");
            assertThat(refused.header("ratelimit-policy")).isEqualTo("\"admin_failures\";q=10;w=60");
            assertThat(refused.header("ratelimit")).matches("\"admin_failures\";r=0;t=[1-6]");
            assertThat(refused.header("retry-after")).matches("[1-6]");
        }
        assertThat(Call.of("POST", PATHS.getFirst())
                        .json(Forms.minimal())
                        .header("x-forwarded-for", "100.64.2.77")
                        .header("x-admin-key", TestService.ADMIN_KEY)
                        .send()
                        .status())
                .as("another client")
                .isEqualTo(404);
    }

    @Test
    void requests_with_the_right_key_do_not_count_as_failures() {
        for (int i = 0; i < 8; i++) {
            assertThat(send("/v1/leads/delete", TestService.ADMIN_KEY).status()).isEqualTo(404);
            assertThat(send("/v1/leads/export", TestService.ADMIN_KEY).status()).isEqualTo(404);
        }
    }

    @Test
    void failures_are_counted_as_rejections() {
        String property = stored.newProperty(properties);
        for (int i = 0; i < 3; i++) {
            Call.of("POST", "/v1/leads/export")
                    .header("x-forwarded-for", client)
                    .header("origin", "https://" + property + ".example")
                    .json("{}")
                    .send();
        }
        StoredRows.await(() -> stored.rejections(property, "leads/export", "unauthorized"), 3L);
    }

    @Test
    void operator_endpoints_have_no_cors_headers() {
        for (String path : PATHS) {
            for (Call call : List.of(
                    Call.of("OPTIONS", path)
                            .header("access-control-request-method", "POST")
                            .header("access-control-request-headers", "x-admin-key"),
                    Call.of("POST", path).json(Forms.minimal()),
                    Call.of("POST", path).json("{}").header("x-admin-key", TestService.ADMIN_KEY),
                    Call.get(path))) {
                Call.Answer answer = call.header("origin", TestService.ALLOWED_ORIGIN)
                        .header("x-forwarded-for", client)
                        .send();

                assertThat(answer.status()).isIn(204, 400, 401, 405);
                assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control-"));
                assertThat(answer.header("vary")).isEqualTo("Origin");
            }
        }
    }
}
