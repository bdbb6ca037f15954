package com.altcontext.metrics.summary;

import com.altcontext.metrics.rollup.Count;
import java.util.Map;
import java.util.TreeMap;

/**
 * The counts of a day, for one property or for several together. A visitor belongs to one property, so even the unique
 * visitors of different properties can be added up.
 *
 * @param counts by {@link Count}
 * @param rejected events refused or dropped, by reason
 */
@SuppressWarnings({"ArrayRecordComponent", "EnumOrdinal"
}) // Never compared; the arrays live no longer than the process.
record DayFigures(long[] counts, Map<String, Long> rejected) {
    DayFigures plus(DayFigures other) {
        long[] sums = counts.clone();
        Map<String, Long> reasons = new TreeMap<>(rejected);
        other.addTo(sums, reasons);
        return new DayFigures(sums, reasons);
    }

    /** Adds this day to the given sums. */
    void addTo(long[] sums, Map<String, Long> reasons) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += counts[i];
        }
        rejected.forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
    }

    long count(Count kind) {
        return counts[kind.ordinal()];
    }
}
