package com.altcontext.api.lead;

import com.altcontext.api.config.AppConfig;
import com.altcontext.db.Sql;
import com.altcontext.delivery.Attempt;
import com.altcontext.delivery.Outbox;
import com.altcontext.delivery.OutboxSender;
import com.altcontext.delivery.WebhookSignature;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Passes captured leads on to the operator's webhook, signed as Standard Webhooks has it. The receiver recognises a repeat by its
 * {@code webhook-id}.
 */
@Singleton
public class WebhookSender {
    /** For one message. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Null where there is no webhook. */
    private final @Nullable OutboxSender outbox;

    WebhookSender(AppConfig config, Vertx vertx, Sql sql, InstantSource clock, MeterRegistry meters) {
        this.outbox = config.leads()
                .webhookUrl()
                .map(url -> {
                    HttpClient client = client(vertx, url);
                    WebhookSignature signature =
                            new WebhookSignature(config.leads().webhookSecret().orElseThrow());
                    return new OutboxSender(
                            sql,
                            Outbox.Kind.WEBHOOK,
                            TIMEOUT.multipliedBy(2),
                            message -> post(client, url, message, signature, clock.instant()),
                            taken -> meters.counter(
                                            "altcontext.webhook.sent", "outcome", taken ? "delivered" : "failed")
                                    .increment());
                })
                .orElse(null);
    }

    /**
     * Sends what is due.
     *
     * @throws com.altcontext.db.SqlFailure if the outbox cannot be read
     */
    public void sendDue() {
        if (outbox != null) {
            outbox.sendDue();
        }
    }

    private static HttpClient client(Vertx vertx, URI url) {
        return vertx.httpClientBuilder()
                .with(new PoolOptions().setHttp1MaxSize(OutboxSender.MAX_IN_FLIGHT))
                .with(new HttpClientOptions()
                        // Each is closed with its answer: the next message must not be given one that is being closed.
                        .setKeepAlive(false)
                        .setConnectTimeout((int) TIMEOUT.toMillis())
                        .setSsl("https".equals(url.getScheme())))
                // What breaks a connection fails its request, which is logged. Vert.x would log it with what the
                // receiver
                // has sent, which may be what it was sent.
                .withConnectHandler(connection -> connection.exceptionHandler(broken -> {}))
                .build();
    }

    /** What the status of the answer says (RFC 9110). */
    private static Future<Attempt> post(
            HttpClient client, URI url, Outbox.Message message, WebhookSignature signature, Instant now) {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(url.toString())
                .setTimeout(TIMEOUT.toMillis())
                .putHeader("content-type", "application/json")
                .putHeader("webhook-id", message.id().toString())
                .putHeader("webhook-timestamp", String.valueOf(now.getEpochSecond()))
                .putHeader("webhook-signature", signature.of(message.id().toString(), now, message.body()));
        return client.request(request)
                .compose(sent -> sent.send(message.body()))
                .map(answer -> {
                    // What else it says may be without end, and would keep the next message waiting.
                    answer.exceptionHandler(cutOff -> {});
                    var _ = answer.request().connection().close();
                    int status = answer.statusCode();
                    return status / 100 == 2 ? Attempt.DELIVERED : Attempt.failed("answered " + status);
                })
                .toCompletionStage()
                .toCompletableFuture();
    }
}
