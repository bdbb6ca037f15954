package com.altcontext.metrics.rollup;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.event.Event;
import com.altcontext.property.Property;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which days have rollups, which days have none, and which have to be computed again. */
public final class RollupDays {
    private static final String LATEST =
            "SELECT day, rolled_up_at, true, false FROM rollup_days ORDER BY day DESC LIMIT 1";

    private final Sql sql;
    private final InstantSource clock;

    public RollupDays(Sql sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
    }

    /**
     * The days that a regular run computes, each in the time zone of each property: today and the
     * {@value Event#LATE_DAYS} days before it, and to catch up on missed runs, every earlier day whose figures are
     * missing, were computed by another time zone, or were computed while late events could still arrive. All of them
     * have raw events.
     *
     * @param property the only property, without its imported days; null for all properties
     */
    public List<LocalDate> plan(@Nullable String property) {
        SiteDays days = days(property);
        LocalDate settledBefore = days.firstToday().minusDays(Event.LATE_DAYS);
        return days.withRawEvents().stream()
                .filter(day -> !day.day().isBefore(settledBefore) || !day.isSettled())
                .map(SiteDays.Day::day)
                .toList();
    }

    /** The state of the rollups of all properties. */
    public RollupStatus status() {
        SiteDays days = days(null);
        SiteDays.Day latest = sql.inTransaction(tx -> tx.queryFirst(LATEST, SiteDays.Day::read))
                .orElse(null);
        return new RollupStatus(
                latest == null ? null : latest.day(),
                latest == null ? null : latest.rolledUpAt(),
                latest == null
                        ? null
                        : Math.toIntExact(Math.max(
                                0, days.firstToday().toEpochDay() - latest.day().toEpochDay())),
                days.withRawEvents().stream()
                        .filter(day -> day.rolledUpAt() == null && day.day().isBefore(days.firstToday()))
                        .map(SiteDays.Day::day)
                        .toList(),
                days.withRawEvents().stream()
                        .filter(day -> day.rolledUpAt() != null && !day.isSettled())
                        .map(SiteDays.Day::day)
                        .toList());
    }

    /** All days with raw events of a property, without imported days, oldest first. */
    public List<LocalDate> daysOf(String property) {
        return days(property).withRawEvents().stream().map(SiteDays.Day::day).toList();
    }

    /**
     * Whether one of {@link #daysOf} has figures by an earlier time zone of the property, because computing them again
     * was interrupted.
     */
    public boolean hasDaysOfAnotherZone(String property) {
        return days(property).withRawEvents().stream().anyMatch(SiteDays.Day::zoneChanged);
    }

    /**
     * Those of the {@value Event#LATE_DAYS} days before today that have raw events. Today is the earliest current day
     * of all properties.
     *
     * @param property as in {@link #plan}
     */
    public List<LocalDate> lastFullDays(@Nullable String property) {
        SiteDays days = days(property);
        return days.withRawEvents().stream()
                .map(SiteDays.Day::day)
                .filter(day -> day.isBefore(days.firstToday())
                        && !day.isBefore(days.firstToday().minusDays(Event.LATE_DAYS)))
                .toList();
    }

    private SiteDays days(@Nullable String property) {
        return sql.inTransaction(tx -> property == null
                ? SiteDays.ofAll(tx, clock.instant())
                : SiteDays.of(tx, clock.instant(), zoneOf(tx, property), property));
    }

    static ZoneId zoneOf(Tx tx, String property) {
        return tx.queryOne(
                "SELECT time_zone FROM properties WHERE id = ?", row -> Property.storedTimeZone(row.text(1)), property);
    }
}
