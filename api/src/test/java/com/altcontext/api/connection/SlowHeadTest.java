package com.altcontext.api.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.RawClient;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that connect and send nothing, or send the head of a request slowly. */
@QuarkusTest
@WithTestResource(TestService.class)
class SlowHeadTest {
    private static final String HALF = "GET /v1/healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ";
    /** Requests of other clients between two bytes of a slow head, so that it times out before it becomes too large. */
    private static final int OTHERS = 20;

    private static final String HEALTH = "GET /v1/healthz HTTP/1.1\r\nHost: x\r\n\r\n";

    @Test
    void a_connection_without_a_request_is_closed() throws IOException {
        try (RawClient silent = new RawClient()) {
            assertThat(silent.readAll()).isEmpty();
        }
    }

    @Test
    void a_head_that_arrives_byte_by_byte_is_refused_after_ten_seconds() throws IOException {
        try (RawClient first = new RawClient();
                RawClient later = new RawClient()) {
            later.write(HEALTH);
            assertThat(later.readHead()).startsWith("HTTP/1.1 200 ");
            later.readBytes("{\"ok\":true}".length());
            first.write(HALF);
            later.write(HALF);
            while (!first.hasAnswer() || !later.hasAnswer()) {
                for (RawClient slow : List.of(first, later)) {
                    if (!slow.hasAnswer()) {
                        slow.write("x");
                    }
                }
                for (int i = 0; i < OTHERS; i++) {
                    assertThat(Call.get("/v1/healthz").send().status()).isEqualTo(200);
                }
            }
            for (RawClient slow : List.of(first, later)) {
                assertThat(slow.readAll())
                        .startsWith("HTTP/1.1 400 ")
                        .contains("\"error\":\"invalid_request\"")
                        .contains("the head of a request must arrive within 10 seconds");
            }
        }
    }
}
