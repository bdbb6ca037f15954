package com.altcontext.lead;

import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.delivery.Outbox;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mails in the outbox, waiting or set aside, as an operator sees them: without addresses. */
public final class Mails {
    private static final String BACKLOG = """
            SELECT event, property_id, %s
            FROM outbox
            WHERE kind = 'mail' AND (set_aside_at IS NOT NULL OR next_attempt_at < 'infinity')
            GROUP BY event, property_id ORDER BY event, property_id
            """.formatted(Outbox.BACKLOG_COLUMNS);

    /**
     * The mails that were set aside, and whether each is still wanted. An alert is wanted too if its property has no
     * recipients of its own: it goes to {@code NOTIFY_EMAIL}.
     */
    private static final String SET_ASIDE =
            """
            SELECT o.id, CASE o.event
                WHEN '%s' THEN %s
                WHEN '%s' THEN EXISTS (
                    SELECT FROM recipients AS r
                    WHERE r.id = (o.body::jsonb ->> 'recipientId')::uuid AND r.stopped_at IS NULL)
                WHEN '%s' THEN coalesce((
                    SELECT bool_or(r.email = o.destination AND r.stopped_at IS NULL)
                    FROM recipients AS r WHERE r.property_id = o.property_id AND r.kind = 'alert'), true)
                ELSE true END AS is_wanted
            FROM outbox AS o
            WHERE o.kind = 'mail' AND o.set_aside_at IS NOT NULL AND o.event = coalesce(?::text, o.event)
            """.formatted(Outbox.CONFIRMATION, ConfirmationMails.IS_WANTED, Outbox.WEEKLY_REPORT, Outbox.LEAD_ALERT);

    private static final String COUNT =
            "SELECT count(*) FILTER (WHERE is_wanted), count(*) FILTER (WHERE NOT is_wanted) FROM (" + SET_ASIDE
                    + ") AS found";

    private static final String REPLAY = """
            WITH found AS MATERIALIZED (%s),
            replayed AS (
                UPDATE outbox AS o SET %s
                FROM found WHERE o.id = found.id AND found.is_wanted
                RETURNING o.id),
            removed AS (
                DELETE FROM outbox AS o USING found WHERE o.id = found.id AND NOT found.is_wanted
                RETURNING o.id)
            SELECT (SELECT count(*) FROM replayed), (SELECT count(*) FROM removed)
            """.formatted(SET_ASIDE, Outbox.DUE_AGAIN);

    private Mails() {}

    /**
     * The mails of one kind about one property, without those that are held until an operator accepts their lead.
     *
     * @param event what they are about, like {@code confirmation}
     * @param setAside mails that were refused, or could not be delivered within three days
     * @param oldest when the oldest waiting mail was written
     * @param lastError why the latest attempt failed
     */
    public record MailBacklog(
            String event,
            @Nullable String propertyId,
            long waiting,
            long setAside,
            @Nullable Instant oldest,
            @Nullable String lastError) {
        static MailBacklog read(Row row) throws SQLException {
            return new MailBacklog(
                    row.text(1), row.textOrNull(2), row.number(3), row.number(4), row.timeOrNull(5), row.textOrNull(6));
        }
    }

    /**
     * The result of a replay.
     *
     * @param replayed mails that are due again, for another three days
     * @param removed mails that are no longer wanted: their form is too old or was answered, the address has got a
     *     later mail, or their recipient has stopped them
     */
    public record Replay(long replayed, long removed) {
        static Replay read(Row row) throws SQLException {
            return new Replay(row.number(1), row.number(2));
        }
    }

    /** The backlog, by event and property. */
    public static List<MailBacklog> backlog(Tx tx) {
        return tx.query(BACKLOG, MailBacklog::read);
    }

    /**
     * Counts what {@link #replay} would do.
     *
     * @param event null for all mails
     */
    public static Replay plan(Tx tx, @Nullable String event) {
        return tx.queryOne(COUNT, Replay::read, event);
    }

    /**
     * Makes mails that were set aside due again, and removes those that are no longer wanted.
     *
     * @param event null for all mails
     */
    public static Replay replay(Tx tx, @Nullable String event) {
        return tx.queryOne(REPLAY, Replay::read, event);
    }
}
