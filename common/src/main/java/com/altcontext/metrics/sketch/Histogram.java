package com.altcontext.metrics.sketch;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Counts measured values in fixed buckets. The bounds of the buckets grow by the factor 101/99, so the middle of a
 * bucket is within 1 % of every value in it (Masson, Rim, Lee, "DDSketch", VLDB 2019). Since the buckets are fixed,
 * histograms are merged by adding their counts, and a quantile over many days has the same error as one of a single
 * day.
 */
public final class Histogram {
    static final Histogram EMPTY = new Histogram(new short[0], new int[0]);

    /** The number of buckets: more than enough for 120 000 milliseconds. */
    private static final int BUCKETS = 640;

    private static final double GROWTH = 101.0 / 99;
    private static final int ENTRY_BYTES = 6;

    private final short[] buckets;
    private final int[] counts;

    private Histogram(short[] buckets, int[] counts) {
        this.buckets = buckets;
        this.counts = counts;
    }

    /** Reads the stored form: for each bucket, two bytes for its number and four for its count. */
    public static Histogram of(byte[] stored) {
        if (stored.length == 0) {
            return EMPTY;
        }
        ByteBuffer in = ByteBuffer.wrap(stored);
        short[] buckets = new short[stored.length / ENTRY_BYTES];
        int[] counts = new int[buckets.length];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = in.getShort();
            counts[i] = in.getInt();
        }
        return new Histogram(buckets, counts);
    }

    /** The stored form of one bucket and its count. */
    public static byte[] entry(int bucket, long count) {
        return ByteBuffer.allocate(ENTRY_BYTES)
                .putShort((short) bucket)
                .putInt(Math.toIntExact(count))
                .array();
    }

    /** Approximate memory, in bytes. */
    public int bytes() {
        return 56 + buckets.length * ENTRY_BYTES;
    }

    /** A sum of histograms that is being computed. */
    public static final class Sum {
        private final long[] totals = new long[BUCKETS];

        /** Adds the values of a histogram. */
        public void add(Histogram histogram) {
            for (int i = 0; i < histogram.buckets.length; i++) {
                totals[histogram.buckets[i]] += histogram.counts[i];
            }
        }

        /**
         * All values that were added.
         *
         * @throws ArithmeticException if a bucket holds more than 2 147 483 647 values
         */
        public Histogram histogram() {
            int filled = 0;
            for (long total : totals) {
                filled += total > 0 ? 1 : 0;
            }
            short[] buckets = new short[filled];
            int[] counts = new int[filled];
            int at = 0;
            for (int bucket = 0; bucket < BUCKETS; bucket++) {
                if (totals[bucket] > 0) {
                    buckets[at] = (short) bucket;
                    counts[at++] = Math.toIntExact(totals[bucket]);
                }
            }
            return new Histogram(buckets, counts);
        }

        /**
         * The smallest value that at least this share of all values does not exceed, within 1 %; null if there are no
         * values.
         */
        public @Nullable Double quantile(double share) {
            long all = 0;
            for (long total : totals) {
                all += total;
            }
            if (all == 0) {
                return null;
            }
            long rank = (long) Math.ceil(share * all);
            int bucket = 0;
            for (long below = totals[0]; below < rank; below += totals[bucket]) {
                bucket++;
            }
            return bucket == 0 ? 0.0 : 2 * Math.pow(GROWTH, bucket - 1) / (GROWTH + 1);
        }
    }
}
