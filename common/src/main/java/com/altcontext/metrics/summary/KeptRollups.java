package com.altcontext.metrics.summary;

import com.altcontext.db.Pipeline;
import com.altcontext.metrics.Window;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * The first day whose rollups are kept. A day before it was purged, and must not be answered as a day without visitors.
 *
 * @param firstDay null if none of the requested days was purged
 */
record KeptRollups(@Nullable LocalDate firstDay) {
    /**
     * Days that were imported after a purge are kept until the next purge. They are refused if there is a gap between
     * them and the kept days and the property existed before the kept days: then days that the property counted itself
     * may have been purged from the gap.
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
     * Adds the statement for the first kept day to a pipeline.
     *
     * @param property null for all properties together
     * @param from the first requested day
     */
    static Pipeline.Pending<LocalDate> query(Pipeline pipeline, @Nullable String property, LocalDate from) {
        return pipeline.query(FIRST_DAY, row -> row.day(1), property, property, from);
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
