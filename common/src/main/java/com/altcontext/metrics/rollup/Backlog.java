package com.altcontext.metrics.rollup;

import com.altcontext.db.Sql;
import com.altcontext.event.Partitions;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Work in the database that is overdue.
 *
 * @param lagDays number of days from the latest day with figures to today; null if no day has figures
 * @param gaps days before today that have events but no figures
 * @param strays events in the default partition, because their day has no partition; counted up to 10 000
 */
public record Backlog(@Nullable Integer lagDays, long gaps, long strays) {
    /** The count is limited, since it only matters whether there are any. */
    private static final String STRAYS = "SELECT count(*) FROM (SELECT 1 FROM events_default LIMIT 10000) AS strays";

    /** Runs a few short statements, and one more for each day without figures (usually none). */
    public static Backlog read(Sql sql, RollupDays days) {
        RollupStatus rollups = days.status();
        return sql.inTransaction(tx -> {
            long gaps = 0;
            for (LocalDate day : rollups.gaps()) {
                gaps += Partitions.hasEvents(tx, day) ? 1 : 0;
            }
            long strays = tx.queryOne(STRAYS, row -> row.number(1));
            return new Backlog(rollups.lagDays(), gaps, strays);
        });
    }
}
