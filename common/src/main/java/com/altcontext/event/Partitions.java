package com.altcontext.event;

import com.altcontext.db.AdvisoryLock;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Makes the partitions of {@code events} ahead of time, by calling functions that a migration created. */
public final class Partitions {
    /** The days that have a partition, each with its {@code id}: a table for a query. */
    public static final String DAYS = """
            (SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day, c.oid AS id
             FROM pg_inherits JOIN pg_class c ON c.oid = pg_inherits.inhrelid
             WHERE pg_inherits.inhparent = 'events'::regclass AND c.relname ~ '^events_[0-9]{8}$') AS days
            """;

    private static final int DAYS_AHEAD = 7;

    /** One at a time. The function takes the same lock but gives up sooner; waiting here blocks no writer. */
    private static final AdvisoryLock LOCK = new AdvisoryLock("altcontext.event-partitions");

    /** Long enough to move a million rows, whatever the timeout of other statements is. */
    private static final String TIMEOUT = "SELECT set_config('statement_timeout', '2min', true)";

    private static final String HAS_EVENTS = "SELECT EXISTS (SELECT 1 FROM events WHERE day = ? LIMIT 1)";

    private static final String ENSURE = "SELECT ensure_event_partition(?)";

    private final Sql sql;
    private final InstantSource clock;

    /** @param sql whose statements may take minutes, for when the default partition has caught very many rows */
    public Partitions(Sql sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
    }

    /** Whether a UTC day has events; one on which the service was asleep has a partition without any. */
    public static boolean hasEvents(Tx tx, LocalDate day) {
        return tx.queryOne(HAS_EVENTS, row -> row.flag(1), day);
    }

    /**
     * Makes the missing partitions from a week ago to a week ahead, each in a transaction of its own, and moves the rows
     * that the default partition has received for those days. Writers of events wait only for a moment, however many rows
     * there are.
     *
     * @return how many were made
     * @throws SqlFailure 55P03 (lock_not_available) if another transaction reads the default partition for long: try
     *     again later
     */
    public int ensureComing() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return ensure(today.minusDays(Event.LATE_DAYS), today.plusDays(DAYS_AHEAD));
    }

    /**
     * The same for other UTC days, at most 400 back and 60 ahead.
     *
     * @throws SqlFailure as {@link #ensureComing} does
     */
    public int ensure(LocalDate first, LocalDate last) {
        int made = 0;
        for (LocalDate day = first; !day.isAfter(last); day = day.plusDays(1)) {
            made += ensure(day) ? 1 : 0;
        }
        return made;
    }

    private boolean ensure(LocalDate day) {
        return sql.inTransaction(tx -> {
            Pipeline before = tx.pipeline();
            before.update(TIMEOUT);
            LOCK.take(before);
            before.send();
            return tx.queryOne(ENSURE, row -> row.flag(1), day);
        });
    }
}
