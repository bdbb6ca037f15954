package com.altcontext.retention;

import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * The newest entry of {@code purge_log}.
 *
 * @param at when the purge began
 * @param days the number of days whose partitions it has dropped
 * @param daysLeft the number of expired days that it could not remove
 */
public record LastPurge(Instant at, PurgeState state, long days, long events, long daysLeft) {
    /** A purge that has not finished counts as running while the lock of purges is held. */
    private static final String QUERY = """
            SELECT purged_at, finished_at IS NOT NULL, EXISTS (
                       SELECT FROM pg_locks
                       WHERE locktype = 'advisory' AND granted AND objsubid = 1
                         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                         AND classid::bigint << 32 | objid::bigint = hashtextextended(?, 0)),
                   days, events, days_left
            FROM purge_log ORDER BY id DESC LIMIT 1
            """;

    /** The state of a purge. */
    public enum PurgeState {
        FINISHED,
        RUNNING,
        /** The purge was killed, or it failed. */
        INTERRUPTED
    }

    /** The newest purge; empty if there was none. */
    public static Optional<LastPurge> find(Tx tx) {
        return tx.queryFirst(QUERY, LastPurge::read, Purge.LOCK.name());
    }

    private static LastPurge read(Row row) throws SQLException {
        PurgeState state =
                row.flag(2) ? PurgeState.FINISHED : row.flag(3) ? PurgeState.RUNNING : PurgeState.INTERRUPTED;
        return new LastPurge(row.time(1), state, row.number(4), row.number(5), row.number(6));
    }
}
