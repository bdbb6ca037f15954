package com.altcontext.delivery;

import com.altcontext.db.Tx;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Captured leads on their way to another system. The capture writes the message in its own transaction, so that none is
 * lost. The message is sent later, so that it does not delay the capture. It stays until it is delivered or its lead is
 * erased, so it may arrive more than once (its id is the same each time).
 *
 * <p>A message is the record of one capture. It does not change when the lead does, for example when the lead withdraws
 * consent later. The time of the next attempt goes by the database's clock, since the clocks of the machines may differ.
 */
public final class Outbox {
    /**
     * For so long after {@link #claim} no other machine gets the message: the sender must have given up by then. It
     * doubles with each attempt, up to 6 hours.
     */
    public static final Duration LEASE = Duration.ofMinutes(1);

    /** Skips what another machine is claiming, instead of waiting for it. */
    private static final String CLAIM = """
            WITH due AS MATERIALIZED (
                SELECT id, next_attempt_at AS turn FROM lead_outbox WHERE next_attempt_at <= now()
                ORDER BY next_attempt_at, created_at
                LIMIT ?
                FOR UPDATE SKIP LOCKED),
            claimed AS (
                UPDATE lead_outbox AS o
                SET attempts = o.attempts + 1,
                    next_attempt_at = now()
                        + least(interval '6 hours', make_interval(secs => ?) * (2 ^ least(o.attempts, 20)))
                FROM due
                WHERE o.id = due.id
                RETURNING o.id, o.body, o.attempts, due.turn, o.created_at)
            SELECT id, body, attempts FROM claimed ORDER BY turn, created_at
            """;

    private Outbox() {}

    /**
     * A message to be sent.
     *
     * @param id the {@code webhook-id}
     * @param body the request's body: JSON, and what the signature is over
     * @param attempt counts from 1
     */
    public record Message(UUID id, String body, int attempt) {}

    /**
     * Takes up to so many messages that are due, for {@link #LEASE}, in the order in which they became due. The caller
     * commits, then sends.
     */
    public static List<Message> claim(Tx tx, int max) {
        return tx.query(CLAIM, row -> new Message(row.id(1), row.text(2), Math.toIntExact(row.number(3))), max, (double)
                LEASE.toSeconds());
    }

    /** Removes messages that were accepted. The others become due again by themselves. */
    public static void delivered(Tx tx, List<UUID> ids) {
        var _ = tx.update("DELETE FROM lead_outbox WHERE id = ANY (?)", (Object) ids.toArray(UUID[]::new));
    }
}
