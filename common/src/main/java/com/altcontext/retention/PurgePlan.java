package com.altcontext.retention;

import java.time.LocalDate;
import java.util.List;

/**
 * What a purge would remove.
 *
 * @param eventsKeptFrom the first day whose raw events stay
 * @param rollupsKeptFrom the first day whose rollups and counted rejections stay
 * @param days the expired days that hold events or a partition, oldest first
 * @param expected what the purge returns if nothing changes until then
 */
public record PurgePlan(
        LocalDate eventsKeptFrom,
        LocalDate rollupsKeptFrom,
        List<ExpiredDay> days,
        PurgeReceipt expected,
        RetentionPolicy policy) {
    public PurgePlan {
        days = List.copyOf(days);
    }

    /**
     * A day whose retention is over.
     *
     * @param events the number of all events of the day, including those of bots
     * @param bytes the size of its partition, including indexes; 0 if its events are in the default partition
     * @param kept whether it is kept for now, because it holds events of a property's day that was not rolled up
     *     after its last event could arrive: dropping them would lose figures
     */
    public record ExpiredDay(LocalDate day, long events, long bytes, boolean hasPartition, boolean kept) {}

    List<ExpiredDay> removableDays() {
        return days.stream().filter(day -> !day.kept()).toList();
    }
}
