package com.altcontext.event;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Makes the partitions of {@code events} ahead of time, by the functions that a migration made for it. */
public final class Partitions {
    /** As far back as a late beacon may lie. */
    private static final int DAYS_BACK = (int) Event.MOST_BACK.toDays() + 1;

    private static final int DAYS_AHEAD = 7;

    /** One maker at a time, as the function has it; whoever waits here stands in nobody's way. */
    private static final String TURN =
            "SELECT true FROM pg_advisory_xact_lock(hashtextextended('altcontext.event-partitions', 0))";

    /**
     * Writers of events queue behind whoever waits for the default partition, and a backup reads that for an hour: so it is
     * asked for briefly and given up. Two locks are waited for at the most.
     */
    private static final String BRIEFLY = "SELECT set_config('lock_timeout', '40ms', true)";

    private static final String ENSURE = "SELECT ensure_event_partition(?)";

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
     * @throws SqlFailure 55P03 (lock_not_available) if somebody else reads the default partition for long: come again
     */
    public int ensureComing() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        int made = 0;
        for (LocalDate day = today.minusDays(DAYS_BACK);
                !day.isAfter(today.plusDays(DAYS_AHEAD));
                day = day.plusDays(1)) {
            made += ensure(day) ? 1 : 0;
        }
        return made;
    }

    private boolean ensure(LocalDate day) {
        return sql.inTransaction(tx -> {
            Pipeline before = tx.pipeline();
            var _ = before.query(TURN, row -> row.flag(1));
            var _ = before.query(BRIEFLY, row -> row.text(1));
            before.send();
            return tx.query(ENSURE, row -> row.flag(1), day).getFirst();
        });
    }
}
