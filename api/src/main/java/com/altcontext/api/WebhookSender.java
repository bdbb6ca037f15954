package com.altcontext.api;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.lead.Outbox;
import com.altcontext.lead.WebhookSignature;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Passes captured leads on to the operator's webhook, signed as Standard Webhooks has it. Whatever is not answered with a
 * success is sent again later: the receiver tells a repeat by its {@code webhook-id}.
 */
@Singleton
class WebhookSender {
    private static final Logger LOG = Logger.getLogger(WebhookSender.class);
    private static final int MOST_IN_ROUND = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Optional<Settings.Webhook> webhook;
    private final Vertx vertx;
    private final Sql sql;
    private final DatabaseState database;
    private final InstantSource clock;
    private final MeterRegistry meters;

    WebhookSender(
            Settings settings,
            Vertx vertx,
            Sql sql,
            DatabaseState database,
            InstantSource clock,
            MeterRegistry meters) {
        this.webhook = settings.leads().webhook();
        this.vertx = vertx;
        this.sql = sql;
        this.database = database;
        this.clock = clock;
        this.meters = meters;
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void send() {
        if (webhook.isEmpty() || !database.isReady()) {
            return;
        }
        try {
            Outbox.Message due = claim();
            if (due != null) {
                send(webhook.get(), due);
            }
        } catch (SqlFailure failed) {
            LOG.warnf("leads wait to be passed on: %s", failed.getMessage());
        }
    }

    /** One alone: {@link Outbox#LEASE} would run out for those that wait behind others at a slow receiver. */
    private Outbox.@Nullable Message claim() {
        List<Outbox.Message> due = sql.inTransaction(tx -> Outbox.claim(tx, 1));
        return due.isEmpty() ? null : due.getFirst();
    }

    private void send(Settings.Webhook to, Outbox.Message first) {
        HttpClient client = vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setMaxPoolSize(1)
                        .setConnectTimeout((int) PATIENCE.toMillis())
                        .setSsl("https".equals(to.url().getScheme())))
                // What breaks a connection fails its request, which is told. Vert.x would log it, and with it what the
                // receiver
                // has sent, which may be what it was sent.
                .withConnectHandler(connection -> connection.exceptionHandler(broken -> {}))
                .build();
        try {
            Outbox.Message message = first;
            for (int sent = 1; message != null; sent++) {
                pass(client, to, message);
                message = sent < MOST_IN_ROUND ? claim() : null;
            }
        } finally {
            var _ = client.close();
        }
    }

    private void pass(HttpClient client, Settings.Webhook to, Outbox.Message message) {
        if (isTaken(client, to, message)) {
            sql.inTransaction(tx -> {
                Outbox.delivered(tx, message.id());
                return true;
            });
        }
    }

    private boolean isTaken(HttpClient client, Settings.Webhook to, Outbox.Message message) {
        String outcome;
        try {
            int status = post(client, to, message);
            outcome = status / 100 == 2 ? "delivered" : "answered " + status;
        } catch (ExecutionException | TimeoutException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            // Its message may name the address of the receiver, which may hold a secret.
            outcome = "failed: " + cause.getClass().getSimpleName();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            outcome = "interrupted";
        }
        boolean taken = outcome.equals("delivered");
        meters.counter("altcontext.webhook.sent", "outcome", taken ? "delivered" : "failed")
                .increment();
        if (!taken) {
            LOG.warnf("the webhook did not take lead message %s, try %d: %s", message.id(), message.attempt(), outcome);
        }
        return taken;
    }

    private int post(HttpClient client, Settings.Webhook to, Outbox.Message message)
            throws ExecutionException, InterruptedException, TimeoutException {
        Instant now = clock.instant();
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(to.url().toString())
                .setTimeout(PATIENCE.toMillis())
                .putHeader("content-type", "application/json")
                .putHeader("webhook-id", message.id().toString())
                .putHeader("webhook-timestamp", String.valueOf(now.getEpochSecond()))
                .putHeader(
                        "webhook-signature",
                        new WebhookSignature(to.secret()).of(message.id().toString(), now, message.body()));
        return client.request(request)
                .compose(sent -> sent.send(message.body()))
                .map(answer -> {
                    // What else it says may be without end, and would keep the next message waiting.
                    var _ = answer.request().connection().close();
                    return answer.statusCode();
                })
                .toCompletionStage()
                .toCompletableFuture()
                .get(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
