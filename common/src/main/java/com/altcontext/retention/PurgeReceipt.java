package com.altcontext.retention;

import java.time.LocalDate;
import java.util.List;

/**
 * What a purge has removed.
 *
 * @param days whose events were removed, oldest first
 * @param keptDays expired days that were kept because they are not rolled up
 * @param busyDays expired days whose partition was in use at every try; the next purge finds them
 * @param bytes of the partitions that were dropped
 * @param submissions of forms
 * @param messages that were set aside
 * @param leads that were never confirmed
 */
public record PurgeReceipt(
        List<LocalDate> days,
        List<LocalDate> keptDays,
        List<LocalDate> busyDays,
        long events,
        long bytes,
        long sessions,
        long visitors,
        long rollups,
        long rejections,
        long submissions,
        long messages,
        long leads) {
    public PurgeReceipt {
        days = List.copyOf(days);
        keptDays = List.copyOf(keptDays);
        busyDays = List.copyOf(busyDays);
    }
}
