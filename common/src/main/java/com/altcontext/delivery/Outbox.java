package com.altcontext.delivery;

import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.value.Language;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Webhook messages and mails that wait to be sent. A message is written in the same transaction as the data that it
 * is about, so none is lost. It is sent later, so the request does not wait for it. It stays in the outbox until it
 * is delivered, so it may arrive more than once, each time with the same id. A message that cannot be delivered
 * within three days is set aside for an operator.
 *
 * <p>The database's clock decides when the next attempt is due, since the clocks of the machines may differ.
 */
public final class Outbox {
    /**
     * How long after {@link #claim} no other machine gets the message: the sender must have given up by then. The
     * time doubles with each attempt, up to 6 hours. A random part of up to a quarter is added, so that messages that
     * failed together are not all retried together.
     */
    public static final Duration LEASE = Duration.ofMinutes(1);

    /** The {@code event} of a mail that asks a lead to confirm its consent. */
    public static final String CONFIRMATION = "confirmation";

    /** The {@code event} of a mail that alerts the recipients of a property to a new lead. */
    public static final String LEAD_ALERT = "lead.alert";

    /** The {@code event} of a weekly report. */
    public static final String WEEKLY_REPORT = "report.weekly";

    /** The values of {@code event} for mails. */
    public static final List<String> MAIL_EVENTS = List.of(CONFIRMATION, LEAD_ALERT, WEEKLY_REPORT);

    /**
     * The columns of a backlog: how many messages wait, how many are set aside, when the oldest waiting message was
     * written, and why the latest attempt failed.
     */
    public static final String BACKLOG_COLUMNS = """
            count(*) FILTER (WHERE set_aside_at IS NULL), count(*) FILTER (WHERE set_aside_at IS NOT NULL),
            min(created_at) FILTER (WHERE set_aside_at IS NULL),
            (array_agg(last_error ORDER BY next_attempt_at DESC) FILTER (WHERE last_error IS NOT NULL))[1]
            """;

    /** Makes a message that was set aside due again, for another three days. */
    public static final String DUE_AGAIN =
            "set_aside_at = NULL, attempts = 0, next_attempt_at = now(), retry_until = now() + interval '3 days'";

    /**
     * Skips messages that another machine is claiming, instead of waiting for it. The order is that of the index alone:
     * a replay makes any number of messages due at the same moment, and each claim would sort them all.
     */
    private static final String CLAIM = """
            WITH due AS MATERIALIZED (
                SELECT id, next_attempt_at AS turn FROM outbox
                WHERE kind = ? AND set_aside_at IS NULL AND next_attempt_at <= now()
                  AND next_attempt_at > coalesce(now() - make_interval(secs => ?::float8), '-infinity')
                  AND CASE kind WHEN 'webhook' THEN coalesce(destination, '') ELSE '' END <> ALL (?)
                ORDER BY next_attempt_at
                LIMIT ?
                FOR UPDATE SKIP LOCKED),
            claimed AS (
                UPDATE outbox AS o
                SET attempts = o.attempts + 1,
                    next_attempt_at = now() + (1 + random() / 4)
                        * least(interval '6 hours', make_interval(secs => ?) * (2 ^ least(o.attempts, 20)))
                FROM due
                WHERE o.id = due.id
                RETURNING o.*, due.turn)
            SELECT c.id, c.event, CASE c.kind WHEN 'mail' THEN coalesce(c.destination, l.email) ELSE c.destination END,
                   c.lead_id, c.property_id, c.language, c.body, c.attempts
            FROM claimed AS c LEFT JOIN leads AS l ON l.id = c.lead_id
            ORDER BY c.turn, c.created_at
            """;

    /** Locks rows of the outbox before the caller locks rows of leads, in the same order as everywhere. */
    private static final String DELIVERED = """
            WITH gone AS (DELETE FROM outbox WHERE id = ANY (?) RETURNING lead_id, event)
            SELECT lead_id FROM gone WHERE event = '%s'
            """.formatted(CONFIRMATION);

