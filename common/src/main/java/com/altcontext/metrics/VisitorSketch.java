package com.altcontext.metrics;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Counts distinct visitors without storing them: HyperLogLog with 2<sup>15</sup> registers of four bits
 * (standard error 0.57 %), as the rollup stores it. A register holds the most leading zeros, plus one, that were seen in
 * 14 bits of a visitor's id. The union of two is the greater of each register, so days that share visitors merge without
 * counting a visitor twice.
 *
 * <p>Estimated by Ertl's improved estimator (O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches",
 * arXiv:1702.01284, algorithm 6), which needs no correction tables and stays true for registers that are full, so four
 * bits are enough for some hundred million visitors.
 */
final class VisitorSketch {
    private static final int REGISTERS = 1 << 15;
    /** The second highest value. A higher one is counted as full. */
    private static final int ZEROS = 14;

    private static final int WORDS = REGISTERS / 16;
    private static final int DENSE_BYTES = REGISTERS / 2;
    private static final int ENTRY_BYTES = 3;
    /** The highest bit of each register of a word. */
    private static final long HIGHEST = 0x8888_8888_8888_8888L;

    static final VisitorSketch EMPTY = new VisitorSketch(new byte[0], new long[0]);

    /** Three bytes for each register that is not zero: its number and its value. Empty where there are words. */
    private final byte[] sparse;
    /** Sixteen registers each, or none. */
    private final long[] words;

    private VisitorSketch(byte[] sparse, long[] words) {
        this.sparse = sparse;
        this.words = words;
    }

    /** What the rollup stored: half a byte for each register, or three bytes for each that is not zero. */
    static VisitorSketch of(byte[] stored) {
        if (stored.length == 0) {
            return EMPTY;
        }
        if (stored.length != DENSE_BYTES) {
            return new VisitorSketch(stored, new long[0]);
        }
        long[] words = new long[WORDS];
        ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words);
        return new VisitorSketch(new byte[0], words);
    }

    /** Approximate memory, in bytes. */
    int bytes() {
        return 48 + sparse.length + words.length * 8;
    }

    /** A union being computed. */
    static final class Union {
        private final long[] words = new long[WORDS];

        Union add(VisitorSketch sketch) {
            if (sketch.words.length > 0) {
                addDense(sketch.words);
            } else {
                addSparse(sketch.sparse);
            }
            return this;
        }

        private void addSparse(byte[] entries) {
            for (int i = 0; i < entries.length; i += ENTRY_BYTES) {
                int entry = ((entries[i] & 0xFF) << 16) | ((entries[i + 1] & 0xFF) << 8) | (entries[i + 2] & 0xFF);
                int register = entry >> 4;
                int shift = (register & 15) * 4;
                long value = entry & 15;
                long word = words[register >> 4];
                if (((word >>> shift) & 15) < value) {
                    words[register >> 4] = (word & ~(15L << shift)) | (value << shift);
                }
            }
        }

        /** The greater of each, sixteen at a time, and written out: only the first compiler runs, which puts no calls in line. */
        private void addDense(long[] others) {
            for (int i = 0; i < WORDS; i++) {
                long mine = words[i];
                long other = others[i];
                long differs = mine ^ other;
                // Borrowing stops at the highest bits, which are compared apart: each is set where the register is not
                // less.
                long rest = (mine | HIGHEST) - (other & ~HIGHEST);
                long notLess = ((mine & ~other) | (~differs & rest)) & HIGHEST;
                words[i] = other ^ (differs & ((notLess << 1) - (notLess >>> 3)));
            }
        }

        VisitorSketch sketch() {
            int filled = REGISTERS - values()[0];
            if (filled * ENTRY_BYTES >= DENSE_BYTES) {
                return new VisitorSketch(new byte[0], words.clone());
            }
            byte[] entries = new byte[filled * ENTRY_BYTES];
            int at = 0;
            for (int register = 0; register < REGISTERS; register++) {
                int value = (int) (words[register >> 4] >>> ((register & 15) * 4)) & 15;
                if (value > 0) {
                    int entry = (register << 4) | value;
                    entries[at++] = (byte) (entry >> 16);
                    entries[at++] = (byte) (entry >> 8);
                    entries[at++] = (byte) entry;
                }
            }
            return new VisitorSketch(entries, new long[0]);
        }

        /** The approximate number of different visitors that were added. */
        double estimate() {
            int[] values = values();
            double z = REGISTERS * tau(1 - values[ZEROS + 1] / (double) REGISTERS);
            for (int value = ZEROS; value >= 1; value--) {
                z = 0.5 * (z + values[value]);
            }
            z += REGISTERS * sigma(values[0] / (double) REGISTERS);
            return (double) REGISTERS * REGISTERS / (2 * Math.log(2) * z);
        }

        /** How many registers have each value: counted in pairs. */
        private int[] values() {
            int[] pairs = new int[256];
            for (long word : words) {
                pairs[(int) word & 255]++;
                pairs[(int) (word >>> 8) & 255]++;
                pairs[(int) (word >>> 16) & 255]++;
                pairs[(int) (word >>> 24) & 255]++;
                pairs[(int) (word >>> 32) & 255]++;
                pairs[(int) (word >>> 40) & 255]++;
                pairs[(int) (word >>> 48) & 255]++;
                pairs[(int) (word >>> 56)]++;
            }
            int[] values = new int[16];
            for (int pair = 0; pair < 256; pair++) {
                values[pair & 15] += pairs[pair];
                values[pair >> 4] += pairs[pair];
            }
            return values;
        }

        private static double sigma(double share) {
            if (share == 1) {
                return Double.POSITIVE_INFINITY;
            }
            double x = share;
            double y = 1;
            double z = share;
            double before;
            do {
                x *= x;
                before = z;
                z += x * y;
                y += y;
            } while (z != before);
            return z;
        }

        private static double tau(double share) {
            if (share == 0 || share == 1) {
                return 0;
            }
            double x = share;
            double y = 1;
            double z = 1 - share;
            double before;
            do {
                x = Math.sqrt(x);
                before = z;
                y *= 0.5;
                z -= (1 - x) * (1 - x) * y;
            } while (z != before);
            return z / 3;
        }
    }
}
