package com.altcontext.metrics;

import com.altcontext.db.Sql;
import com.altcontext.lead.EffectiveConsent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * New leads that may be written to now: they agreed, or their implied consent is running (CASL, S.C. 2010, c. 23, s. 10). They are
 * counted when asked for, since consent changes and expires.
 */
final class MailableLeads {
    /** Bounded by moments too, for the index. */
    private static final String COUNT = """
            SELECT count(*)
            FROM leads AS l JOIN properties AS p ON p.id = l.property_id
            WHERE NOT l.is_bot AND (?::text IS NULL OR l.property_id = ?)
              AND l.first_captured_at >= ?::date - 1 AND l.first_captured_at < ?::date + 2
              AND (l.first_captured_at AT TIME ZONE p.time_zone)::date BETWEEN ? AND ?
              AND l.first_captured_at < ?
              AND %s
            """.formatted(EffectiveConsent.IS_MAILABLE.replace("?", "now()"));

    private MailableLeads() {}

    /**
     * Those of a window of the property's own days.
     *
     * @param property null for all together
     * @param until those that were captured later are not counted yet
     */
    static long count(Sql sql, Window window, @Nullable String property, Instant until) {
        return sql.ask(look -> look.query(
                        COUNT,
                        row -> row.number(1),
                        property,
                        property,
                        window.from(),
                        window.to(),
                        window.from(),
                        window.to(),
                        until))
                .rows()
                .getFirst();
    }
}
