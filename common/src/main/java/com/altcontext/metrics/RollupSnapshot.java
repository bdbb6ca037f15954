package com.altcontext.metrics;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All rollups of a property, or of all together, as of one version: the counts of each day, and the sketches of eight
 * days merged into a block. The sketches of single days are not held: a year of them would fill the memory of a small
 * machine. A window needs them only for the blocks at its two ends.
 */
final class RollupSnapshot {
    private static final int BLOCK_DAYS = 8;
    private static final int DAY_BYTES = 500;

    final RollupCache.Version version;
    final Reach reach;

    private final NavigableMap<LocalDate, DayFigures> days;
    private final NavigableMap<Long, Sketches> blocks;
    private final Function<List<LocalDate>, Sketches.Merge> mergeDays;
    private final CountMailable mailable;

    /** Counts the leads of a window that may be written to now. */
    interface CountMailable {
        long count(Window window, Instant until);
    }

    /**
     * @param blocks by their numbers, see {@link #block}
     * @param mergeDays reads the sketches of single days and merges them
     */
    RollupSnapshot(
            RollupCache.Version version,
            Reach reach,
            NavigableMap<LocalDate, DayFigures> days,
            NavigableMap<Long, Sketches> blocks,
            Function<List<LocalDate>, Sketches.Merge> mergeDays,
            CountMailable mailable) {
        this.version = version;
        this.reach = reach;
        this.days = days;
        this.blocks = blocks;
        this.mergeDays = mergeDays;
        this.mailable = mailable;
    }

    /**
     * How far the rollups go.
     *
     * @param through the latest day, computed at that time; null if there is none
     * @param gaps earlier days that have raw events and were passed over, in order; null if that is not known
     * @param kept from which day on they are there
     */
    record Reach(
            @Nullable LocalDate through,
            @Nullable Instant at,
            @Nullable List<LocalDate> gaps,
            KeptRollups kept) {}

    /** The number of the block that holds a day. */
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
     * The same as of another version.
     *
     * @param oldest the first day that is kept
     * @param figures of all days of the blocks that changed
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
        return new RollupSnapshot(newVersion, newReach, newDays, newBlocks, mergeDays, mailable);
    }

    /** The first day that it holds; null if it holds none. */
    @Nullable
    LocalDate oldest() {
        return days.isEmpty() ? null : days.firstKey();
    }

    /** One point for each day of the window, zeros included. */
    List<TrendPoint> trend(Window window) {
        List<TrendPoint> points = new ArrayList<>(window.days());
        for (LocalDate day = window.from(); !day.isAfter(window.to()); day = day.plusDays(1)) {
            points.add(point(day, days.get(day)));
        }
        return points;
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

    /** One for each day of the window, as in {@link #trend}. */
    List<RolledDay> eachDay(Window window) {
        return window.from()
                .datesUntil(window.to().plusDays(1))
                .map(day -> RolledDay.of(day, days.get(day)))
                .toList();
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
        long mailableLeads = at == null ? 0 : mailable.count(window, at);
        return new Totals(counts, rejected, busiestDay, merge(window), mailableLeads);
    }

    /** Takes a block as a whole if the window holds all days of it that have figures, else reads the days one by one. */
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
