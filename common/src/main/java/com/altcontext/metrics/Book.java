package com.altcontext.metrics;

import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All rollups of a property, or of all together, as of one version, in the form in which any window of them is summed
 * quickly: counts as running totals, sketches as a binary tree of blocks of days, of which a window needs some twenty.
 * It never changes; the blocks are merged when they are first asked for.
 */
final class Book {
    final long version;
    final Reach reach;

    private final NavigableMap<LocalDate, DayFigures> days;
    private final long first;
    private final int length;
    private final String[] reasons;
    /** For each day, and one more: what was counted on all days before it. */
    private final long[] before;

    private final TrendPoint[] trend;
    /** The root at 1, the children of n at 2n and 2n + 1, the days at the end. */
    private final @Nullable Sketches[] blocks;

    private final int leaves;

    Book(long version, Reach reach, NavigableMap<LocalDate, DayFigures> days) {
        this.version = version;
        this.reach = reach;
        this.days = days;
        this.first = days.isEmpty() ? 0 : days.firstKey().toEpochDay();
        this.length = days.isEmpty() ? 0 : (int) (days.lastKey().toEpochDay() - first) + 1;
        this.reasons = reasonsOf(days);
        this.before = new long[(length + 1) * kinds()];
        this.trend = new TrendPoint[length];
        this.leaves = Math.max(1, Integer.highestOneBit(Math.max(1, length - 1)) * 2);
        this.blocks = new @Nullable Sketches[leaves * 2];
        for (int i = 0; i < length; i++) {
            DayFigures figures = days.get(LocalDate.ofEpochDay(first + i));
            add(i, figures);
            trend[i] = point(LocalDate.ofEpochDay(first + i), figures);
            blocks[leaves + i] = figures == null ? Sketches.NONE : figures.sketches();
        }
    }

    /**
     * How far the rollups go.
     *
     * @param through the latest day, computed at that time; null if there is none
     * @param gaps earlier days that have raw events and were passed over, in order
     */
    record Reach(@Nullable LocalDate through, @Nullable Instant at, List<LocalDate> gaps) {}

    /** The same with other figures for some days; blocks without such a day are kept. */
    Book with(long newVersion, Reach newReach, LocalDate oldest, Map<LocalDate, DayFigures> changed) {
        NavigableMap<LocalDate, DayFigures> merged = new TreeMap<>(days.tailMap(oldest, true));
        merged.putAll(changed);
        Book next = new Book(newVersion, newReach, merged);
        if (next.first == first && next.leaves == leaves) {
            for (int block = leaves - 1; block >= 1; block--) {
                next.blocks[block] = blocks[block];
            }
            for (LocalDate day : changed.keySet()) {
                for (int block = (leaves + (int) (day.toEpochDay() - first)) / 2; block >= 1; block /= 2) {
                    next.blocks[block] = null;
                }
            }
        }
        return next;
    }

    private static String[] reasonsOf(Map<LocalDate, DayFigures> days) {
        TreeSet<String> reasons = new TreeSet<>();
        days.values().forEach(day -> reasons.addAll(day.rejected().keySet()));
        return reasons.toArray(String[]::new);
    }

    private int kinds() {
        return Count.KINDS + reasons.length;
    }

    private void add(int day, @Nullable DayFigures figures) {
        int from = day * kinds();
        int to = from + kinds();
        System.arraycopy(before, from, before, to, kinds());
        if (figures != null) {
            for (int kind = 0; kind < Count.KINDS; kind++) {
                before[to + kind] += figures.counts()[kind];
            }
            for (int reason = 0; reason < reasons.length; reason++) {
                before[to + Count.KINDS + reason] += figures.rejected().getOrDefault(reasons[reason], 0L);
            }
        }
    }

    private static TrendPoint point(LocalDate day, @Nullable DayFigures figures) {
        return figures == null
                ? new TrendPoint(day, 0, 0, 0, 0)
                : new TrendPoint(
                        day,
                        figures.count(Count.UNIQUE_VISITORS),
                        figures.count(Count.PAGE_VIEWS),
                        figures.count(Count.SESSIONS),
                        figures.count(Count.NEW_LEADS));
    }

    TrendPoint trend(LocalDate day) {
        long at = day.toEpochDay() - first;
        return at >= 0 && at < length ? trend[(int) at] : point(day, null);
    }

    /** What a window comes to. */
    Totals totals(Window window) {
        int from = Math.clamp(window.from().toEpochDay() - first, 0, length);
        int to = Math.clamp(window.to().toEpochDay() - first + 1, from, length);
        long[] counts = new long[Count.KINDS];
        for (int kind = 0; kind < Count.KINDS; kind++) {
            counts[kind] = before[to * kinds() + kind] - before[from * kinds() + kind];
        }
        Map<String, Long> rejected = new HashMap<>();
        for (int reason = 0; reason < reasons.length; reason++) {
            int kind = Count.KINDS + reason;
            long count = before[to * kinds() + kind] - before[from * kinds() + kind];
            if (count > 0) {
                rejected.put(reasons[reason], count);
            }
        }
        long most = 0;
        for (int day = from; day < to; day++) {
            most = Math.max(most, trend[day].uniqueVisitors());
        }
        return new Totals(counts, new TreeMap<>(rejected), most, merge(from, to));
    }

    /** The fewest blocks that make up the days. */
    private Sketches.Merge merge(int from, int to) {
        Sketches.Merge merge = new Sketches.Merge();
        int left = from + leaves;
        int right = to + leaves;
        while (left < right) {
            if ((left & 1) == 1) {
                var _ = merge.add(block(left++));
            }
            if ((right & 1) == 1) {
                var _ = merge.add(block(--right));
            }
            left >>= 1;
            right >>= 1;
        }
        return merge;
    }

    private Sketches block(int number) {
        Sketches known = blocks[number];
        if (known != null) {
            return known;
        }
        if (number >= leaves) {
            return Sketches.NONE;
        }
        Sketches left = block(number * 2);
        Sketches right = block(number * 2 + 1);
        // Two threads may both merge it: they come to the same.
        Sketches merged = right.isEmpty()
                ? left
                : left.isEmpty()
                        ? right
                        : new Sketches.Merge().add(left).add(right).sketches();
        blocks[number] = merged;
        return merged;
    }

    /** About how much memory it comes to hold, once all blocks were asked for. */
    int bytes() {
        int own = days.values().stream().mapToInt(DayFigures::bytes).sum();
        return own * 3 + before.length * 8;
    }
}
