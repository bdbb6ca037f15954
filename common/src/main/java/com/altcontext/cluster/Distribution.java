package com.altcontext.cluster;

import com.altcontext.db.Buckets;
import com.altcontext.db.Retry;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.metrics.RollupLock;
import com.altcontext.retention.Purge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Spreads {@code visitors}, {@code sessions} and {@code events} over the nodes of a Citus cluster: gives each row its
 * bucket, makes distributed tables of them, and counts their rows before and after. All of this is one transaction, so
 * a run that is killed changes nothing. While it runs, a lock on {@code cluster} blocks all writers: the service
 * answers 503, and browsers try again later.
 */
public final class Distribution {
    /**
     * Citus 12 is the first version that can distribute a partitioned table like {@code events} without extra steps.
     */
    public static final int MIN_CITUS = 12;

    private static final String LOCK_OUT_WRITERS = "LOCK TABLE cluster IN ACCESS EXCLUSIVE MODE";

    /** The tables that are distributed. */
    public static final List<String> TABLES = List.of("visitors", "sessions", "events");

    private static final String CITUS = "SELECT extversion FROM pg_extension WHERE extname = 'citus'";

    private static final String NODES =
            "SELECT count(*) FROM pg_dist_node WHERE isactive AND shouldhaveshards AND noderole = 'primary'";

    /** Functions that statements call on the nodes, in the order of their dependencies. */
    static final String FUNCTIONS = """
            WITH RECURSIVE called AS (
                SELECT f.oid AS id
                FROM pg_proc AS f
                WHERE f.pronamespace = current_schema()::regnamespace AND f.provolatile = 'i' AND f.prokind = 'f'
                  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = f.oid AND d.deptype = 'e')),
            callers(id, depth) AS (
                SELECT id, 0 FROM called
                UNION ALL
                SELECT called.id, depth + 1
                FROM callers
                JOIN pg_depend AS d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = callers.id
                JOIN called ON d.classid = 'pg_proc'::regclass AND d.objid = called.id)
            SELECT id::regprocedure::text FROM callers GROUP BY id ORDER BY max(depth), 1
            """;

    /**
     * Functions that read a table of the coordinator, but that Citus copied to the nodes. It copies each function that is
     * created while it is installed, and a later migration made these read the table. A node that is added afterwards
     * can't create them, since it has no such table.
     */
    private static final String LOCAL_FUNCTIONS = """
            SELECT f.oid::regprocedure::text, pg_get_functiondef(f.oid)
            FROM pg_dist_object AS o
            JOIN pg_proc AS f ON o.classid = 'pg_proc'::regclass AND o.objid = f.oid
            WHERE f.pronamespace = current_schema()::regnamespace AND EXISTS (
                SELECT FROM pg_depend AS d
                WHERE d.classid = o.classid AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass)
            """;

    /**
     * The number of shards with which the fullest node gets the fewest buckets. Citus hashes each bucket into one of
     * the shards, whose ranges are equal, and gives the shards to the nodes in turn. With as many shards as buckets,
     * one of two nodes would hold 11 of 16 buckets.
     */
    private static final String SHARDS = """
            WITH hashed AS MATERIALIZED (
                SELECT worker_hash(number::int2)::int8 + (1::int8 << 31) AS hash
                FROM generate_series(0, ?::int8 - 1) AS every(number)),
            placed AS (
                SELECT shards, least(hash / ((1::int8 << 32) / shards), shards - 1) AS shard
                FROM generate_series(?::int8, 2 * ?::int8) AS choices(shards) CROSS JOIN hashed)
            SELECT shards, max(buckets) AS most, sum(used) AS used
            FROM (
                SELECT shards, count(*) AS buckets, count(DISTINCT shard) AS used
                FROM placed GROUP BY shards, shard % ?::int8) AS nodes
            GROUP BY shards
            ORDER BY most, used DESC, shards
            LIMIT 1
            """;

    private static final String DONE = "UPDATE cluster SET buckets = ?, is_distributed = true";

    private final Sql sql;

    /** @param sql must allow statements that take as long as copying the largest table */
    public Distribution(Sql sql) {
        this.sql = sql;
    }

    /**
     * The state before a distribution.
     *
     * @param citus the version of the extension; empty if the database does not have it
     * @param nodes the number of nodes that can hold rows
     * @param rows the number of rows of each table
     */
    public record Plan(Optional<String> citus, long nodes, boolean isDistributed, Map<String, Long> rows, long bytes) {
        /** Whether this version of Citus can distribute the tables. */
        public boolean isCitusNewEnough() {
            return citus.map(version -> Integer.parseInt(version.split("[^0-9]", 2)[0]) >= MIN_CITUS)
                    .orElse(false);
        }
    }

    /** The numbers of rows before and after the distribution differ. The transaction was rolled back. */
    public static final class CountsDiffer extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String before;
        private final String after;

        CountsDiffer(Map<String, Long> before, Map<String, Long> after) {
            super("rows before " + before + ", and after " + after, null, false, true);
            this.before = before.toString();
            this.after = after.toString();
        }

