package com.altcontext.api.lead;

import static com.altcontext.api.testing.StoredRows.LeadTable.MESSAGES;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.Logged;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.delivery.Webhook;
import com.altcontext.delivery.Webhooks;
import com.altcontext.value.KeyedHash;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leads are passed on to a receiver that the test runs. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = {
            @ResourceArg(name = "LEAD_WEBHOOK_URL", value = "http://127.0.0.1:0/hook?from=altcontext"),
            @ResourceArg(name = "LEAD_WEBHOOK_SECRET", value = WebhookTest.SECRET)
        })
class WebhookTest {
    static final String SECRET = "a secret for tests of the webhook only";

    @Inject
    Sql sql;

    @Inject
    AppConfig config;

    @Inject
    InstantSource clock;

    @Inject
    KeyedHash pepper;

    private final String email = Forms.email();
    private final Queue<Received> received = new ConcurrentLinkedQueue<>();
    private final Queue<String> erased = new ConcurrentLinkedQueue<>();
    private volatile int answer = 204;
    private volatile boolean talksForEver;
    private volatile CountDownLatch hold = new CountDownLatch(0);
    private HttpServer receiver;
    private StoredRows stored;

    private record Received(URI uri, String id, String timestamp, String signature, String type, String body) {}

    /** Messages of another test would be sent first. */
    @BeforeEach
    void empty() {
        stored = new StoredRows(sql);
        stored.execute("DELETE FROM outbox");
        stored.execute("DELETE FROM webhooks");
    }

