package com.altcontext.ingest;

import com.altcontext.db.Buckets;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.DatabaseUrl.Host;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.value.LimitedLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a Citus cluster that hold the buckets. A writer that is connected to the node of its bucket leaves the
 * coordinator only the locks of the visitors. A node that this machine can't reach is not used: the coordinator, which
 * may reach it, passes the statements on. A single PostgreSQL has no nodes.
 *
 * <p>Where the buckets are is read again from time to time. If a shard was moved meanwhile, the earlier node passes the
 * statements on to the new one.
 */
public final class BucketNodes {
    private static final Logger LOG = System.getLogger(BucketNodes.class.getName());

    /** Differs between any two servers. */
    private static final String SERVER = "SELECT system_identifier::text FROM pg_control_system()";

    /** The buckets on each node that the coordinator reaches and that knows where all shards are. */
    private static final String PLACEMENTS = """
            SELECT number, n.nodename, n.nodeport, reached.result
            FROM generate_series(0, ?::int8 - 1) AS every(number)
            JOIN pg_dist_placement AS p ON p.shardid = get_shard_id_for_distribution_column('visitors', number::int2)
            JOIN pg_dist_node AS n ON n.groupid = p.groupid AND n.noderole = 'primary' AND n.metadatasynced
            JOIN run_command_on_workers(?) AS reached
                ON reached.nodename = n.nodename AND reached.nodeport = n.nodeport AND reached.success
            """;

    private final Sql coordinator;
    private final Function<Host, Sql> connect;
    private final Map<Host, Sql> connected = new HashMap<>();
    private final LimitedLog failures = new LimitedLog(LOG);
    private final AtomicReference<Map<Bucket, Sql>> nodes = new AtomicReference<>(Map.of());

    /** @param connect returns the same database on another host, for a service that waits only seconds for an answer */
    public BucketNodes(Sql coordinator, Function<Host, Sql> connect) {
        this.coordinator = coordinator;
        this.connect = connect;
    }

    /** Where a bucket is, and which server answers there if the coordinator asks. */
    private record PlacedBucket(Bucket bucket, Host host, String server) {}

    /** The node that holds the bucket; null if the coordinator must be used. */
    @Nullable
    Sql of(Bucket bucket) {
        return nodes.get().get(bucket);
    }

    /**
     * Reads where the buckets are, and connects to their nodes.
     *
     * @throws SqlFailure if the coordinator, or a node that it asked, did not answer; then the nodes stay as they were
     */
    public synchronized void refresh() {
        Map<Bucket, Sql> found = new HashMap<>();
        coordinator.inTransaction(BucketNodes::placements).stream()
                .collect(Collectors.groupingBy(PlacedBucket::host))
                .forEach((host, placements) -> {
                    Sql node = connected.computeIfAbsent(host, connect);
                    String trouble = trouble(node, placements.getFirst().server());
                    if (trouble.isEmpty()) {
                        placements.forEach(placement -> found.put(placement.bucket(), node));
                    } else {
                        failures.log(
                                Level.WARNING,
                                "events for the node " + host
                                        + " go through the coordinator, which costs it ten times as"
                                        + " much, because this machine can't use that address: " + trouble);
                    }
                });
        use(found);
    }

    private static List<PlacedBucket> placements(Tx tx) {
        Buckets buckets = Buckets.read(tx);
        if (!Buckets.areDistributed(tx)) {
            return List.of();
        }
        return tx.query(
                PLACEMENTS,
                row -> new PlacedBucket(
                        new Bucket((short) row.number(1), buckets),
                        DatabaseUrl.Host.of(row.text(2), Math.toIntExact(row.number(3))),
                        row.text(4)),
                buckets.count(),
                SERVER);
    }

    /** Why a node can't be used; empty if it can. The address may be another server's from here, as localhost is. */
    private static String trouble(Sql node, String server) {
        try {
            return node.inTransaction(
                    tx -> tx.queryOne(SERVER, row -> row.text(1)).equals(server)
                            ? DatabaseState.isolationTrouble(tx)
                            : "another server answers");
        } catch (SqlFailure unreachable) {
            return String.valueOf(unreachable.getMessage());
        }
    }

    void use(Map<Bucket, Sql> found) {
        if (!nodes.getAndSet(Map.copyOf(found)).keySet().equals(found.keySet())) {
            LOG.log(Level.INFO, "events of " + found.size() + " buckets go to their nodes directly");
        }
    }

    /** Does not use a node until the next {@link #refresh}. */
    void avoid(Sql node, SqlFailure failed) {
        failures.log(
                Level.WARNING,
                "events could not be stored on their node directly, and go through the coordinator: "
                        + failed.getMessage());
        nodes.updateAndGet(all -> all.entrySet().stream()
                .filter(one -> one.getValue() != node)
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue)));
    }
}