    private static final String FAILED = """
            WITH noted AS (
                UPDATE outbox AS o
                SET last_error = sent.error,
                    set_aside_at = CASE WHEN sent.refused = 1 OR o.next_attempt_at >= o.retry_until THEN now() END
                FROM unnest(?::uuid[], ?::text[], ?::int8[]) AS sent(id, error, refused)
                WHERE o.id = sent.id
                RETURNING o.id, o.set_aside_at)
            SELECT id FROM noted WHERE set_aside_at IS NOT NULL
            """;

    private Outbox() {}

    /** How a message is sent. */
    public enum Kind {
        WEBHOOK,
        MAIL;

        private final String key = name().toLowerCase(Locale.ROOT);

        /** The value of the column {@code kind}. */
        public String key() {
            return key;
        }

        boolean hasOneReceiver() {
            return this == MAIL;
        }

        /**
         * Who gets the message: the webhook of this name; an empty text for {@code LEAD_WEBHOOK_URL} and for the mail
         * server.
         */
        String receiver(Message message) {
            return this == WEBHOOK && message.destination != null ? message.destination : "";
        }
    }

    /**
     * A message to be sent.
     *
     * @param id the {@code webhook-id}, by which a receiver recognises a repeat
     * @param event what it is about, like {@code lead.captured}
     * @param destination the name of a webhook, null for {@code LEAD_WEBHOOK_URL}; or the address of a mail
     * @param leadId null if the message is not about a lead, or must outlive the lead's erasure
     * @param language the language of a mail
     * @param body JSON: the body of a webhook's message, or the data from which a mail is written
     * @param attempt counts from 1
     */
    public record Message(
            UUID id,
            String event,
            @Nullable String destination,
            @Nullable UUID leadId,
            @Nullable String propertyId,
            Language language,
            String body,
            int attempt) {
        static Message read(Row row) throws SQLException {
            Language language = Language.named(row.text(6));
            return new Message(
                    row.id(1),
                    row.text(2),
                    row.textOrNull(3),
                    row.idOrNull(4),
                    row.textOrNull(5),
                    language == null ? Language.ENGLISH : language,
                    row.text(7),
                    Math.toIntExact(row.number(8)));
        }
    }

    /**
     * Claims up to {@code max} due messages for {@link #LEASE}, in the order in which they became due. The caller
     * commits, then sends.
     *
     * @param skipped receivers, as {@link Kind#receiver} names them, whose messages are left waiting
     * @param since claims only messages that became due within this time; null for all
     */
    public static List<Message> claim(Tx tx, Kind kind, int max, Set<String> skipped, @Nullable Duration since) {
        return tx.query(
                CLAIM,
                Message::read,
                kind.key,
                since == null ? null : (double) since.toSeconds(),
                skipped.toArray(String[]::new),
                max,
                (double) LEASE.toSeconds());
    }

    /**
     * Removes messages that were accepted. If one asked a lead to confirm, the lead gets the next such mail a day
     * from now at the earliest.
     */
    public static void removeDelivered(Tx tx, List<UUID> ids) {
        UUID[] asked = tx.query(DELIVERED, row -> row.id(1), (Object) ids.toArray(UUID[]::new))
                .toArray(UUID[]::new);
        if (asked.length > 0) {
            tx.update("UPDATE leads SET confirmation_mailed_at = now() WHERE id = ANY (?)", (Object) asked);
        }
    }

    /**
     * A message that was not accepted.
     *
     * @param error a status code or a kind of failure, never the receiver's own text, which may hold personal data
     * @param refused whether no further attempt makes sense
     */
    public record FailedAttempt(UUID id, String error, boolean refused) {}

    /**
     * Records why messages were not accepted. Those that were refused, or that have been tried for three days, are
     * set aside. The others become due again by themselves.
     *
     * @return the ids of those that were set aside
     */
    public static List<UUID> recordFailures(Tx tx, List<FailedAttempt> failures) {
        return tx.query(
                FAILED,
                row -> row.id(1),
                failures.stream().map(FailedAttempt::id).toArray(UUID[]::new),
                failures.stream().map(FailedAttempt::error).toArray(String[]::new),
                failures.stream().mapToLong(failure -> failure.refused ? 1 : 0).toArray());
    }
}
