package com.altcontext.metrics.sketch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Counts distinct visitors. Up to a few hundred visitors are stored as the first 64 bits of their ids, and counted
 * exactly. More visitors are counted by a HyperLogLog with 2<sup>15</sup> registers of four bits. Its standard error is
 * 0.57 %. The first 15 bits of an id choose the register. The register stores the highest number of leading zeros, plus
 * one, in the next 14 bits of the ids. The union of two sketches takes the greater value of each register, so a visitor
 * of several days is counted once.
 *
 * <p>The estimate is Ertl's improved estimator (O. Ertl, "New cardinality estimation algorithms for HyperLogLog
 * sketches", arXiv:1702.01284, algorithm 6), which needs no correction tables and also holds for full registers, so
 * four bits are enough for some hundred million visitors.
 */
public final class VisitorSketch {
    private static final int REGISTERS = 1 << 15;
    /**
     * The number of bits whose leading zeros are counted. The value of a register is at most one more, which means that
     * it is full.
     */
    private static final int VALUE_BITS = 14;

    private static final int WORDS = REGISTERS / 16;
    private static final int DENSE_BYTES = REGISTERS / 2;
    private static final int ENTRY_BYTES = 3;
    /** The highest bit of each register of a word. */
    private static final long HIGH_BITS = 0x8888_8888_8888_8888L;

    /** Up to this many visitors of a day are stored individually. */
    public static final int MAX_EXACT = 512;
    /** Up to this many visitors in a union of days are kept individually. */
    private static final int MAX_EXACT_UNION = 1024;

    /** The first byte of a stored list of visitors. The first byte of a register's entry is always smaller. */
    private static final byte EXACT = (byte) 0xFF;

    private static final long[] NONE = {};

    static final VisitorSketch EMPTY = new VisitorSketch(NONE, new byte[0], NONE);

    /** The visitors in order, if they are few. */
    private final long[] exact;
    /** Three bytes for each register that is not zero: its number and its value. */
    private final byte[] sparse;
    /** Sixteen registers in each word. At most one of the three arrays is not empty. */
    private final long[] words;

    private VisitorSketch(long[] exact, byte[] sparse, long[] words) {
        this.exact = exact;
        this.sparse = sparse;
        this.words = words;
    }

    /** A sketch that keeps all these visitors individually. Each must be given once. */
    public static VisitorSketch of(Collection<UUID> visitors) {
        return new VisitorSketch(
                visitors.stream()
                        .mapToLong(UUID::getMostSignificantBits)
                        .sorted()
                        .toArray(),
                new byte[0],
                NONE);
    }

