package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.Logged;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Receivers of webhooks that cannot be reached, are slow or refuse messages. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = {
            @ResourceArg(name = "LEAD_WEBHOOK_URL", value = "http://127.0.0.1:0/hook?from=altcontext"),
            @ResourceArg(name = "LEAD_WEBHOOK_SECRET", value = WebhookFixture.SECRET)
        })
class WebhookReceiverTest extends WebhookFixture {
    /** Makes every message due, as if the time until its next attempt had passed. */
    private void letTimePass() {
        stored.execute("UPDATE outbox SET next_attempt_at = now() - interval '1 second'");
    }

    @Test
    void a_message_that_is_not_accepted_is_sent_again_with_the_same_id() throws Exception {
        for (int refusal : new int[] {500, 302, 404}) {
            answer = refusal;
            int before = received.size();
            if (before == 0) {
                Call.capture(Forms.minimal(email)).send();
            } else {
                letTimePass();
            }
            StoredRows.await(received::size, before + 1);
            StoredRows.await(this::errors, List.of("answered " + refusal));
        }
        assertThat(waiting()).hasSize(1);
        StoredRows.await(() -> waiting().getFirst().path("attempts").asInt(), 3);
        answer = 200;
        letTimePass();
        StoredRows.await(() -> waiting().size(), 0);

        assertThat(received).hasSize(4);
        assertThat(received)
                .extracting(Received::id)
                .containsOnly(received.element().id());
        assertThat(received)
                .extracting(Received::body)
                .containsOnly(received.element().body());
        for (Received message : received) {
            assertThat(message.signature()).isEqualTo(signatureOf(message));
        }
    }

    /** At most eight messages are sent at the same time. Further messages are not claimed. */
    @Test
    void while_eight_messages_are_sent_the_next_one_waits_and_no_database_connection_is_held() {
        answer = 503;
        for (int i = 0; i < 9; i++) {
            Call.capture(Forms.scripted(email).put("formName", "form-" + i)).send();
        }
        StoredRows.await(received::size, 9);
        StoredRows.await(this::errors, Collections.nCopies(9, "answered 503"));
        assertThat(attempts()).isEqualTo(Collections.nCopies(9, 1));
        hold = new CountDownLatch(1);
        letTimePass();
        StoredRows.await(received::size, 17);

        assertThat(attempts()).containsExactly(1, 2, 2, 2, 2, 2, 2, 2, 2);
        StoredRows.await(
                () -> stored.rows("SELECT to_jsonb(a)::text FROM pg_stat_activity a WHERE datname = current_database()"
                                + " AND state LIKE 'idle in transaction%'")
                        .size(),
                0);
        answer = 204;
        hold.countDown();
        StoredRows.await(() -> waiting().size(), 0);
    }

    /** Why the latest attempts failed. An attempt counts from its beginning, but its error only when it is answered. */
    private List<String> errors() {
        return waiting().stream()
                .map(message -> message.path("last_error").asText())
                .toList();
    }

    private List<Integer> attempts() {
        return waiting().stream()
                .map(message -> message.path("attempts").asInt())
                .sorted()
                .toList();
    }

    @Test
    void a_receiver_that_is_away_delays_no_capture_and_gets_the_message_later() throws IOException {
        receiver.stop(0);
        assertThat(Call.capture(Forms.minimal(email)).send().status()).isEqualTo(200);
        StoredRows.await(() -> waiting().getFirst().path("attempts").asInt(), 1);
        listen();
        letTimePass();
        StoredRows.await(() -> waiting().size(), 0);

        assertThat(received).hasSize(1);
    }

    @Test
    void an_endless_answer_is_not_read_and_delays_no_other_message() {
        answer = 200;
        talksForEver = true;
        for (String form : List.of("one", "two", "three")) {
            Call.capture(Forms.scripted(email).put("formName", form)).send();
        }
        StoredRows.await(() -> waiting().size(), 0);

        assertThat(received).hasSize(3);
    }

    @Test
    void a_receiver_that_accepts_nothing_is_logged_once_a_minute() {
        answer = 507;
        try (Logged logged = new Logged()) {
            for (String form : List.of("one", "two", "three")) {
                Call.capture(Forms.scripted(email).put("formName", form)).send();
            }
            StoredRows.await(
                    () -> waiting().stream()
                            .filter(message ->
                                    message.path("last_error").asText().equals("answered 507"))
                            .count(),
                    3L);

            assertThat(logged.lines())
                    .filteredOn(line -> line.contains("was not accepted"))
                    .hasSize(1);
        }
    }

    @Test
    void the_answer_of_a_receiver_is_never_logged() throws IOException {
        receiver.stop(0);
        int port = config.leads().webhookUrl().orElseThrow().getPort();
        try (Logged logged = new Logged();
                ServerSocket echo = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            Call.capture(Forms.minimal(email)).send();
            try (Socket sender = echo.accept()) {
                sender.getOutputStream().write((email + " was here\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                var _ = sender.getInputStream().readAllBytes();
            }
            StoredRows.await(() -> attempts(), List.of(1));
            // The service logs the failure before it stores the error.
            StoredRows.await(() -> waiting().getFirst().path("last_error").isTextual(), true);

            assertThat(logged.lines()).allSatisfy(line -> assertThat(line).doesNotContainIgnoringCase(email));
        }
    }
}
