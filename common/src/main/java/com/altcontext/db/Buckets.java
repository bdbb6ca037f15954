package com.altcontext.db;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

/**
 * The number of buckets that visitors are divided into. The bucket is the first column of every key of
 * {@code visitors}, {@code sessions} and {@code events}, and the distribution column on a Citus cluster: a statement
 * that names it goes to one node. A single PostgreSQL has one bucket.
 *
 * <p>The number can change while the service runs. A transaction that writes to those tables reads it first, and so
 * blocks changes until the transaction ends.
 */
public record Buckets(int count) {
    public static final Buckets ONE = new Buckets(1);

    private static final String READ = "SELECT buckets FROM cluster";

    public Buckets {
        if (count < 1 || count > Short.MAX_VALUE) {
            throw new IllegalArgumentException("the number of buckets must be from 1 to " + Short.MAX_VALUE);
        }
    }

    /**
     * A bucket.
     *
     * @param number counted from 0
     * @param of the number of buckets with which it was computed
     */
    public record Bucket(short number, Buckets of) {
        public static final Bucket ONLY = new Bucket((short) 0, ONE);
    }

    /** Reads the number and locks it until the transaction ends. */
    public static Buckets read(Tx tx) {
        return tx.queryOne(READ, row -> new Buckets(Math.toIntExact(row.number(1))));
    }

    /** Adds a query that reads and locks the number; it returns one row. */
    public static Pipeline.Pending<Buckets> read(Pipeline pipeline) {
        return pipeline.query(READ, row -> new Buckets(Math.toIntExact(row.number(1))));
    }

    /** Whether the tables that grow are distributed over the nodes of a cluster. */
    public static boolean areDistributed(Tx tx) {
        return tx.queryOne("SELECT is_distributed FROM cluster", row -> row.flag(1));
    }

    /** The bucket of a visitor, as the database's function {@code bucket_of} computes it. */
    public Bucket of(UUID visitorId) {
        return count == 1
                ? Bucket.ONLY
                : new Bucket((short) ((visitorId.getLeastSignificantBits() & 0xFF_FFFF) % count), this);
    }

    /** Groups rows by the bucket of their visitor, in the order of the buckets. */
    public <T> SortedMap<Short, List<T>> split(Collection<T> rows, Function<T, UUID> visitorOf) {
        SortedMap<Short, List<T>> byBucket = new TreeMap<>();
        for (T row : rows) {
            byBucket.computeIfAbsent(of(visitorOf.apply(row)).number, _ -> new ArrayList<>())
                    .add(row);
        }
        return byBucket;
    }

    /** Groups visitors by their bucket, each group as an array that a statement takes as a parameter. */
    public Map<Short, UUID[]> split(Collection<UUID> visitors) {
        SortedMap<Short, UUID[]> byBucket = new TreeMap<>();
        split(visitors, Function.identity()).forEach((bucket, ids) -> byBucket.put(bucket, ids.toArray(UUID[]::new)));
        return byBucket;
    }
}
