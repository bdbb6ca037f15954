package com.altcontext.cluster;

import com.altcontext.db.Buckets;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import java.sql.SQLException;
import java.util.List;

/**
 * How the distributed tables are spread over the nodes.
 *
 * @param nodes of the cluster; empty on a single PostgreSQL
 * @param isWorthRebalancing whether one node holds much more than the others, and Citus has shards to move
 */
public record ClusterStatus(Buckets buckets, boolean isDistributed, List<Node> nodes, boolean isWorthRebalancing) {
    /** If a node holds more than this many times the mean, rebalancing is worthwhile. */
    private static final double MAX_SKEW = 1.3;

    /**
     * Each node is asked whether it reaches each other one. The result is null if the asked node is away; that tells
     * nothing about the other.
     */
    private static final String HEALTH = """
            SELECT n.nodename || ':' || n.nodeport,
                   coalesce((SELECT bool_and(h.result) FROM citus_check_cluster_node_health() AS h
                             WHERE h.to_nodename = n.nodename AND h.to_nodeport = n.nodeport), false),
                   0, 0, 0, 0
            FROM pg_dist_node AS n WHERE n.isactive AND n.shouldhaveshards AND n.noderole = 'primary' ORDER BY 1
            """;

    private static final String VISITORS = "SELECT bucket, count(*) FROM visitors GROUP BY bucket";

    /**
     * The hash of a bucket decides its shard, so some shards hold two buckets and some none. A node that was just added
     * has no shards.
     */
    private static final String NODES = """
            SELECT n.nodename || ':' || n.nodeport, true,
                   count(DISTINCT s.shardid) FILTER (WHERE s.table_name = 'visitors'::regclass),
                   coalesce(sum(b.buckets) FILTER (WHERE s.table_name = 'visitors'::regclass), 0)::bigint,
                   coalesce(sum(s.shard_size), 0)::bigint,
                   coalesce(sum(b.visitors) FILTER (WHERE s.table_name = 'visitors'::regclass), 0)::bigint
            FROM pg_dist_node AS n
            LEFT JOIN citus_shards AS s
                ON s.nodename = n.nodename AND s.nodeport = n.nodeport AND s.citus_table_type = 'distributed'
            LEFT JOIN (
                SELECT get_shard_id_for_distribution_column('visitors', number::int2) AS shardid, count(*) AS buckets,
                       sum(visitors) AS visitors
                FROM generate_series(0, ?::int8 - 1) AS every(number)
                LEFT JOIN unnest(?::int8[], ?::int8[]) AS counted(bucket, visitors) ON bucket = number
                GROUP BY 1) AS b ON b.shardid = s.shardid
            WHERE n.isactive AND n.noderole = 'primary' AND (n.shouldhaveshards OR s.shardid IS NOT NULL)
            GROUP BY 1 ORDER BY 1
            """;

    private static final String HAS_MOVES = "SELECT EXISTS (SELECT FROM get_rebalance_table_shards_plan())";

    /**
     * A node that holds shards.
     *
     * @param address its host and port
     * @param shards how many shards of each table it holds
     * @param buckets how many buckets have their rows in those shards
     * @param bytes of all distributed tables on the node, with their indexes
     */
    public record Node(String address, boolean isReached, long shards, long buckets, long bytes, long visitors) {
        static Node read(Row row) throws SQLException {
            return new Node(row.text(1), row.flag(2), row.number(3), row.number(4), row.number(5), row.number(6));
        }
    }

    /** Reads the status. Counting the visitors takes as long as the slowest node needs to read their keys. */
    public static ClusterStatus of(Sql sql) {
        return sql.inTransaction(tx -> {
            Buckets buckets = Buckets.read(tx);
            boolean distributed = Buckets.areDistributed(tx);
            List<Node> nodes = distributed ? nodes(tx, buckets) : List.of();
            boolean isUneven = skew(nodes) > MAX_SKEW;
            return new ClusterStatus(
                    buckets, distributed, nodes, isUneven && tx.queryOne(HAS_MOVES, row -> row.flag(1)));
        });
    }

    /** The nodes; without counts if one of them does not answer. */
    private static List<Node> nodes(Tx tx, Buckets buckets) {
        List<Node> nodes = tx.query(HEALTH, Node::read);
        if (nodes.stream().anyMatch(node -> !node.isReached)) {
            return nodes;
        }
        List<long[]> counted = tx.query(VISITORS, row -> new long[] {row.number(1), row.number(2)});
        return tx.query(
                NODES,
                Node::read,
                (long) buckets.count(),
                counted.stream().mapToLong(of -> of[0]).toArray(),
                counted.stream().mapToLong(of -> of[1]).toArray());
    }

    public boolean areAllReached() {
        return nodes.stream().allMatch(Node::isReached);
    }

    /** The bytes of the fullest node, as a multiple of the mean; 1 if nothing is stored. */
    public double skew() {
        return skew(nodes);
    }

    private static double skew(List<Node> nodes) {
        long total = nodes.stream().mapToLong(Node::bytes).sum();
        long most = nodes.stream().mapToLong(Node::bytes).max().orElse(0);
        return total == 0 ? 1 : (double) most * nodes.size() / total;
    }
}
