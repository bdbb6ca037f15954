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
    /** A table for use in a query: the days that have a partition, each with the {@code id} of its partition. */
    public static final String DAYS = """
            (SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day, c.oid AS id
             FROM pg_inherits JOIN pg_class c ON c.oid = pg_inherits.inhrelid
             WHERE pg_inherits.inhparent = 'events'::regclass AND c.relname ~ '^events_[0-9]{8}$') AS days
            """;

    /** A table for use in a query: every UTC day that can have events. */
    public static final String EVENT_DAYS = """
            (SELECT day FROM %s
             UNION SELECT DISTINCT day FROM events_default) AS event_days
            """.formatted(DAYS);

    private static final int DAYS_AHEAD = 7;

    /**
     * Only one process at a time makes partitions. The database function takes the same lock but gives up sooner;
     * waiting for it here blocks no writer.
     */
    private static final AdvisoryLock LOCK = new AdvisoryLock("altcontext.event-partitions");

    /** Long enough to move a million rows, whatever the timeout of other statements is. */
    private static final String TIMEOUT = "SELECT set_config('statement_timeout', '2min', true)";

    private static final String HAS_EVENTS = "SELECT EXISTS (SELECT 1 FROM events WHERE day = ? LIMIT 1)";

    private static final String ENSURE = "SELECT ensure_event_partition(?)";

    private final Sql sql;
    private final InstantSource clock;

    /** @param sql must allow statements that take minutes: the default partition may have received very many rows */
    public Partitions(Sql sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
    }

    /** Whether a UTC day has events. A day on which the service was suspended has an empty partition. */
    public static boolean hasEvents(Tx tx, LocalDate day) {
        return tx.queryOne(HAS_EVENTS, row -> row.flag(1), day);
    }

    /**
     * Makes the missing partitions of all days whose events can still arrive, and of the coming week. Each is made in a
     * transaction of its own, which also moves the rows of its day out of the default partition. Writers of events wait
     * only for a moment, however many rows there are.
     *
     * @return the number of partitions made
     * @throws SqlFailure 55P03 (lock_not_available) if another transaction reads the default partition for a long time;
     *     the caller can try again later
     */
    public int ensureComing() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return ensure(today.minusDays(Event.LATE_DAYS), today.plusDays(DAYS_AHEAD));
    }

    /**
     * Makes the missing partitions of these UTC days, at most 400 back and 60 ahead, like {@link #ensureComing}.
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
