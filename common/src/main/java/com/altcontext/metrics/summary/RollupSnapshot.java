package com.altcontext.metrics.summary;

import com.altcontext.metrics.TrendPoint;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.rollup.Count;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongBiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All rollups of one property, or of all properties together, in one version: the counts of each day, and the merged
 * sketches of each block of eight days. Sketches of single days are not kept in memory, since a year of them would fill
 * a small machine. A window needs them only for the blocks at its two ends.
 */
final class RollupSnapshot {
    private static final int BLOCK_DAYS = 8;
    private static final int DAY_BYTES = 500;

    final RollupCache.Version version;
    final Reach reach;

    private final NavigableMap<LocalDate, DayFigures> days;
    private final NavigableMap<Long, Sketches> blocks;
    private final Function<List<LocalDate>, Sketches.Merge> mergeDays;
    private final ToLongBiFunction<Window, Instant> countMailable;

    /**
     * @param blocks the sketches of blocks, by the number of {@link #block}
     * @param mergeDays reads the sketches of single days and merges them
     * @param countMailable counts the new leads of a window, up to a time, that may be written to now
     */
    RollupSnapshot(
            RollupCache.Version version,
            Reach reach,
            NavigableMap<LocalDate, DayFigures> days,
            NavigableMap<Long, Sketches> blocks,
            Function<List<LocalDate>, Sketches.Merge> mergeDays,
            ToLongBiFunction<Window, Instant> countMailable) {
        this.version = version;
        this.reach = reach;
        this.days = days;
        this.blocks = blocks;
        this.mergeDays = mergeDays;
        this.countMailable = countMailable;
    }

    /**
     * How far the rollups reach.
     *
     * @param through the latest rolled-up day; null if there is none
     * @param at when that day was rolled up
     * @param gaps earlier days that have raw events but no rollup, in order; null if they are unknown
     * @param kept the first day that is kept
     */
    record Reach(
            @Nullable LocalDate through,
            @Nullable Instant at,
            @Nullable List<LocalDate> gaps,
            KeptRollups kept) {}

    /** The number of the block that contains a day. */
    static long block(LocalDate day) {
        return Math.floorDiv(day.toEpochDay(), BLOCK_DAYS);
    }

    /** The days of a block. */
    static Stream<LocalDate> days(long block) {
        return firstDay(block).datesUntil(firstDay(block + 1));
    }

    private static LocalDate firstDay(long block) {
        return LocalDate.ofEpochDay(block * BLOCK_DAYS);
    }

    /**
     * A snapshot of a later version.
     *
     * @param oldest the first day that is kept
     * @param figures of all days of the changed blocks
     * @param changed the sketches of the changed blocks
     */
    RollupSnapshot with(
            RollupCache.Version newVersion,
            Reach newReach,
            LocalDate oldest,
            Map<LocalDate, DayFigures> figures,
            Map<Long, Sketches> changed) {
        NavigableMap<LocalDate, DayFigures> newDays = new TreeMap<>(days.tailMap(oldest, true));
        newDays.keySet().removeIf(day -> changed.containsKey(block(day)));
        newDays.putAll(figures);
        NavigableMap<Long, Sketches> newBlocks = new TreeMap<>(blocks.tailMap(block(oldest), true));
        newBlocks.putAll(changed);
        return new RollupSnapshot(newVersion, newReach, newDays, newBlocks, mergeDays, countMailable);
    }

    /** The first day with figures; null if there is none. */
    @Nullable
    LocalDate oldest() {
        return days.isEmpty() ? null : days.firstKey();
    }

    /** One point for each day of the window, zeros included. */
    List<TrendPoint> trend(Window window) {
        return window.eachDay().map(day -> point(day, days.get(day))).toList();
    }

    private static TrendPoint point(LocalDate day, @Nullable DayFigures figures) {
        return figures == null
                ? new TrendPoint(day, 0, 0, 0, 0L)
                : new TrendPoint(
                        day,
                        figures.count(Count.UNIQUE_VISITORS),
                        figures.count(Count.PAGE_VIEWS),
                        figures.count(Count.SESSIONS),
                        figures.count(Count.NEW_LEADS));
    }

    /** The figures of each day of the window, including days without any. */
    List<RolledDay> eachDay(Window window) {
        return window.eachDay().map(day -> RolledDay.of(day, days.get(day))).toList();
    }

    /** The sums over a window. */
    Totals totals(Window window) {
        long[] counts = new long[Count.KINDS];
        Map<String, Long> rejected = new TreeMap<>();
        long busiestDay = 0;
        for (DayFigures day :
                days.subMap(window.from(), true, window.to(), true).values()) {
            day.addTo(counts, rejected);
            busiestDay = Math.max(busiestDay, day.count(Count.UNIQUE_VISITORS));
        }
        Instant at = reach.at;
        long mailableLeads = at == null ? 0 : countMailable.applyAsLong(window, at);
        return new Totals(counts, rejected, busiestDay, merge(window), mailableLeads);
    }

    /**
     * Merges the sketches of the window. Uses the sketches of a block if the window contains all its days that have
     * figures; otherwise reads the sketches of the single days.
     */
    private Sketches.Merge merge(Window window) {
        List<Sketches> whole = new ArrayList<>();
        List<LocalDate> single = new ArrayList<>();
        blocks.subMap(block(window.from()), true, block(window.to()), true).forEach((number, sketches) -> {
            NavigableSet<LocalDate> present =
                    days.navigableKeySet().subSet(firstDay(number), true, firstDay(number + 1), false);
            if (!present.isEmpty() && window.holds(present.first()) && window.holds(present.last())) {
                whole.add(sketches);
            } else {
                present.stream().filter(window::holds).forEach(single::add);
            }
        });
        Sketches.Merge merge = single.isEmpty() ? new Sketches.Merge() : mergeDays.apply(single);
        whole.forEach(merge::add);
        return merge;
    }

    /** Approximate memory, in bytes. */
    int bytes() {
        return blocks.values().stream().mapToInt(Sketches::bytes).sum() + days.size() * DAY_BYTES;
    }
}
