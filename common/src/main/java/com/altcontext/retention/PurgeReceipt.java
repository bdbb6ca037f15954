package com.altcontext.retention;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/**
 * What a purge has removed, or would remove.
 *
 * @param days whose events were removed, oldest first
 * @param keptDays expired days that were kept because they are not rolled up
 * @param busyDays expired days whose partition was in use at every try; the next purge finds them
 * @param counts a value for each {@link PurgeCount}
 */
public record PurgeReceipt(
        List<LocalDate> days, List<LocalDate> keptDays, List<LocalDate> busyDays, Map<PurgeCount, Long> counts) {
    public PurgeReceipt {
        days = List.copyOf(days);
        keptDays = List.copyOf(keptDays);
        busyDays = List.copyOf(busyDays);
        counts = Map.copyOf(counts);
    }

    public long count(PurgeCount of) {
        return counts.getOrDefault(of, 0L);
    }

    /** Expired days whose events are still there. */
    public int daysLeft() {
        return keptDays.size() + busyDays.size();
    }
}
