package com.altcontext.delivery;

import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one kind that are not delivered yet.
 *
 * @param waiting messages that will be tried again, without those that wait until an operator accepts their lead
 * @param oldest when the oldest waiting message was written; null if none waits
 * @param setAside messages that will not be tried again
 */
public record OutboxBacklog(long waiting, @Nullable Instant oldest, long setAside) {
    private static final String COUNT = """
            SELECT count(*) FILTER (WHERE is_waiting), min(created_at) FILTER (WHERE is_waiting),
                   count(*) FILTER (WHERE set_aside_at IS NOT NULL)
            FROM (SELECT *, set_aside_at IS NULL AND next_attempt_at <> 'infinity' AS is_waiting FROM outbox) AS o
            WHERE kind = ?
            """;

    public static OutboxBacklog of(Tx tx, Outbox.Kind kind) {
        return tx.queryOne(COUNT, OutboxBacklog::read, kind.key());
    }

    private static OutboxBacklog read(Row row) throws SQLException {
        return new OutboxBacklog(row.number(1), row.timeOrNull(2), row.number(3));
    }
}
