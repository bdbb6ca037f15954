package com.altcontext.metrics;

import java.time.LocalDate;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sketches of eight days each, and above them a binary tree of what two of them come to, four, and so on: a row of
 * blocks is the union of a few nodes. Days themselves are not held, for a year of them would fill the memory of a small
 * machine. It never changes; inner nodes are merged when they are first asked for.
 */
final class SketchTree {
    static final int DAYS = 8;

    private final NavigableMap<Long, Sketches> blocks;
    private final long first;
    private final int leaves;
    /** The root at 1, the children of n at 2n and 2n + 1, the blocks at the end. */
    private final @Nullable Sketches[] nodes;

    /** @param blocks by their numbers, see {@link #of} */
    SketchTree(NavigableMap<Long, Sketches> blocks) {
        this.blocks = blocks;
        this.first = blocks.isEmpty() ? 0 : blocks.firstKey();
        int length = blocks.isEmpty() ? 1 : Math.toIntExact(blocks.lastKey() - first + 1);
        this.leaves = Integer.highestOneBit(Math.max(1, length - 1)) * 2;
        this.nodes = new @Nullable Sketches[leaves * 2];
        blocks.forEach((number, sketches) -> nodes[leaves + (int) (number - first)] = sketches);
    }

    /** The number of the block that holds a day. */
    static long of(long epochDay) {
        return Math.floorDiv(epochDay, DAYS);
    }

    static Stream<LocalDate> days(long number) {
        return LongStream.range(number * DAYS, (number + 1) * DAYS).mapToObj(LocalDate::ofEpochDay);
    }

    /** The same from some block on, with others in the place of some; nodes without such a block are kept. */
    SketchTree with(long oldest, Map<Long, Sketches> changed) {
        NavigableMap<Long, Sketches> merged = new TreeMap<>(blocks.tailMap(oldest, true));
        merged.putAll(changed);
        SketchTree next = new SketchTree(merged);
        if (next.first == first && next.leaves == leaves) {
            System.arraycopy(nodes, 1, next.nodes, 1, leaves - 1);
            for (long number : changed.keySet()) {
                for (int node = (leaves + (int) (number - first)) / 2; node >= 1; node /= 2) {
                    next.nodes[node] = null;
                }
            }
        }
        return next;
    }

    /** Adds the fewest nodes that make up the blocks. */
    void addTo(Sketches.Merge merge, long from, long to) {
        int left = leaves + Math.clamp(from - first, 0, leaves);
        int right = leaves + Math.clamp(to - first, 0, leaves);
        while (left < right) {
            if ((left & 1) == 1) {
                var _ = merge.add(node(left++));
            }
            if ((right & 1) == 1) {
                var _ = merge.add(node(--right));
            }
            left >>= 1;
            right >>= 1;
        }
    }

    private Sketches node(int number) {
        Sketches known = nodes[number];
        if (known != null) {
            return known;
        }
        if (number >= leaves) {
            return Sketches.NONE;
        }
        Sketches left = node(number * 2);
        Sketches right = node(number * 2 + 1);
        // Two threads may both merge it: they come to the same.
        Sketches merged = right.isEmpty() ? left : left.isEmpty() ? right : left.and(right);
        nodes[number] = merged;
        return merged;
    }

    /** About how much memory they come to hold, once all nodes were asked for: those above are as many as the blocks. */
    int bytes() {
        return 2 * blocks.values().stream().mapToInt(Sketches::bytes).sum();
    }
}
