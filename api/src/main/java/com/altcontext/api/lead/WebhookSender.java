package com.altcontext.api.lead;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.delivery.AttemptMetrics;
import com.altcontext.db.Sql;
import com.altcontext.delivery.Attempt;
import com.altcontext.delivery.Outbox;
import com.altcontext.delivery.OutboxSender;
import com.altcontext.delivery.WebhookSignature;
import com.altcontext.delivery.Webhooks;
import com.altcontext.value.KeyedHash;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages to the operator's webhooks, signed as Standard Webhooks specifies. The receiver recognises a repeat
 * by its {@code webhook-id}.
 */
@Singleton
public class WebhookSender {
    /** For one message. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final AppConfig.LeadOptions config;
    private final Vertx vertx;
    private final Sql sql;
    private final KeyedHash pepper;
    private final InstantSource clock;
    private final OutboxSender outbox;
    /** Created with the first message, since most services have no webhook. */
    private @Nullable HttpClient client;

    WebhookSender(AppConfig config, Vertx vertx, Sql sql, KeyedHash pepper, InstantSource clock, MeterRegistry meters) {
        this.config = config.leads();
        this.vertx = vertx;
        this.sql = sql;
        this.pepper = pepper;
        this.clock = clock;
        this.outbox = new OutboxSender(
                sql,
                Outbox.Kind.WEBHOOK,
                TIMEOUT.multipliedBy(2),
                this::post,
                new AttemptMetrics(meters, "altcontext.webhook.sent", "attempts to send a webhook message")::attempted);
    }

    /**
     * Sends the due messages.
     *
     * @throws com.altcontext.db.SqlFailure if the outbox cannot be read
     */
    public void sendDue() {
        outbox.sendDue();
    }

    /** The receiver of a message. */
    private record Receiver(URI url, WebhookSignature signature) {}

    private Optional<Receiver> receiver(@Nullable String name) {
        if (name == null) {
            return config.webhookUrl()
                    .map(url -> new Receiver(
                            url, new WebhookSignature(config.webhookSecret().orElseThrow())));
        }
        return sql.inTransaction(tx -> Webhooks.find(tx, name))
                .map(webhook -> new Receiver(webhook.url(), new WebhookSignature(webhook.secret(pepper))));
    }

    private Future<Attempt> post(Outbox.Message message) {
        return receiver(message.destination())
                .map(receiver -> post(message, receiver))
                .orElseGet(() -> CompletableFuture.completedFuture(Attempt.failed(
                        message.destination() == null ? "LEAD_WEBHOOK_URL is not set" : "no such webhook")));
    }

    private HttpClient client() {
        if (client == null) {
            client = newClient();
        }
        return client;
    }

    private HttpClient newClient() {
        return vertx.httpClientBuilder()
                .with(new PoolOptions().setHttp1MaxSize(OutboxSender.MAX_IN_FLIGHT))
                .with(new HttpClientOptions()
                        // Each connection is closed after its answer: the next message must not get one that is being
                        // closed.
                        .setKeepAlive(false)
                        .setConnectTimeout((int) TIMEOUT.toMillis()))
                // A broken connection fails its request, which is logged. Vert.x would also log what the receiver has
                // sent, which may repeat the message.
                .withConnectHandler(connection -> connection.exceptionHandler(broken -> {}))
                .build();
    }

    /** Posts a message. It is delivered if the status of the answer is 2xx (RFC 9110). */
    private Future<Attempt> post(Outbox.Message message, Receiver receiver) {
        Instant now = clock.instant();
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(receiver.url.toASCIIString())
                .setTimeout(TIMEOUT.toMillis())
                .putHeader("content-type", "application/json")
                // Some firewalls refuse requests without it.
                .putHeader("user-agent", "AltContext")
                .putHeader("webhook-id", message.id().toString())
                .putHeader("webhook-timestamp", String.valueOf(now.getEpochSecond()))
                .putHeader(
                        "webhook-signature", receiver.signature.of(message.id().toString(), now, message.body()));
        return client().request(request)
                .compose(sent -> sent.send(message.body()))
                .map(answer -> {
                    cutOff(answer);
                    int status = answer.statusCode();
                    return status / 100 == 2 ? Attempt.DELIVERED : Attempt.failed("answered " + status);
                })
                .toCompletionStage()
                .toCompletableFuture();
    }

    /** Closes the connection: the rest of the answer may be endless, and would delay the next message. */
    private static void cutOff(HttpClientResponse answer) {
        try {
            answer.exceptionHandler(cutOff -> {});
        } catch (IllegalStateException ended) {
            // The answer is complete: on a busy machine its end may be read before this runs.
        }
        var _ = answer.request().connection().close();
    }
}
