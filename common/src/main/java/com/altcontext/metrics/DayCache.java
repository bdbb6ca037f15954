package com.altcontext.metrics;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The sketches of single days, a block of days at a time: whoever asks for one day is likely to ask for those beside it
 * next. The blocks that were used last are held. A cache that goes by how often something was used is not what is
 * wanted: it would not let a new block in before it was used more often than the old ones.
 */
final class DayCache {
    /**
     * Some five blocks of a site with many visitors, and there are four in a comparison of two windows. More would be worse:
     * under load what is held for longer grows old, and collecting the old generation holds all requests up.
     */
    private static final long MAX_BYTES = 1L << 20;

    private final Map<Key, Block> blocks = new LinkedHashMap<>(16, 0.75f, true);
    private final Object reading = new Object();
    private long bytes;

    /** The version of the snapshot, not of the day: what a reader of the old snapshot finds must not be taken for the new. */
    private record Key(String property, long number, long version) {}

    private record Block(Map<LocalDate, Sketches> days) {
        int bytes() {
            return 64 + days.values().stream().mapToInt(Sketches::bytes).sum();
        }
    }

    /**
     * The sketches of these days, without those that have none.
     *
     * @param read asks the database for the sketches of some days
     */
    Collection<Sketches> of(
            String property,
            long version,
            List<LocalDate> days,
            Function<List<LocalDate>, Map<LocalDate, Sketches>> read) {
        Set<Long> wanted = new TreeSet<>();
        days.forEach(day -> wanted.add(SketchTree.of(day.toEpochDay())));
        Map<LocalDate, Sketches> found = new HashMap<>();
        if (!find(property, version, wanted, found)) {
            // One at a time: the others find what the first has read.
            synchronized (reading) {
                if (!find(property, version, wanted, found)) {
                    read(property, version, wanted, found, read);
                }
            }
        }
        List<Sketches> sketches = new ArrayList<>(days.size());
        for (LocalDate day : days) {
            Sketches of = found.get(day);
            if (of != null) {
                sketches.add(of);
            }
        }
        return sketches;
    }

    /** Moves what is known from the wanted to the found. @return whether nothing is wanted any more */
    private synchronized boolean find(String property, long version, Set<Long> wanted, Map<LocalDate, Sketches> found) {
        wanted.removeIf(number -> {
            Block known = blocks.get(new Key(property, number, version));
            if (known != null) {
                found.putAll(known.days);
            }
            return known != null;
        });
        return wanted.isEmpty();
    }

    private void read(
            String property,
            long version,
            Set<Long> wanted,
            Map<LocalDate, Sketches> found,
            Function<List<LocalDate>, Map<LocalDate, Sketches>> read) {
        Map<LocalDate, Sketches> fresh =
                read.apply(wanted.stream().flatMap(SketchTree::days).toList());
        found.putAll(fresh);
        for (long number : wanted) {
            Map<LocalDate, Sketches> days = new HashMap<>();
            SketchTree.days(number).forEach(day -> {
                Sketches sketches = fresh.get(day);
                if (sketches != null) {
                    days.put(day, sketches);
                }
            });
            keep(new Key(property, number, version), new Block(days));
        }
    }

    private synchronized void keep(Key key, Block block) {
        Block before = blocks.put(key, block);
        bytes += block.bytes() - (before == null ? 0 : before.bytes());
        Iterator<Block> oldest = blocks.values().iterator();
        while (bytes > MAX_BYTES && oldest.hasNext()) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
    }
}
