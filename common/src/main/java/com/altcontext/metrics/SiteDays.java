package com.altcontext.metrics;

import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.event.Event;
import com.altcontext.event.Partitions;
import com.altcontext.property.Property;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The days of properties that have raw events.
 *
 * @param firstToday the current day in the zone where it is earliest
 * @param lastToday the current day in the zone where it is latest
 * @param held those up to then whose raw events can be there
 */
record SiteDays(LocalDate firstToday, LocalDate lastToday, List<SiteDays.Held> held) {
    /** Every day that can have raw events. */
    static final String HELD = """
            (SELECT day FROM %s
             UNION SELECT DISTINCT day FROM events_default) AS held
            """.formatted(Partitions.DAYS);

    /**
     * The UTC days that have raw events and their neighbours, up to a day: when each was rolled up for all properties, if it
     * was, and whether the property, or any, has changed its zone since. A site's day may lie in a neighbour.
     */
    private static final String DAYS = """
            SELECT near.day, d.rolled_up_at, near.is_held, EXISTS (
                SELECT FROM properties AS p
                JOIN daily_metric_rollups AS r ON r.property_id = p.id AND r.day = near.day AND r.time_zone <> p.time_zone
                WHERE r.imported = 0 AND (?::text IS NULL OR p.id = ?))
            FROM (
                SELECT held.day + shift AS day, bool_or(shift = 0) AS is_held
                FROM %s CROSS JOIN generate_series(-1, 1) AS shift
                GROUP BY 1) AS near
            LEFT JOIN rollup_days AS d ON d.day = near.day
            WHERE near.day <= ?
            ORDER BY near.day
            """.formatted(HELD);

    /** The zone in which a day ends last. */
    private static final ZoneOffset LAST_ZONE = ZoneOffset.ofHours(-12);

    private static final String KEPT_FROM = "SELECT greatest(?::date, (SELECT max(events_kept_from) FROM purge_log))";

    private static final String ZONES = "SELECT DISTINCT time_zone FROM properties";

    /** The days of all properties. */
    static SiteDays ofAll(Tx tx, Instant now) {
        return of(tx, now, tx.query(ZONES, row -> Property.storedTimeZone(row.text(1))), null);
    }

    /** The days of one property, without those that another system counted. */
    static SiteDays of(Tx tx, Instant now, ZoneId zone, String property) {
        SiteDays days = of(tx, now, List.of(zone), property);
        Set<LocalDate> imported = ImportedDays.of(tx, property);
        return new SiteDays(
                days.firstToday,
                days.lastToday,
                days.held.stream().filter(held -> !imported.contains(held.day)).toList());
    }

    /** The days of properties in these zones, of which there is at least one. */
    private static SiteDays of(Tx tx, Instant now, List<ZoneId> zones, @Nullable String property) {
        List<LocalDate> todays = zones.stream()
                .map(zone -> LocalDate.ofInstant(now, zone))
                .sorted()
                .toList();
        List<Held> near = tx.query(DAYS, Held::read, property, property, todays.getLast());
        Set<LocalDate> held = near.stream().filter(Held::isHeld).map(Held::day).collect(Collectors.toSet());
        LocalDate lateFrom = lateFrom(now);
        LocalDate keptFrom = tx.queryOne(KEPT_FROM, row -> row.day(1), lateFrom);
        return new SiteDays(
                todays.getFirst(),
                todays.getLast(),
                near.stream()
                        .filter(each -> zones.stream()
                                .map(zone -> DayBounds.of(each.day, zone))
                                .anyMatch(bounds -> bounds.partitions().anyMatch(held::contains)
                                        && bounds.partitions()
                                                .allMatch(day -> held.contains(day) || !day.isBefore(keptFrom))))
                        .toList());
    }

    /**
     * From this UTC day on, a partition that is missing was never made; before, it was dropped. A site's day may begin on the UTC day
     * before.
     */
    static LocalDate lateFrom(Instant now) {
        return LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(Event.LATE_DAYS + 1);
    }

    /** @param zoneChanged whether the property, or any, has another zone than its figures of the day */
    record Held(LocalDate day, @Nullable Instant rolledUpAt, boolean isHeld, boolean zoneChanged) {
        static Held read(Row row) throws SQLException {
            return new Held(row.day(1), row.timeOrNull(2), row.flag(3), row.flag(4));
        }

        boolean isSettled() {
            return rolledUpAt != null
                    && !zoneChanged
                    && !rolledUpAt.isBefore(day.plusDays(Event.LATE_DAYS)
                            .atStartOfDay(LAST_ZONE)
                            .toInstant());
        }
    }
}
