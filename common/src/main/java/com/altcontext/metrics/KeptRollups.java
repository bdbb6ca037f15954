package com.altcontext.metrics;

import com.altcontext.db.Pipeline;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * The first day whose rollups are kept, so that a day whose figures were purged is never taken for one without visitors.
 *
 * @param firstDay null if nothing that was asked about was purged
 */
record KeptRollups(@Nullable LocalDate firstDay) {
    /**
     * Days that were imported after a purge are kept until the next one. If a gap follows them and the property was there before,
     * they are not answered: its own days may have been purged from the gap.
     */
    private static final String FIRST_DAY = """
            SELECT CASE WHEN last >= kept_from - 1 OR made >= kept_from THEN least(kept_from, first) ELSE kept_from END
            FROM (SELECT max(rollups_kept_from) AS kept_from FROM purge_log) AS purges,
                 (SELECT min(day) AS first, max(day) AS last,
                         (SELECT (created_at AT TIME ZONE 'UTC')::date FROM properties WHERE id = ?) AS made
                  FROM daily_metric_rollups WHERE imported = 1 AND property_id = ?) AS imported
            WHERE kept_from > ?
            """;

    /**
     * Adds the question to others.
     *
     * @param property null for all together
     * @param from the first day of what is asked about
     */
    static Pipeline.Pending<LocalDate> ask(Pipeline look, @Nullable String property, LocalDate from) {
        return look.query(FIRST_DAY, row -> row.day(1), property, property, from);
    }

    static KeptRollups of(Pipeline.Pending<LocalDate> answer) {
        return new KeptRollups(answer.rows().stream().findFirst().orElse(null));
    }

    /** @throws RollupsGone if some of the window's days are not kept */
    void require(Window window) {
        if (firstDay != null && window.from().isBefore(firstDay)) {
            throw new RollupsGone(firstDay);
        }
    }
}
