package com.altcontext.metrics;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All rollups of a property, or of all together, as of one version, in the form in which any window of them is summed
 * quickly: counts as running totals, sketches as blocks of days. The days at both ends of a window that are less than a
 * block are asked for.
 */
final class RollupSnapshot {
    private static final int DAY_BYTES = 500;

    final long version;
    final Reach reach;

    private final NavigableMap<LocalDate, DayFigures> days;
    private final SketchTree blocks;
    private final Leaves leaves;
    private final long first;
    private final int length;
    private final String[] reasons;
    /** For each day, and one more: what was counted on all days before it. */
    private final long[] before;

    private final TrendPoint[] trend;

    RollupSnapshot(
            long version, Reach reach, NavigableMap<LocalDate, DayFigures> days, SketchTree blocks, Leaves leaves) {
        this.version = version;
        this.reach = reach;
        this.days = days;
        this.blocks = blocks;
        this.leaves = leaves;
        this.first = days.isEmpty() ? 0 : days.firstKey().toEpochDay();
        this.length = days.isEmpty() ? 0 : (int) (days.lastKey().toEpochDay() - first) + 1;
        this.reasons = reasonsOf(days);
        this.before = new long[(length + 1) * kinds()];
        this.trend = new TrendPoint[length];
        for (int i = 0; i < length; i++) {
            DayFigures figures = days.get(LocalDate.ofEpochDay(first + i));
            add(i, figures);
            trend[i] = point(LocalDate.ofEpochDay(first + i), figures);
        }
    }

    /**
     * How far the rollups go.
     *
     * @param through the latest day, computed at that time; null if there is none
     * @param gaps earlier days that have raw events and were passed over, in order
     */
    record Reach(@Nullable LocalDate through, @Nullable Instant at, List<LocalDate> gaps) {}

    /** Where the sketches of single days are. */
    @FunctionalInterface
    interface Leaves {
        /** In any order; a day without figures may be left out. */
        Collection<Sketches> of(List<LocalDate> days);
    }

    /**
     * The same as of another version.
     *
     * @param oldest the first day that is kept
     * @param figures of all days of the blocks that changed
     */
    RollupSnapshot with(
            long newVersion,
            Reach newReach,
            LocalDate oldest,
            Map<LocalDate, DayFigures> figures,
            Map<Long, Sketches> changed,
            Leaves newLeaves) {
        NavigableMap<LocalDate, DayFigures> merged = new TreeMap<>(days.tailMap(oldest, true));
        merged.keySet().removeIf(day -> changed.containsKey(SketchTree.of(day.toEpochDay())));
        merged.putAll(figures);
        return new RollupSnapshot(
                newVersion, newReach, merged, blocks.with(SketchTree.of(oldest.toEpochDay()), changed), newLeaves);
    }

    /** Of the days that it holds; null if it holds none. */
    @Nullable
    LocalDate oldest() {
        return days.isEmpty() ? null : days.firstKey();
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

    /** Whole blocks, and at either end the days that are less than one; what lies beyond all days makes a block whole. */
    private Sketches.Merge merge(int from, int to) {
        Sketches.Merge merge = new Sketches.Merge();
        long start = first + from;
        long end = first + to;
        long whole = from == 0 ? SketchTree.of(start) : SketchTree.of(start + SketchTree.DAYS - 1);
        long wholeEnd = to == length ? SketchTree.of(end + SketchTree.DAYS - 1) : SketchTree.of(end);
        List<LocalDate> edges = new ArrayList<>();
        if (whole < wholeEnd) {
            addDays(edges, start, Math.max(start, whole * SketchTree.DAYS));
            addDays(edges, Math.min(end, wholeEnd * SketchTree.DAYS), end);
            blocks.addTo(merge, whole, wholeEnd);
        } else {
            addDays(edges, start, end);
        }
        if (!edges.isEmpty()) {
            for (Sketches day : leaves.of(edges)) {
                var _ = merge.add(day);
            }
        }
        return merge;
    }

    private void addDays(List<LocalDate> edges, long from, long to) {
        for (long day = from; day < to; day++) {
            LocalDate date = LocalDate.ofEpochDay(day);
            if (days.containsKey(date)) {
                edges.add(date);
            }
        }
    }

    /** About how much memory it comes to hold. */
    int bytes() {
        return blocks.bytes() + days.size() * DAY_BYTES + before.length * 8;
    }
}
