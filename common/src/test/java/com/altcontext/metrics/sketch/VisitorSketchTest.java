package com.altcontext.metrics.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VisitorSketchTest {
    /** A sketch as the rollup encodes it, of visitors whose ids begin with the given 64 bits. */
    private static VisitorSketch of(List<Long> ids) {
        byte[] values = new byte[1 << 15];
        for (long id : ids) {
            int register = (int) (id >>> 49);
            int rest = (int) (id >>> 35) & 0x3FFF;
            int value = Integer.numberOfLeadingZeros(rest) - 18 + 1;
            values[register] = (byte) Math.max(values[register], value);
        }
        byte[] dense = new byte[1 << 14];
        List<Byte> sparse = new ArrayList<>();
        for (int register = 0; register < values.length; register++) {
            dense[register / 2] |= (byte) (values[register] << (4 * (register % 2)));
            if (values[register] > 0) {
                int entry = (register << 4) | values[register];
                sparse.addAll(List.of((byte) (entry >> 16), (byte) (entry >> 8), (byte) entry));
            }
        }
        if (sparse.size() > dense.length) {
            return VisitorSketch.of(dense);
        }
        byte[] entries = new byte[sparse.size()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = sparse.get(i);
        }
        return VisitorSketch.of(entries);
    }

    /**
     * Windows of three days, for different numbers of visitors. Half of a day's visitors were also there the day
     * before.
     */
    @Test
    void ninety_nine_of_a_hundred_windows_are_within_two_percent() {
        SplittableRandom random = new SplittableRandom(20_260_101);
        int windows = 0;
        int wrong = 0;
        double squares = 0;
        for (int size : new int[] {10, 300, 3_000, 12_000, 60_000}) {
            for (int repeat = 0; repeat < 100; repeat++) {
                VisitorSketch.Union union = new VisitorSketch.Union();
                List<Long> yesterday = new ArrayList<>();
                long all = 0;
                for (int day = 0; day < 3; day++) {
                    List<Long> today = new ArrayList<>(yesterday.subList(0, yesterday.size() / 2));
                    int fresh = size - today.size();
                    for (int i = 0; i < fresh; i++) {
                        today.add(random.nextLong());
                    }
                    all += fresh;
                    var _ = union.add(of(today));
                    yesterday = today;
                }
                double error = union.estimate() / all - 1;
                squares += error * error;
                windows++;
                wrong += Math.abs(error) > 0.02 ? 1 : 0;
            }
        }

        assertThat(wrong).isLessThanOrEqualTo(windows / 100);
        assertThat(Math.sqrt(squares / windows)).isLessThan(0.0062);
    }

    @Test
    void a_union_does_not_depend_on_order_repetition_or_encoding() {
        SplittableRandom random = new SplittableRandom(7);
        List<Long> few = random.longs(2_000).boxed().toList();
        List<Long> many = random.longs(50_000).boxed().toList();
        List<Long> both = new ArrayList<>(few);
        both.addAll(many);
        VisitorSketch sparse = of(few);
        VisitorSketch dense = of(many);

        double expected = new VisitorSketch.Union().add(of(both)).estimate();

        assertThat(new VisitorSketch.Union().add(sparse).add(dense).estimate()).isEqualTo(expected);
        assertThat(new VisitorSketch.Union().add(dense).add(sparse).add(dense).estimate())
                .isEqualTo(expected);
        VisitorSketch merged = new VisitorSketch.Union().add(dense).add(sparse).sketch();
        assertThat(new VisitorSketch.Union().add(merged).estimate()).isEqualTo(expected);
        VisitorSketch smaller = new VisitorSketch.Union().add(sparse).sketch();
        assertThat(smaller.bytes()).isEqualTo(sparse.bytes());
        assertThat(new VisitorSketch.Union().add(smaller).add(dense).estimate()).isEqualTo(expected);
        assertThat(new VisitorSketch.Union().add(VisitorSketch.EMPTY).estimate())
                .isZero();
    }

    @Test
    void a_dense_sketch_is_not_mistaken_for_a_sparse_one_if_its_first_registers_are_full() {
        VisitorSketch.Union full = new VisitorSketch.Union().addSmallest(0, 0).addSmallest(1, 0);
        for (int register = 2; register < 10_000; register++) {
            full.addSmallest(register, 16_383);
        }
        VisitorSketch stored = VisitorSketch.of(full.sketch().stored());

        assertThat(new VisitorSketch.Union().add(stored).estimate()).isEqualTo(full.estimate());
    }
}
