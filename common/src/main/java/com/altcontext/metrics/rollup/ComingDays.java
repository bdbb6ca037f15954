package com.altcontext.metrics.rollup;

import com.altcontext.db.Tx;
import com.altcontext.metrics.RollupLock;
import com.altcontext.property.Property;
import com.altcontext.property.PropertyStore;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/**
 * Days that have not begun yet in a property's time zone. A property has figures of such a day after a change to a time
 * zone further west. Until the day begins, no rollup would compute them again.
 */
public final class ComingDays {
    private static final String ROLLED_UP =
            "SELECT day FROM daily_metric_rollups WHERE property_id = ? AND day > ? AND imported = 0";

    private ComingDays() {}

    /** Removes a property's figures of coming days. The caller holds the {@link RollupLock}. */
    public static void removeFigures(Tx tx, String property, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, RollupDays.zoneOf(tx, property));
        String[] coming = tx.query(ROLLED_UP, row -> row.day(1).toString(), property, today)
                .toArray(String[]::new);
        Rollup.renewOthers(tx, property, coming);
        for (String table : PropertyDay.TABLES) {
            tx.update("DELETE FROM " + table + " WHERE property_id = ? AND day = ANY (?::date[])", property, coming);
        }
        tx.update("DELETE FROM rollup_days WHERE day > ?", lastToday(tx, now));
    }

    /** The latest current day of all properties. */
    private static LocalDate lastToday(Tx tx, Instant now) {
        List<LocalDate> todays =
                tx.query(PropertyStore.ZONES, row -> LocalDate.ofInstant(now, Property.storedTimeZone(row.text(1))));
        return todays.stream().max(LocalDate::compareTo).orElseThrow();
    }
}
