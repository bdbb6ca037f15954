package com.altcontext.retention;

import com.altcontext.db.Sql;
import com.altcontext.event.Partitions;
import java.time.Instant;
import java.time.LocalDate;

/** Raw events that should have been purged. The purge did not run, or had to keep their day. */
public final class OverdueEvents {
    /** A purge drops the partitions of expired days, so most of the time there are none. */
    private static final String EXPIRED = "SELECT day FROM " + Partitions.DAYS + " WHERE day < ? ORDER BY day";

    private OverdueEvents() {}

    /**
     * How many days the oldest raw events have outlived their retention; 0 if none have. Leaves out the default
     * partition, whose events are reported anyway.
     */
    public static long days(Sql sql, RetentionPolicy policy, Instant now) {
        return sql.inTransaction(tx -> {
            for (LocalDate day : tx.query(EXPIRED, row -> row.day(1), policy.eventsKeptFrom(now))) {
                if (Partitions.hasEvents(tx, day)) {
                    return policy.daysOverdue(day, now);
                }
            }
            return 0L;
        });
    }
}
