package com.altcontext.api.lead;

import static com.altcontext.api.testing.StoredRows.LeadTable.MESSAGES;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.db.Sql;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A receiver of webhooks that the test runs. */
abstract class WebhookFixture {
    static final String SECRET = "a secret for tests of the webhook only";

    @Inject
    Sql sql;

    @Inject
    AppConfig config;

    @Inject
    InstantSource clock;

    final String email = Forms.email();
    final Queue<Received> received = new ConcurrentLinkedQueue<>();
    final Queue<String> erased = new ConcurrentLinkedQueue<>();
    volatile int answer = 204;
    volatile boolean talksForEver;
    volatile CountDownLatch hold = new CountDownLatch(0);
    HttpServer receiver;
    StoredRows stored;

    record Received(URI uri, String id, String timestamp, String signature, String type, String agent, String body) {}

    /** Removes the messages of other tests, which would be sent first. */
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
                        exchange.getRequestHeaders().getFirst("user-agent"),
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

    /** The signature according to the Standard Webhooks specification. */
    static String signatureOf(Received message) throws Exception {
        return signatureOf(message, SECRET.getBytes(StandardCharsets.UTF_8));
    }

    static String signatureOf(Received message, byte[] key) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        byte[] signed = (message.id + '.' + message.timestamp + '.' + message.body).getBytes(StandardCharsets.UTF_8);
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed));
    }

    List<JsonNode> waiting() {
        return stored.ofLead(MESSAGES, email);
    }
}