    /** Reads the form that {@link #stored} writes. */
    public static VisitorSketch of(byte[] stored) {
        if (stored.length == 0) {
            return EMPTY;
        }
        if (stored[0] == EXACT && stored.length % Long.BYTES == 1) {
            long[] exact = new long[stored.length / Long.BYTES];
            ByteBuffer.wrap(stored, 1, stored.length - 1).asLongBuffer().get(exact);
            return new VisitorSketch(exact, new byte[0], NONE);
        }
        if (stored.length != DENSE_BYTES) {
            return new VisitorSketch(NONE, stored, NONE);
        }
        long[] words = new long[WORDS];
        ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words);
        return new VisitorSketch(NONE, new byte[0], words);
    }

    /**
     * The bytes to store: either 255 and eight bytes for each visitor; or three bytes for each register that is not
     * zero (register * 16 + value); or, if that is shorter, half a byte for each register.
     */
    public byte[] stored() {
        if (exact.length > 0) {
            ByteBuffer out = ByteBuffer.allocate(1 + exact.length * Long.BYTES).put(EXACT);
            out.asLongBuffer().put(exact);
            return out.array();
        }
        if (words.length == 0) {
            return sparse;
        }
        ByteBuffer out = ByteBuffer.allocate(DENSE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.asLongBuffer().put(words);
        return out.array();
    }

    /** Approximate memory, in bytes. */
    public int bytes() {
        return 64 + sparse.length + (exact.length + words.length) * 8;
    }

    /** A union that is being computed. */
    public static final class Union {
        /** Null if there are too many visitors, or if some of them are known only by registers. */
        private @Nullable Set<Long> exact = new HashSet<>();

        private long[] words = NONE;

        /** Adds the visitors of a sketch. */
        public Union add(VisitorSketch sketch) {
            for (long visitor : sketch.exact) {
                addVisitor(visitor);
            }
            if (sketch.words.length + sketch.sparse.length > 0) {
                switchToRegisters();
            }
            if (sketch.words.length > 0) {
                addDense(sketch.words);
            } else {
                addSparse(sketch.sparse);
            }
            return this;
        }

        private void addVisitor(long visitor) {
            if (exact == null) {
                int bits = (int) (visitor >>> 35);
                addRegister(bits >>> VALUE_BITS, value(bits & ((1 << VALUE_BITS) - 1)));
            } else {
                exact.add(visitor);
                if (exact.size() > MAX_EXACT_UNION) {
                    switchToRegisters();
                }
            }
        }

        private void allocate() {
            if (words.length == 0) {
                words = new long[WORDS];
            }
        }

        /** Switches from individual visitors to registers. */
        private void switchToRegisters() {
            Set<Long> visitors = exact;
            if (visitors != null) {
                exact = null;
                visitors.forEach(this::addVisitor);
            }
        }

        /**
         * Adds the visitors of one register.
         *
         * @param smallest the smallest value of the 14 bits of their ids
         */
        public Union addSmallest(int register, int smallest) {
            switchToRegisters();
            addRegister(register, value(smallest));
            return this;
        }

        /** The number of leading zeros of 14 bits, plus one. */
        private static int value(int bits) {
            return Integer.numberOfLeadingZeros(bits) - (Integer.SIZE - VALUE_BITS) + 1;
        }

        private void addRegister(int register, int value) {
            allocate();
            int shift = (register & 15) * 4;
            long word = words[register >> 4];
            if (((word >>> shift) & 15) < value) {
                words[register >> 4] = (word & ~(15L << shift)) | ((long) value << shift);
            }
        }

        private void addSparse(byte[] entries) {
            for (int i = 0; i < entries.length; i += ENTRY_BYTES) {
                int entry = ((entries[i] & 0xFF) << 16) | ((entries[i + 1] & 0xFF) << 8) | (entries[i + 2] & 0xFF);
                addRegister(entry >> 4, entry & 15);
            }
        }

        /**
         * Takes the greater value of each register, sixteen at a time. Written out, since the service runs with the C1
         * compiler only, which inlines only small methods.
         */
        private void addDense(long[] others) {
            allocate();
            for (int i = 0; i < WORDS; i++) {
                long mine = words[i];
                long other = others[i];
                long differs = mine ^ other;
                // The subtraction cannot borrow across registers, since the highest bits are compared separately. The
                // highest bit of a register in notLess is set if mine is not less.
                long rest = (mine | HIGH_BITS) - (other & ~HIGH_BITS);
                long notLess = ((mine & ~other) | (~differs & rest)) & HIGH_BITS;
                words[i] = other ^ (differs & ((notLess << 1) - (notLess >>> 3)));
            }
        }

        /** The union of everything that was added. */
        public VisitorSketch sketch() {
            if (exact != null) {
                return new VisitorSketch(
                        exact.stream().mapToLong(Long::longValue).sorted().toArray(), new byte[0], NONE);
            }
            int filled = REGISTERS - values()[0];
            if (filled * ENTRY_BYTES >= DENSE_BYTES) {
                return new VisitorSketch(NONE, new byte[0], words.clone());
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
            return new VisitorSketch(NONE, entries, NONE);
        }

        /** The number of different visitors that were added. It is exact if they are few. */
        public double estimate() {
            if (exact != null) {
                return exact.size();
            }
            int[] values = values();
            double z = REGISTERS * tau(1 - values[VALUE_BITS + 1] / (double) REGISTERS);
            for (int value = VALUE_BITS; value >= 1; value--) {
                z = 0.5 * (z + values[value]);
            }
            z += REGISTERS * sigma(values[0] / (double) REGISTERS);
            return (double) REGISTERS * REGISTERS / (2 * Math.log(2) * z);
        }

        /** How many registers have each value. Counts pairs of registers, which is faster. */
        private int[] values() {
            allocate();
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
