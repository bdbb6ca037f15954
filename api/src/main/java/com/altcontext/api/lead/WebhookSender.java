package com.altcontext.api.lead;

import com.altcontext.api.config.AppConfig;
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
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Passes captured leads on to the operator's webhook, signed as Standard Webhooks has it. Whatever is not answered with a
 * success is sent again later: the receiver recognises a repeat by its {@code webhook-id}.
 *
 * <p>What waits is sent batch by batch until nothing is due. The messages of a batch are under way at once, and a later
 * batch never overtakes an earlier one. No connection to the database is held while a receiver takes its time.
 */
@Singleton
class WebhookSender {
    private static final Logger LOG = Logger.getLogger(WebhookSender.class);
    /** So many are claimed at once and sent at once: none waits behind others at a slow receiver until its lease is over. */
    private static final int MAX_IN_FLIGHT = 8;

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Optional<Webhook> webhook;
    private final Vertx vertx;
    private final Sql sql;
    private final DatabaseState database;
    private final InstantSource clock;
    private final MeterRegistry meters;

    /** Where leads are passed on to, and the secret that signs them. */
    private record Webhook(URI url, String secret) {
        static Optional<Webhook> of(AppConfig.Leads leads) {
            return leads.webhookUrl().flatMap(url -> leads.webhookSecret().map(secret -> new Webhook(url, secret)));
        }
    }

    WebhookSender(
            AppConfig config, Vertx vertx, Sql sql, DatabaseState database, InstantSource clock, MeterRegistry meters) {
        this.webhook = Webhook.of(config.leads());
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
            List<Outbox.Message> due = claim();
            if (!due.isEmpty()) {
                send(webhook.get(), due);
            }
        } catch (SqlFailure failed) {
            LOG.warnf("leads wait to be passed on: %s", failed.getMessage());
        }
    }

    private List<Outbox.Message> claim() {
        return sql.inTransaction(tx -> Outbox.claim(tx, MAX_IN_FLIGHT));
    }

    /** Batch after batch, until nothing is due or the receiver takes nothing: then the rest waits for the next round. */
    private void send(Webhook to, List<Outbox.Message> first) {
        HttpClient client = vertx.httpClientBuilder()
                .with(new PoolOptions().setHttp1MaxSize(MAX_IN_FLIGHT))
                .with(new HttpClientOptions()
                        // Each is closed with its answer: the next message must not be given one that is being closed.
                        .setKeepAlive(false)
                        .setConnectTimeout((int) TIMEOUT.toMillis())
                        .setSsl("https".equals(to.url().getScheme())))
                // What breaks a connection fails its request, which is logged. Vert.x would log it, and with it what
                // the
                // receiver has sent, which may be what it was sent.
                .withConnectHandler(connection -> connection.exceptionHandler(broken -> {}))
                .build();
        try {
            for (List<Outbox.Message> batch = first; !batch.isEmpty() && pass(client, to, batch); ) {
                batch = claim();
            }
        } finally {
            var _ = client.close();
        }
    }

    /** @return whether the receiver took any of them */
    private boolean pass(HttpClient client, Webhook to, List<Outbox.Message> batch) {
        Map<Outbox.Message, Future<Integer>> answers = new LinkedHashMap<>();
        batch.forEach(message -> answers.put(message, post(client, to, message)));
        long deadline = System.nanoTime() + 2 * TIMEOUT.toNanos();
        List<UUID> taken = new ArrayList<>();
        answers.forEach((message, answer) -> {
            if (isTaken(message, answer, deadline)) {
                taken.add(message.id());
            }
        });
        if (!taken.isEmpty()) {
            sql.inTransaction(tx -> {
                Outbox.delivered(tx, taken);
                return true;
            });
        }
        return !taken.isEmpty();
    }

    private boolean isTaken(Outbox.Message message, Future<Integer> answer, long deadline) {
        String outcome;
        try {
            int status = answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
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

    /** The status of the answer. */
    private Future<Integer> post(HttpClient client, Webhook to, Outbox.Message message) {
        Instant now = clock.instant();
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(to.url().toString())
                .setTimeout(TIMEOUT.toMillis())
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
                    answer.exceptionHandler(cutOff -> {});
                    var _ = answer.request().connection().close();
                    return answer.statusCode();
                })
                .toCompletionStage()
                .toCompletableFuture();
    }
}
