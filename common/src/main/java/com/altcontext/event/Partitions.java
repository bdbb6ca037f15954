package com.altcontext.event;

import com.altcontext.db.Sql;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Makes the partitions of {@code events} ahead of time, by the functions that a migration made for it. */
public final class Partitions {
    /** As far back as a late beacon may lie. */
    private static final int DAYS_BACK = (int) Event.MOST_BACK.toDays() + 1;

    private static final int DAYS_AHEAD = 7;

    private final Sql sql;
    private final InstantSource clock;

    public Partitions(Sql sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
    }

    /**
     * Makes what is missing from a week ago to a week ahead, each day in a transaction of its own: writers wait for one
     * at the most, and rows that the default partition caught meanwhile move where they belong.
     *
     * @return how many were made
     */
    public int ensureComing() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        int made = 0;
        for (LocalDate day = today.minusDays(DAYS_BACK);
                !day.isAfter(today.plusDays(DAYS_AHEAD));
                day = day.plusDays(1)) {
            LocalDate wanted = day;
            made += sql.inTransaction(tx -> tx.query("SELECT ensure_event_partition(?)", row -> row.flag(1), wanted))
                            .getFirst()
                    ? 1
                    : 0;
        }
        return made;
    }
}
