package com.altcontext.metrics.summary;

import com.altcontext.db.Tx;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;

/** The first day with visits of each property. A window over all time begins there. */
public final class FirstDays {
    /** One index lookup for each property. */
    private static final String FIRST = """
            SELECT p.id, (SELECT r.day FROM daily_metric_rollups AS r
                          WHERE r.property_id = p.id AND r.sessions + r.page_views > 0 ORDER BY r.day LIMIT 1)
            FROM properties AS p
            """;

    private FirstDays() {}

    /** By property, the first rolled-up day with a visit. A property without visits is not in the map. */
    public static Map<String, LocalDate> of(Tx tx) {
        Map<String, LocalDate> days = new HashMap<>();
        tx.each(FIRST, row -> {
            LocalDate day = row.dayOrNull(2);
            if (day != null) {
                days.put(row.text(1), day);
            }
        });
        return days;
    }
}
