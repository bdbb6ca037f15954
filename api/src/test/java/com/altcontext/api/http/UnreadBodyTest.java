package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.RawClient;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are refused before they have arrived, and clients that never complete a body. */
@QuarkusTest
@WithTestResource(TestService.class)
class UnreadBodyTest {
    private static final String HEAD =
            "POST /v1/events HTTP/1.1\r\nHost: x\r\nUser-Agent: x\r\nContent-Type: application/json\r\n";

    private static final String NEXT = HEAD + "Connection: close\r\nContent-Length: "
            + TestEvent.body().toString().length() + "\r\n\r\n" + TestEvent.body();

    @Test
    void a_body_that_is_far_too_large_is_always_answered() {
        byte[] huge = new byte[4 << 20];
        for (int i = 0; i < 20; i++) {
            for (boolean chunked : List.of(false, true)) {
                Call call = Call.event("").body(huge);
                Call.Answer answer = (chunked ? call.chunked() : call).send();

                assertThat(answer.status()).isEqualTo(413);
                assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"payload_too_large\"}");
            }
        }
    }

    @Test
    void a_large_body_of_a_refused_request_is_always_answered() {
        byte[] huge = new byte[4 << 20];
        for (int i = 0; i < 10; i++) {
            assertThat(Call.of("POST", "/nothing").body(huge).send().status()).isEqualTo(404);
            assertThat(Call.of("PUT", "/v1/events").body(huge).send().status()).isEqualTo(405);
            assertThat(Call.event("")
                            .body(huge)
                            .header("content-type", "image/png")
                            .send()
                            .status())
                    .isEqualTo(415);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1000000", "0000065537", "65537", "999999999999"})
    void a_length_that_is_too_large_is_refused_before_the_body_arrives(String length) throws IOException {
        String answer = Call.raw(HEAD + "Content-Length: " + length + "\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 413 ").endsWith("{\"ok\":false,\"error\":\"payload_too_large\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "-1", "+5", "1,2", "0x10", "99999999999999999999"})
    void an_invalid_length_is_a_bad_request(String length) throws IOException {
        String answer = Call.raw(HEAD + "Connection: close\r\nContent-Length: " + length + "\r\n\r\n{}");

        assertThat(answer).startsWith("HTTP/1.1 400 ").doesNotContain("Exception");
    }

    @Test
    void a_request_that_expects_100_continue_is_served() throws IOException {
        String body = TestEvent.body().toString();
        String answer = Call.raw(HEAD + "Expect: 100-continue\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body);

        assertThat(answer).contains("HTTP/1.1 202 ");
    }

    @Test
    void two_different_lengths_are_refused() throws IOException {
        String answer = Call.raw(HEAD + "Connection: close\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ");

        assertThat(answer).startsWith("HTTP/1.1 400 ").doesNotContain("HTTP/1.1 202");
    }

    @Test
    void a_client_that_sends_its_body_too_slowly_is_refused_and_delays_no_other() throws IOException {
        try (RawClient slow = new RawClient();
                RawClient silent = new RawClient()) {
            slow.write(HEAD + "Content-Length: 60000\r\n\r\n");
            silent.write(HEAD + "Transfer-Encoding: chunked\r\n\r\n");
            int served = 0;
            while (!slow.hasAnswer()) {
                slow.write(" ");
                assertThat(Call.event(TestEvent.body()).send().status()).isEqualTo(202);
                served++;
            }
            assertThat(served).isPositive();
            for (RawClient client : List.of(slow, silent)) {
                assertThat(client.readAll())
                        .startsWith("HTTP/1.1 400 ")
                        .contains("\"error\":\"invalid_request\"")
                        .contains("the body must arrive within 10 seconds");
            }
        }
    }

    @Test
    void incomplete_bodies_neither_fill_the_memory_nor_delay_others() throws IOException {
        int clients = 2 * BodyCollector.MAX_PENDING_BYTES / 60_000;
        List<RawClient> hoarders = new ArrayList<>();
        try {
            for (int i = 0; i < clients; i++) {
                RawClient hoarder = new RawClient();
                hoarders.add(hoarder);
                hoarder.write(HEAD + "Content-Length: 65536\r\n\r\n" + " ".repeat(60_000));
            }
            assertThat(Call.event(TestEvent.body()).send().status()).isEqualTo(202);

            assertThat(hoarders.getFirst().readAll())
                    .startsWith("HTTP/1.1 503 ")
                    .containsIgnoringCase("retry-after: 2")
                    .endsWith("{\"ok\":false,\"error\":\"unavailable\"}");
            assertThat(hoarders.getLast().hasAnswer())
                    .as("the last client still has time left")
                    .isFalse();
        } finally {
            for (RawClient hoarder : hoarders) {
                hoarder.close();
            }
        }
        assertThat(Call.event(TestEvent.body()).send().status()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OPTIONS /v1/events",
                "OPTIONS /v1/leads/export",
                "GET /v1/healthz",
                "HEAD /v1/openapi.yaml",
                "GET /v1/privacy",
                "GET /dashboard",
                "GET /v1/metrics/summary",
                "DELETE /v1/dashboard/session",
                "DELETE /v1/events",
                "POST /v1/nothing"
            })
    void an_unread_body_does_not_affect_the_next_request(String start) throws IOException {
        for (int length : List.of(1, 5_000, 65_536)) {
            for (boolean chunked : List.of(false, true)) {
                try (RawClient client = new RawClient()) {
                    client.write(start + " HTTP/1.1\r\nHost: x\r\n" + body(length, chunked));
                    String first = client.readHead();
                    client.write(NEXT);

                    assertThat(first).startsWith("HTTP/1.1 ").doesNotContainIgnoringCase("connection: close");
                    assertThat(client.readAll())
                            .as("%s with %d bytes", start, length)
                            .contains("HTTP/1.1 202 ");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"OPTIONS /v1/events", "GET /v1/healthz", "HEAD /v1/privacy", "DELETE /v1/dashboard/session"})
    void a_long_unread_body_closes_the_connection_after_the_answer(String start) throws IOException {
        for (boolean chunked : List.of(false, true)) {
            try (RawClient client = new RawClient()) {
                client.write(start + " HTTP/1.1\r\nHost: x\r\n" + body(500_000, chunked) + NEXT);

                assertThat(client.readAll()).startsWith("HTTP/1.1 ").containsOnlyOnce("HTTP/1.1 ");
            }
        }
        assertThat(Call.event(TestEvent.body()).send().status()).isEqualTo(202);
    }

    @Test
    void an_unread_body_that_never_arrives_closes_the_connection() throws IOException {
        try (RawClient client = new RawClient()) {
            client.write("OPTIONS /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{");

            assertThat(client.readAll()).startsWith("HTTP/1.1 204 ").containsOnlyOnce("HTTP/1.1 ");
        }
    }

    private static String body(int length, boolean chunked) {
        String content = "x".repeat(length);
        return chunked
                ? "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(length) + "\r\n" + content
                        + "\r\n0\r\n\r\n"
                : "Content-Length: " + length + "\r\n\r\n" + content;
    }

    @Test
    void the_service_works_after_clients_disconnect_in_the_middle_of_a_body() throws IOException {
        for (int i = 0; i < 50; i++) {
            try (RawClient client = new RawClient()) {
                client.write(HEAD + "Content-Length: 1000\r\n\r\n{");
            }
        }
        assertThat(Call.event(TestEvent.body()).send().status()).isEqualTo(202);
    }
}