        public String before() {
            return before;
        }

        public String after() {
            return after;
        }
    }

    /** Reads the present state. Changes nothing. */
    public Plan plan() {
        return sql.inTransaction(tx -> {
            Optional<String> citus = tx.queryFirst(CITUS, row -> row.text(1));
            long nodes = citus.isEmpty() ? 0 : tx.queryOne(NODES, row -> row.number(1));
            long bytes = tx.queryOne(
                    "SELECT sum(stored_bytes(relid))::bigint FROM (SELECT 'visitors'::regclass AS relid UNION ALL"
                            + " SELECT 'sessions' UNION ALL SELECT inhrelid FROM pg_inherits"
                            + " WHERE inhparent = 'events'::regclass) AS stored",
                    row -> row.number(1));
            return new Plan(citus, nodes, Buckets.areDistributed(tx), count(tx), bytes);
        });
    }

    /**
     * Distributes the tables.
     *
     * @param step gets the name of each step before it begins
     * @return the number of rows of each table; empty if the tables are already distributed, or if a purge is running
     * @throws CountsDiffer if rows were lost or gained; then nothing was changed
     */
    public Optional<Map<String, Long>> apply(Buckets buckets, Consumer<String> step) {
        makeFunctions();
        // Retries after a deadlock: an erasure takes the locks of rollups and of writers in the opposite order.
        return Retry.inTransaction(sql, tx -> {
            if (!Purge.LOCK.tryTake(tx)) {
                return Optional.empty();
            }
            step.accept("waiting for writers");
            RollupLock.take(tx);
            tx.update(LOCK_OUT_WRITERS);
            if (Buckets.areDistributed(tx)) {
                return Optional.empty();
            }
            keepOnCoordinator(tx);
            Map<String, Long> before = spread(tx, buckets, step);
            for (String table : TABLES) {
                step.accept("distributing " + table);
                distribute(tx, table, buckets);
            }
            tx.update(DONE, (short) buckets.count());
            step.accept("counting the rows");
            Map<String, Long> after = count(tx);
            if (!after.equals(before)) {
                throw new CountsDiffer(before, after);
            }
            return Optional.of(after);
        });
    }

    /**
     * Creates the functions on the nodes. Those that a node already has stay as they are. Each is created in a
     * transaction of its own. In a common one, Citus may create a function over a connection that does not yet see the
     * functions that it calls.
     */
    private void makeFunctions() {
        for (String function : sql.inTransaction(tx -> tx.query(FUNCTIONS, row -> row.text(1)))) {
            sql.inTransaction(
                    tx -> tx.query("SELECT create_distributed_function(?::regprocedure)", row -> true, function));
        }
    }

    /**
     * Drops these functions and creates them again on the coordinator. Citus does not copy them now, since it sees the
     * table that they read.
     */
    static void keepOnCoordinator(Tx tx) {
        record Function(String name, String definition) {}
        for (Function function : tx.query(LOCAL_FUNCTIONS, row -> new Function(row.text(1), row.text(2)))) {
            tx.update("DROP FUNCTION " + function.name);
            tx.update(function.definition);
        }
    }

    /** Gives each row its bucket, and returns the number of rows. The caller must have locked out all writers. */
    static Map<String, Long> spread(Tx tx, Buckets buckets, Consumer<String> step) {
        for (String table : TABLES) {
            step.accept("setting the buckets of " + table);
            tx.update(
                    "UPDATE " + table
                            + " SET bucket = bucket_of(visitor_id, ?) WHERE bucket <> bucket_of(visitor_id, ?)",
                    buckets.count(),
                    buckets.count());
        }
        tx.update("UPDATE cluster SET buckets = ?", (short) buckets.count());
        return count(tx);
    }

    /**
     * Citus copies the rows of the local table to the nodes, but leaves the originals in the local table's files, where
     * they are invisible. These are removed, since they would outlive the erasure of a person.
     */
    private static void distribute(Tx tx, String table, Buckets buckets) {
        if (table.equals(TABLES.getFirst())) {
            var _ = tx.query(
                    "SELECT create_distributed_table(?::text::regclass, 'bucket', shard_count => ?)",
                    row -> true,
                    table,
                    shards(tx, buckets));
        } else {
            var _ = tx.query(
                    "SELECT create_distributed_table(?::text::regclass, 'bucket', colocate_with => ?)",
                    row -> true,
                    table,
                    TABLES.getFirst());
        }
        var _ = tx.query("SELECT truncate_local_data_after_distributing_table(?::text::regclass)", row -> true, table);
    }

    private static int shards(Tx tx, Buckets buckets) {
        long nodes = tx.queryOne(NODES, row -> row.number(1));
        long count = buckets.count();
        return Math.toIntExact(tx.queryOne(SHARDS, row -> row.number(1), count, count, count, nodes));
    }

    private static Map<String, Long> count(Tx tx) {
        Map<String, Long> rows = new LinkedHashMap<>();
        TABLES.forEach(table -> rows.put(table, tx.queryOne("SELECT count(*) FROM " + table, row -> row.number(1))));
        return rows;
    }
}