    @BeforeEach
    void listen() throws IOException {
        URI url = config.leads().webhookUrl().orElseThrow();
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), url.getPort()), 0);
        receiver.createContext("/", this::receive);
        // A slow answer does not delay the next message.
        receiver.setExecutor(Thread::startVirtualThread);
        receiver.start();
    }

    @AfterEach
    void stop() {
        hold.countDown();
        receiver.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (exchange.getRequestURI().getPath().equals("/erased")) {
                erased.add(body);
            }
            if (body.contains(email)) {
                received.add(new Received(
                        exchange.getRequestURI(),
                        exchange.getRequestHeaders().getFirst("webhook-id"),
                        exchange.getRequestHeaders().getFirst("webhook-timestamp"),
                        exchange.getRequestHeaders().getFirst("webhook-signature"),
                        exchange.getRequestHeaders().getFirst("content-type"),
                        body));
                hold.await();
                if (answer == 302) {
                    exchange.getResponseHeaders().set("location", "/elsewhere");
                }
                exchange.sendResponseHeaders(answer, talksForEver ? 0 : -1);
                while (talksForEver) {
                    exchange.getResponseBody().write(new byte[8_192]);
                }
            } else {
                exchange.sendResponseHeaders(204, -1);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** The signature by the Standard Webhooks specification. */
    private static String signatureOf(Received message) throws Exception {
        return signatureOf(message, SECRET.getBytes(StandardCharsets.UTF_8));
    }

    private static String signatureOf(Received message, byte[] key) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        byte[] signed = (message.id + '.' + message.timestamp + '.' + message.body).getBytes(StandardCharsets.UTF_8);
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed));
    }

    private List<JsonNode> waiting() {
        return stored.ofLead(MESSAGES, email);
    }

    /** As if the time until the next attempt had passed. */
    private void letTimePass() {
        stored.execute("UPDATE outbox SET next_attempt_at = now() - interval '1 second'");
    }

    @Test
    void each_webhook_gets_what_it_wants_signed_with_a_secret_of_its_own() throws Exception {
        String url = "http://127.0.0.1:" + receiver.getAddress().getPort();
        Webhook list = Webhook.of("list", url + "/list", List.of("consent.changed"), clock.instant());
        Webhook gone = Webhook.of("gone", "http://127.0.0.1:1/", List.of("consent.changed"), clock.instant());
        var _ = sql.inTransaction(tx -> Webhooks.add(tx, list) && Webhooks.add(tx, gone));

        Call.capture(Forms.scripted(email).put("consentStatus", "express")).send();
        StoredRows.await(received::size, 2);

        assertThat(received)
                .extracting(Received::uri)
                .extracting(URI::getPath)
                .containsExactlyInAnyOrder("/hook", "/list");
        Received changed = received.stream()
                .filter(message -> message.uri.getPath().equals("/list"))
                .findFirst()
                .orElseThrow();
        JsonNode body = Call.JSON.readTree(changed.body);
        assertThat(body.path("type").asText()).isEqualTo("consent.changed");
        assertThat(body.at("/data/change").asText()).isEqualTo("granted");
        byte[] key = Base64.getDecoder().decode(list.secret(pepper).substring("whsec_".length()));
        assertThat(changed.signature).isEqualTo(signatureOf(changed, key));
        StoredRows.await(() -> waiting().size(), 1);
        assertThat(waiting().getFirst().path("destination").asText()).isEqualTo("gone");
    }

    @Test
    void an_erasure_by_the_api_is_passed_on_by_ids_alone() throws Exception {
        String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/erased";
        Webhook crm = Webhook.of("crm", url, List.of("lead.erased"), clock.instant());
        var _ = sql.inTransaction(tx -> Webhooks.add(tx, crm));
        String leadId = Call.capture(Forms.scripted(email)).send().field("leadId");

        assertThat(Call.erasure("{\"email\":\"" + email + "\"}").send().status())
                .isEqualTo(200);

        StoredRows.await(() -> erased.size(), 1);
        JsonNode body = Call.JSON.readTree(Objects.requireNonNull(erased.peek()));
        assertThat(body.path("type").asText()).isEqualTo("lead.erased");
        assertThat(body.path("data").toString()).contains(leadId).contains("\"propertyId\":");
        assertThat(body.path("data").size()).isEqualTo(2);
        assertThat(body.toString()).doesNotContain(email);
    }

    @Test
    void a_lead_is_passed_on_signed_and_once() throws Exception {
        ObjectNode form = Forms.scripted(email).put("formName", "été").put("consentStatus", "implied");
        form.putObject("payload").put("company", "Example Ltd");
        Call.Answer captured = Call.capture(form).send();
        Call.capture(form).send();
        StoredRows.await(() -> waiting().size(), 0);

        assertThat(received).hasSize(1);
        Received message = received.remove();
        assertThat(message.uri).hasToString("/hook?from=altcontext");
        assertThat(message.type).isEqualTo("application/json");
        assertThat(message.signature).isEqualTo(signatureOf(message));
        assertThat(Long.parseLong(message.timestamp))
                .isBetween(
                        clock.instant().getEpochSecond() - 60, clock.instant().getEpochSecond());
        JsonNode body = Call.JSON.readTree(message.body);
        assertThat(body.path("type").asText()).isEqualTo("lead.captured");
        JsonNode data = body.path("data");
        assertThat(data.path("leadId").asText()).isEqualTo(captured.field("leadId"));
        assertThat(data.path("email").asText()).isEqualTo(email);
        assertThat(data.path("formName").asText()).isEqualTo("été");
        assertThat(data.path("consentStatus").asText()).isEqualTo("implied");
        assertThat(data.path("payload")).isEqualTo(form.path("payload"));
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
        }
        assertThat(waiting()).hasSize(1);
        StoredRows.await(() -> waiting().getFirst().path("attempts").asInt(), 3);
        answer = 200;
        letTimePass();
        StoredRows.await(() -> waiting().size(), 0);

        assertThat(received).hasSize(4);
        assertThat(received).extracting(Received::id).containsOnly(received.element().id);
        assertThat(received).extracting(Received::body).containsOnly(received.element().body);
        for (Received message : received) {
            assertThat(message.signature).isEqualTo(signatureOf(message));
        }
    }

    /** Eight are under way at once; further messages are not claimed. */
    @Test
    void with_eight_under_way_the_next_waits_and_no_connection_is_held() {
        answer = 503;
        for (int i = 0; i < 9; i++) {
            Call.capture(Forms.scripted(email).put("formName", "form-" + i)).send();
        }
        StoredRows.await(received::size, 9);
        StoredRows.await(() -> attempts(), Collections.nCopies(9, 1));
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

    private List<Integer> attempts() {
        return waiting().stream()
                .map(message -> message.path("attempts").asInt())
                .sorted()
                .toList();
    }

    @Test
    void a_receiver_that_is_away_holds_up_no_capture_and_gets_it_later() throws IOException {
        receiver.stop(0);
        assertThat(Call.capture(Forms.minimal(email)).send().status()).isEqualTo(200);
        StoredRows.await(() -> waiting().getFirst().path("attempts").asInt(), 1);
        listen();
        letTimePass();
        StoredRows.await(() -> waiting().size(), 0);

        assertThat(received).hasSize(1);
    }

    @Test
    void an_answer_without_end_is_not_listened_to_and_holds_up_no_other_message() {
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
            // Logged before it is noted.
            StoredRows.await(() -> waiting().getFirst().path("last_error").isTextual(), true);

            assertThat(logged.lines()).allSatisfy(line -> assertThat(line).doesNotContainIgnoringCase(email));
        }
    }

    @Test
    void a_forgotten_lead_is_not_passed_on() {
        answer = 503;
        Call.capture(Forms.minimal(email)).send();
        StoredRows.await(received::size, 1);
        Call.Answer deleted = Call.of("POST", "/v1/leads/delete")
                .header("x-admin-key", TestService.ADMIN_KEY)
                .json(Forms.minimal(email))
                .send();

        assertThat(deleted.json().path("messages").asInt()).isOne();
        assertThat(stored.rows("SELECT to_jsonb(o)::text FROM outbox o WHERE body LIKE '%' || ? || '%'", email))
                .isEmpty();
    }
}
