package com.altcontext.delivery;

import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one kind that are not delivered yet.
 *
 * @param waiting those that will be tried again; not those that wait for an operator to accept their lead
 * @param oldest when the oldest of them was written; null if there are none
 * @param setAside those that were given up
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
