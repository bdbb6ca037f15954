package com.altcontext.metrics;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.event.Event;
import com.altcontext.property.Property;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which days have rollups, which lack them, and which are to be computed again. */
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
     * The days that a regular run computes, each in the time zone of each property: today, the {@value Event#LATE_DAYS} days
     * before, and every earlier one whose figures are missing, are of another time zone, or were taken while late events
     * could still arrive, so that missed runs are caught up. Only days whose raw events can be there.
     */
    public List<LocalDate> plan() {
        return plan(null);
    }

    /**
     * The same.
     *
     * @param property the only one, of whose days those that another system counted are left out; null for all
     */
    public List<LocalDate> plan(@Nullable String property) {
        SiteDays days = days(property);
        LocalDate settledBefore = days.firstToday().minusDays(Event.LATE_DAYS);
        return days.held().stream()
                .filter(held -> !held.day().isBefore(settledBefore) || !held.isSettled())
                .map(SiteDays.Held::day)
                .toList();
    }

    /** Which days are rolled up, which are missing, and how old the figures are. */
    public RollupStatus status() {
        SiteDays days = days(null);
        SiteDays.Held latest = sql.inTransaction(tx -> tx.queryFirst(LATEST, SiteDays.Held::read))
                .orElse(null);
        return new RollupStatus(
                latest == null ? null : latest.day(),
                latest == null ? null : latest.rolledUpAt(),
                latest == null
                        ? null
                        : Math.toIntExact(Math.max(
                                0, days.firstToday().toEpochDay() - latest.day().toEpochDay())),
                days.held().stream()
                        .filter(held -> held.rolledUpAt() == null && held.day().isBefore(days.firstToday()))
                        .map(SiteDays.Held::day)
                        .toList(),
                days.held().stream()
                        .filter(held -> held.rolledUpAt() != null && !held.isSettled())
                        .map(SiteDays.Held::day)
                        .toList());
    }

    /** Every day of a property that it counts itself and whose raw events can be there, the oldest first. */
    public List<LocalDate> daysOf(String property) {
        return days(property).held().stream().map(SiteDays.Held::day).toList();
    }

    /** Whether one of {@link #daysOf} has figures by another zone than the property's: computing them again was interrupted. */
    public boolean hasDaysOfAnotherZone(String property) {
        return days(property).held().stream().anyMatch(SiteDays.Held::zoneChanged);
    }

    /**
     * The {@value Event#LATE_DAYS} days before today, as far as they are over for every property and have their raw events.
     *
     * @param property the only one, as of {@link #plan(String)}; null for all
     */
    public List<LocalDate> lastFullDays(@Nullable String property) {
        SiteDays days = days(property);
        return days.held().stream()
                .map(SiteDays.Held::day)
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
