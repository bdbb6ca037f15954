package com.altcontext.ops.imports.original;

import com.altcontext.db.Buckets;
import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.visit.SessionRule;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A capture of the earlier system, with the session in which its visitor sent it.
 *
 * @param session null if it is not known, or if there is no visitor
 * @param isBot whether the session is a bot's
 * @param touch the session's values of the columns in {@link #TOUCH}
 */
@SuppressWarnings("ArrayRecordComponent") // Passed on as parameters, never compared.
record OriginalCapture(
        @Nullable UUID visitor,
        Instant at,
        @Nullable UUID session,
        boolean isBot,
        @Nullable String[] touch) {
    private static final String TOUCH =
            "traffic_source, referrer_host, utm_source, utm_medium, utm_campaign, entry_path AS landing_path";
    static final int TOUCH_COLUMNS = 6;

    /** If the visitor has both a person's and a bot's session at that time, the person's is chosen. */
    private static final String SESSION = """
            SELECT %s, id, device = 'bot' FROM sessions
            WHERE bucket = ?::int2 AND visitor_id = ? AND started_at <= ? AND last_event_at >= ?::timestamptz
            ORDER BY device = 'bot', started_at DESC LIMIT 1
            """.formatted(TOUCH);

    private static final String FIRST_SESSION = """
            SELECT %s FROM sessions
            WHERE bucket = ?::int2 AND visitor_id = ? AND started_at <= ? AND (device = 'bot') = ?
            ORDER BY started_at LIMIT 1
            """.formatted(TOUCH);

    static OriginalCapture find(Tx tx, Buckets buckets, SessionRule rule, @Nullable UUID visitor, Instant at) {
        OriginalCapture unknown = new OriginalCapture(visitor, at, null, false, new @Nullable String[TOUCH_COLUMNS]);
        return visitor == null
                ? unknown
                : tx.queryFirst(
                                SESSION,
                                row -> new OriginalCapture(
                                        visitor,
                                        at,
                                        row.id(TOUCH_COLUMNS + 1),
                                        row.flag(TOUCH_COLUMNS + 2),
                                        touch(row)),
                                buckets.of(visitor).number(),
                                visitor,
                                at,
                                at.minus(rule.inactivity()))
                        .orElse(unknown);
    }

    /**
     * The touch of the visitor's earliest known session that had begun by the time of this capture. If this capture's session is a
     * bot's, only bots' sessions count, else only people's.
     */
    @Nullable
    String[] firstTouch(Tx tx, Buckets buckets) {
        return visitor == null
                ? touch
                : tx.queryFirst(
                                FIRST_SESSION,
                                OriginalCapture::touch,
                                buckets.of(visitor).number(),
                                visitor,
                                at,
                                isBot)
                        .orElse(new @Nullable String[TOUCH_COLUMNS]);
    }

    private static @Nullable String[] touch(Row row) throws SQLException {
        @Nullable String[] values = new String[TOUCH_COLUMNS];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.textOrNull(i + 1);
        }
        return values;
    }
}
