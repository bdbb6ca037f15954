package com.altcontext.metrics.summary;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.lead.EffectiveConsent;
import com.altcontext.metrics.Window;
import com.altcontext.property.Property;
import com.altcontext.property.PropertyStore;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts new leads that may be written to now: they gave express consent, or their implied consent has not expired
 * (CASL, S.C. 2010, c. 23, s. 10). They are counted on each request, since consent changes and expires.
 */
final class MailableLeads {
    /**
     * The bounds by date allow for every time zone and let PostgreSQL use the index. The second column says whether a
     * lead belongs to a property whose time zone is not in the given list.
     */
    private static final String COUNT = """
            SELECT count(*) FILTER (WHERE l.first_captured_at >= (?::text[])[zone.number]::timestamptz
                                      AND l.first_captured_at < (?::text[])[zone.number]::timestamptz),
                   coalesce(bool_or(zone.number IS NULL), false)
            FROM leads AS l
            JOIN properties AS p ON p.id = l.property_id
            CROSS JOIN LATERAL (SELECT array_position(?::text[], p.time_zone)) AS zone(number)
            WHERE NOT l.is_bot AND (?::text IS NULL OR l.property_id = ?)
              AND l.first_captured_at >= ?::date - 1 AND l.first_captured_at < ?::date + 2
              AND l.first_captured_at < ?
              AND %s
            """.formatted(EffectiveConsent.IS_MAILABLE);

    private final Sql sql;
    private final InstantSource clock;
    private volatile List<String> zones = List.of();

    MailableLeads(Sql sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
    }

    private record Counted(long leads, boolean isZoneMissing) {}

    /**
     * The number of mailable leads that were first captured in the window, by the days of each property's time zone.
     *
     * @param property null for all properties together
     * @param until leads that were captured later are not counted
     */
    long count(Window window, @Nullable String property, Instant until) {
        while (true) {
            Counted counted = count(zones, window, property, until);
            if (!counted.isZoneMissing) {
                return counted.leads;
            }
            zones = sql.ask(pipeline -> pipeline.query(PropertyStore.ZONES, row -> row.text(1)))
                    .rows();
        }
    }

    private Counted count(List<String> zones, Window window, @Nullable String property, Instant until) {
        return sql.ask(pipeline -> {
                    pipeline.update(Tx.WITHOUT_JIT);
                    return pipeline.query(
                            COUNT,
                            row -> new Counted(row.number(1), row.flag(2)),
                            starts(zones, window.from()),
                            starts(zones, window.to().plusDays(1)),
                            zones.toArray(String[]::new),
                            property,
                            property,
                            window.from(),
                            window.to(),
                            until,
                            clock.instant());
                })
                .row();
    }

    private static String[] starts(List<String> zones, LocalDate day) {
        return zones.stream()
                .map(Property::storedTimeZone)
                .map(zone -> day.atStartOfDay(zone).toInstant().toString())
                .toArray(String[]::new);
    }
}
