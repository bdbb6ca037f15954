package com.altcontext.metrics.rollup;

import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.event.Event;
import com.altcontext.event.Partitions;
import com.altcontext.property.Property;
import com.altcontext.property.PropertyStore;
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
 * The days of properties that can have raw events.
 *
 * @param firstToday the current day in the time zone where it is earliest
 * @param lastToday the current day in the time zone where it is latest
 * @param withRawEvents the days up to {@code lastToday} whose raw events are kept, in order
 */
record SiteDays(LocalDate firstToday, LocalDate lastToday, List<SiteDays.Day> withRawEvents) {
    /**
     * The UTC days with raw events and the days before and after each of them, since a day of a property can have
     * another date. For each day: when it was rolled up for all properties, whether it is a UTC day with raw events
     * itself, and whether the property (or any property) has changed its time zone since then. Ends with a given day.
     */
    private static final String NEAR_DAYS = """
            SELECT near.day, d.rolled_up_at, near.has_events, EXISTS (
                SELECT FROM properties AS p
                JOIN daily_metric_rollups AS r ON r.property_id = p.id AND r.day = near.day AND r.time_zone <> p.time_zone
                WHERE r.imported = 0 AND (?::text IS NULL OR p.id = ?))
            FROM (
                SELECT event_days.day + shift AS day, bool_or(shift = 0) AS has_events
                FROM %s CROSS JOIN generate_series(-1, 1) AS shift
                GROUP BY 1) AS near
            LEFT JOIN rollup_days AS d ON d.day = near.day
            WHERE near.day <= ?
            ORDER BY near.day
            """.formatted(Partitions.EVENT_DAYS);

    /** The time zone in which a day ends last. */
    private static final ZoneOffset LAST_ZONE = ZoneOffset.ofHours(-12);

    private static final String KEPT_FROM = "SELECT greatest(?::date, (SELECT max(events_kept_from) FROM purge_log))";

    /** The days of all properties. */
    static SiteDays ofAll(Tx tx, Instant now) {
        return of(tx, now, tx.query(PropertyStore.ZONES, row -> Property.storedTimeZone(row.text(1))), null);
    }

    /** The days of one property, without imported days. */
    static SiteDays of(Tx tx, Instant now, ZoneId zone, String property) {
        SiteDays days = of(tx, now, List.of(zone), property);
        Set<LocalDate> imported = ImportedDays.of(tx, property);
        return new SiteDays(
                days.firstToday,
                days.lastToday,
                days.withRawEvents.stream()
                        .filter(day -> !imported.contains(day.day))
                        .toList());
    }

    /**
     * The days of properties in these time zones.
     *
     * @param zones at least one
     */
    private static SiteDays of(Tx tx, Instant now, List<ZoneId> zones, @Nullable String property) {
        List<LocalDate> todays = zones.stream()
                .map(zone -> LocalDate.ofInstant(now, zone))
                .sorted()
                .toList();
        List<Day> near = tx.query(NEAR_DAYS, Day::read, property, property, todays.getLast());
        Set<LocalDate> eventDays =
                near.stream().filter(Day::hasEvents).map(Day::day).collect(Collectors.toSet());
        LocalDate noneDroppedFrom = noneDroppedFrom(now);
        LocalDate keptFrom = tx.queryOne(KEPT_FROM, row -> row.day(1), noneDroppedFrom);
        return new SiteDays(
                todays.getFirst(),
                todays.getLast(),
                near.stream()
                        .filter(each -> zones.stream()
                                .anyMatch(zone -> isKept(DayBounds.of(each.day, zone), eventDays, keptFrom)))
                        .toList());
    }

    /** Whether a day has raw events, and a purge has dropped none of its partitions. */
    private static boolean isKept(DayBounds bounds, Set<LocalDate> eventDays, LocalDate keptFrom) {
        return bounds.partitions().anyMatch(eventDays::contains)
                && bounds.partitions().allMatch(day -> eventDays.contains(day) || !day.isBefore(keptFrom));
    }

    /**
     * From this UTC day on, a missing partition was never made; an earlier missing partition was dropped by a purge.
     * One day is added because a day of a property can begin on the UTC day before.
     */
    static LocalDate noneDroppedFrom(Instant now) {
        return LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(Event.LATE_DAYS + 1);
    }

    /**
     * A day with or next to raw events.
     *
     * @param rolledUpAt when it was rolled up for all properties; null if it was not
     * @param hasEvents whether the UTC day of this date can have raw events
     * @param zoneChanged whether the property (or any property) has changed its time zone since the day was rolled up
     */
    record Day(LocalDate day, @Nullable Instant rolledUpAt, boolean hasEvents, boolean zoneChanged) {
        static Day read(Row row) throws SQLException {
            return new Day(row.day(1), row.timeOrNull(2), row.flag(3), row.flag(4));
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
