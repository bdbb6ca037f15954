package com.altcontext.metrics;

import com.altcontext.db.Sql;
import com.altcontext.lead.EffectiveConsent;
import com.altcontext.property.Property;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * New leads that may be written to now: they agreed, or their implied consent is running (CASL, S.C. 2010, c. 23, s. 10). They are
 * counted when asked for, since consent changes and expires.
 */
final class MailableLeads {
    private static final String ZONES = "SELECT DISTINCT time_zone FROM properties WHERE ?::text IS NULL OR id = ?";

    /** Bounded by moments of any zone too, for the index. */
    private static final String COUNT = """
            SELECT count(*)
            FROM leads AS l
            JOIN properties AS p ON p.id = l.property_id
            JOIN unnest(?::text[], ?::text[]::timestamptz[], ?::text[]::timestamptz[]) AS days(zone, first, behind)
                ON days.zone = p.time_zone AND l.first_captured_at >= days.first AND l.first_captured_at < days.behind
            WHERE NOT l.is_bot AND (?::text IS NULL OR l.property_id = ?)
              AND l.first_captured_at >= ?::date - 1 AND l.first_captured_at < ?::date + 2
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
        List<String> zones = sql.ask(look -> look.query(ZONES, row -> row.text(1), property, property))
                .rows();
        return sql.ask(look -> look.query(
                        COUNT,
                        row -> row.number(1),
                        zones.toArray(String[]::new),
                        starts(zones, window.from()),
                        starts(zones, window.to().plusDays(1)),
                        property,
                        property,
                        window.from(),
                        window.to(),
                        until))
                .rows()
                .getFirst();
    }

    private static String[] starts(List<String> zones, LocalDate day) {
        return zones.stream()
                .map(Property::storedTimeZone)
                .map(zone -> day.atStartOfDay(zone).toInstant().toString())
                .toArray(String[]::new);
    }
}
