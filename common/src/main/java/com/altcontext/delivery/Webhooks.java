package com.altcontext.delivery;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The operator's webhooks, and the messages in the outbox for them. */
public final class Webhooks {
    private static final String ADD = """
            INSERT INTO webhooks (name, id, url, events, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING
            """;

    /** Also removes its messages: they can no longer be delivered. */
    private static final String REMOVE = """
            WITH messages AS (DELETE FROM outbox WHERE kind = 'webhook' AND destination = ?)
            DELETE FROM webhooks WHERE name = ?
            """;

    private static final String BACKLOG = """
            SELECT destination, %s
            FROM outbox WHERE kind = 'webhook' GROUP BY destination ORDER BY destination NULLS FIRST
            """.formatted(Outbox.BACKLOG_COLUMNS);

    private static final String REPLAY = """
            UPDATE outbox SET %s
            WHERE kind = 'webhook' AND set_aside_at IS NOT NULL AND (? OR destination IS NOT DISTINCT FROM ?)
            """.formatted(Outbox.DUE_AGAIN);

    /** Removes test messages that are older than a minute: nobody waits for them any more. */
    private static final String REMOVE_OLD_TESTS = """
            DELETE FROM outbox
            WHERE kind = 'webhook' AND event = ? AND destination IS NOT DISTINCT FROM ? AND created_at < now() - interval '1 minute'
            """;

    private static final String ADD_TEST =
            "INSERT INTO outbox (id, kind, event, destination, body) VALUES (?, 'webhook', ?, ?, ?)";

    private static final String ANY = "SELECT EXISTS (SELECT FROM webhooks)";

    private Webhooks() {}

    /**
     * The undelivered messages of a webhook.
     *
     * @param webhook null for {@code LEAD_WEBHOOK_URL}
     * @param setAside messages that could not be delivered within three days
     * @param lastError why the latest attempt failed
     */
    public record WebhookBacklog(
            @Nullable String webhook,
            long waiting,
            long setAside,
            @Nullable Instant oldest,
            @Nullable String lastError) {
        static WebhookBacklog read(Row row) throws SQLException {
            return new WebhookBacklog(
                    row.textOrNull(1), row.number(2), row.number(3), row.timeOrNull(4), row.textOrNull(5));
        }
    }

    /**
     * Adds a webhook, with a row in {@code audit_log}.
     *
     * @return false if the name is taken: nothing was added
     */
    public static boolean add(Tx tx, Webhook webhook) {
        String[] events =
                webhook.events().stream().map(WebhookEvent::key).sorted().toArray(String[]::new);
        Instant at = webhook.createdAt();
        return audited(
                tx,
                tx.update(ADD, webhook.name(), webhook.id(), webhook.url().toString(), events, at),
                "webhook_added",
                at);
    }

    /**
     * Removes a webhook, with a row in {@code audit_log}.
     *
     * @return false if no webhook has this name
     */
    public static boolean remove(Tx tx, String name, Instant at) {
        return audited(tx, tx.update(REMOVE, name, name), "webhook_removed", at);
    }

    private static boolean audited(Tx tx, int changed, String action, Instant at) {
        if (changed > 0) {
            AuditLog.add(tx, Caller.ALTOPS, AuditLog.Entry.of(action, null, 1), at);
        }
        return changed > 0;
    }

    /** Whether there is any webhook. */
    public static Pipeline.Pending<Boolean> any(Pipeline pipeline) {
        return pipeline.query(ANY, row -> row.flag(1));
    }

    /** All webhooks, ordered by name. */
    public static List<Webhook> list(Tx tx) {
        return tx.query("SELECT name, id, url, events, created_at FROM webhooks ORDER BY name", Webhook::read);
    }

    public static Optional<Webhook> find(Tx tx, String name) {
        return tx.queryFirst(
                "SELECT name, id, url, events, created_at FROM webhooks WHERE name = ?", Webhook::read, name);
    }

    /** The webhooks that have undelivered messages. */
    public static List<WebhookBacklog> backlog(Tx tx) {
        return tx.query(BACKLOG, WebhookBacklog::read);
    }

    /**
     * Stores a message that tests a webhook, and removes those that interrupted tests have left behind.
     *
     * @param webhook null for {@code LEAD_WEBHOOK_URL}
     * @return the id of the message
     */
    public static UUID putTest(Tx tx, @Nullable String webhook, Instant now) {
        UUID id = UUID.randomUUID();
        String body = "{\"type\":\"" + WebhookEvent.TEST + "\",\"timestamp\":\"" + now.truncatedTo(ChronoUnit.MILLIS)
                + "\",\"data\":{}}";
        tx.update(REMOVE_OLD_TESTS, WebhookEvent.TEST, webhook);
        tx.update(ADD_TEST, id, WebhookEvent.TEST, webhook, body);
        return id;
    }

    /**
     * Why the last attempt to send a message failed: an empty text before the first attempt, no value once it is
     * delivered.
     */
    public static Optional<String> failure(Tx tx, UUID message) {
        return tx.queryFirst("SELECT coalesce(last_error, '') FROM outbox WHERE id = ?", row -> row.text(1), message);
    }

    /** Deletes a message. */
    public static void drop(Tx tx, UUID message) {
        tx.update("DELETE FROM outbox WHERE id = ?", message);
    }

    /**
     * Makes messages that were set aside due again, for another three days.
     *
     * @param ofAll whether to replay the messages of all webhooks
     * @param webhook the webhook to replay if not all; null for {@code LEAD_WEBHOOK_URL}
     * @return the number of messages
     */
    public static int replay(Tx tx, boolean ofAll, @Nullable String webhook) {
        return tx.update(REPLAY, ofAll, webhook);
    }
}
