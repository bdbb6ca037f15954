package com.altcontext.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Days of a site with so many visitors that 7 blocks of them are held. */
class DayCacheTest {
    private static final LocalDate FIRST = LocalDate.ofEpochDay(2_000 * SketchTree.DAYS);

    private final DayCache cache = new DayCache();
    private final List<LocalDate> read = new ArrayList<>();

    private Collection<Sketches> ask(long version, LocalDate... days) {
        read.clear();
        return cache.of("default", version, List.of(days), missing -> {
            read.addAll(missing);
            Map<LocalDate, Sketches> found = new HashMap<>();
            missing.forEach(day -> found.put(day, busy()));
            return found;
        });
    }

    private static Sketches busy() {
        byte[] registers = new byte[1 << 14];
        Arrays.fill(registers, (byte) 0x23);
        return new Sketches(VisitorSketch.of(registers), Sketches.NONE.vitals());
    }

    private static LocalDate inBlock(int block, int day) {
        return FIRST.plusDays(block * (long) SketchTree.DAYS + day);
    }

    @Test
    void a_day_is_read_with_those_beside_it_and_then_held() {
        assertThat(ask(1, inBlock(0, 2), inBlock(0, 3))).hasSize(2);
        assertThat(read).containsExactlyElementsOf(SketchTree.days(2_000).toList());

        assertThat(ask(1, inBlock(0, 7))).hasSize(1);
        assertThat(read).isEmpty();

        assertThat(ask(1, inBlock(0, 0), inBlock(1, 0))).hasSize(2);
        assertThat(read).containsExactlyElementsOf(SketchTree.days(2_001).toList());
    }

    @Test
    void another_version_is_read_anew() {
        ask(1, inBlock(0, 2));
        ask(2, inBlock(0, 2));
        assertThat(read).hasSize(SketchTree.DAYS);
    }

    @Test
    void what_was_not_used_for_longest_makes_room() {
        for (int block = 0; block < 7; block++) {
            ask(1, inBlock(block, 0));
        }
        ask(1, inBlock(0, 0));
        assertThat(read).isEmpty();

        ask(1, inBlock(7, 0));
        ask(1, inBlock(0, 0));
        assertThat(read).isEmpty();
        ask(1, inBlock(1, 0));
        assertThat(read).hasSize(SketchTree.DAYS);
    }

    @Test
    void a_day_without_sketches_is_left_out_and_not_asked_for_again() {
        LocalDate day = inBlock(0, 0);
        assertThat(cache.of("default", 1, List.of(day), missing -> Map.of())).isEmpty();
        assertThat(ask(1, day)).isEmpty();
        assertThat(read).isEmpty();
    }
}
