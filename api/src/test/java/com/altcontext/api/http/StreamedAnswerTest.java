package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.client.Client;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An answer that a server streams to a client that reads all of it. The clock of the test says how long that took. */
class StreamedAnswerTest {
    private static final Client CLIENT = new Client(InetAddress.getLoopbackAddress(), null, null, false, null);
    private static final Route ROUTE = Route.get("/v1/healthz", Access.PUBLIC, Allowance.UNLIMITED);
    private static final String PART = "x".repeat(16 * 1024);
    private static final int PARTS = 100;
    private static final Vertx VERTX = Vertx.vertx();

    private final HttpClient client = HttpClient.newHttpClient();
    private final CompletableFuture<Integer> sentParts = new CompletableFuture<>();
    private volatile Duration perPart = Duration.ZERO;
    private HttpServer server;

    @AfterAll
    static void closeAll() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void listen() {
        Router router = Router.router(VERTX);
        router.route().handler(this::answer);
        server = VERTX.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void close() {
        server.close().toCompletionStage().toCompletableFuture().join();
        client.close();
    }

    private void answer(RoutingContext context) {
        RequestContext request = new RequestContext(context, ROUTE, CLIENT);
        AtomicLong now = new AtomicLong();
        StreamedAnswer answer = new StreamedAnswer(request, "text/plain", () -> now.getAndAdd(perPart.toNanos()));
        Thread.ofVirtual().start(() -> {
            int sent = 0;
            try {
                while (sent < PARTS) {
                    answer.append(PART);
                    sent++;
                }
                request.onEventLoop(() -> context.response().end());
            } catch (IOException refused) {
                context.request().connection().close();
            }
            sentParts.complete(sent);
        });
    }

    /** Requests the answer as a client that seems to need this long for each part. */
    private CompletableFuture<HttpResponse<String>> read(Duration needed) {
        perPart = needed;
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort()))
                        .timeout(Duration.ofMinutes(1))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** 16 KB a second: half of what is required, so each part uses up half a second of the first ten. */
    @Test
    void a_client_that_takes_each_part_but_is_slow_on_the_whole_is_ended() {
        CompletableFuture<HttpResponse<String>> answer = read(Duration.ofSeconds(1));

        assertThat(sentParts.join()).isEqualTo(20);
        assertThatThrownBy(answer::join).hasCauseInstanceOf(IOException.class);
    }

    /** 32 KB a second. */
    @Test
    void a_client_that_is_just_fast_enough_gets_all() {
        CompletableFuture<HttpResponse<String>> answer = read(Duration.ofMillis(500));

        assertThat(sentParts.join()).isEqualTo(PARTS);
        assertThat(answer.join().body()).hasSize(PARTS * PART.length());
    }
}
