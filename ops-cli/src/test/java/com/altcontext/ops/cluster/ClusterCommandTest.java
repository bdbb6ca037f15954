package com.altcontext.ops.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterCommandTest {
    private final MigratedDatabase database = MigratedDatabase.fresh();

    @Test
    @Tag("single-node")
    void a_single_postgresql_has_one_bucket() {
        CommandRun ran = database.altops("cluster", "status");

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(ran.out()).isEqualTo("one PostgreSQL, 1 bucket\n");
        assertThat(database.altops("cluster", "status", "--json").out())
                .isEqualTo(
                        "{\"ok\":true,\"buckets\":1,\"distributed\":false,\"skew\":1.0,\"worthRebalancing\":false,\"nodes\":[]}\n");
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "TEST_CITUS_BUCKETS", matches = "[1-9][0-9]*")
    void the_buckets_of_a_cluster_are_spread_evenly_over_its_nodes() {
        Matcher counted = Pattern.compile("\"buckets\":(\\d+)")
                .matcher(database.altops("cluster", "status", "--json").out());
        List<Integer> counts =
                counted.results().map(found -> Integer.parseInt(found.group(1))).toList();

        assertThat(counts).hasSizeGreaterThan(1);
        List<Integer> ofNodes = counts.subList(1, counts.size());
        assertThat(ofNodes.stream().mapToInt(count -> count).sum()).isEqualTo(counts.getFirst());
        assertThat(Collections.max(ofNodes)).isEqualTo(Math.ceilDiv(counts.getFirst(), ofNodes.size()));
    }

    @Test
    @Tag("single-node") // A table and functions replace those of Citus.
    void only_the_node_that_does_not_answer_is_named_and_not_the_others() {
        database.run(
                "UPDATE cluster SET is_distributed = true, buckets = 4",
                "CREATE TABLE pg_dist_node (nodename text, nodeport int, isactive bool, shouldhaveshards bool, noderole text)",
                "INSERT INTO pg_dist_node VALUES ('10.0.0.2', 5432, true, true, 'primary'), ('10.0.0.3', 5432, true, true, 'primary')",
                """
                CREATE FUNCTION citus_check_cluster_node_health() RETURNS TABLE (from_nodename text, from_nodeport int,
                    to_nodename text, to_nodeport int, result bool) LANGUAGE sql AS $$
                VALUES ('10.0.0.2', 5432, '10.0.0.2', 5432, true), ('10.0.0.2', 5432, '10.0.0.3', 5432, false),
                       ('10.0.0.3', 5432, '10.0.0.2', 5432, NULL), ('10.0.0.3', 5432, '10.0.0.3', 5432, NULL)
                $$""");

        CommandRun ran = database.altops("cluster", "status");

        assertThat(ran.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran.out()).isEqualTo("""
                4 buckets over 2 nodes
                10.0.0.2:5432: answers
                10.0.0.3:5432: does not answer, or another node cannot reach it
                """);
    }

    @Test
    @Tag("single-node") // A table and functions replace those of Citus.
    void a_node_without_shards_counts_and_a_rebalance_is_advised_if_citus_plans_moves() {
        database.run(
                "UPDATE cluster SET is_distributed = true, buckets = 4",
                "CREATE TABLE pg_dist_node (nodename text, nodeport int, isactive bool, shouldhaveshards bool, noderole text)",
                "INSERT INTO pg_dist_node SELECT '10.0.0.' || n, 5432, true, true, 'primary' FROM generate_series(2, 4) AS n",
                """
                CREATE FUNCTION citus_check_cluster_node_health() RETURNS TABLE (from_nodename text, from_nodeport int,
                    to_nodename text, to_nodeport int, result bool) LANGUAGE sql AS $$
                SELECT a.nodename, a.nodeport, b.nodename, b.nodeport, true FROM pg_dist_node AS a, pg_dist_node AS b $$""",
                "CREATE TABLE citus_shards AS SELECT 'visitors'::regclass AS table_name, 1::bigint + n AS shardid,"
                        + " '10.0.0.' || 2 + n % 2 AS nodename, 5432 AS nodeport, 1000::bigint AS shard_size,"
                        + " 'distributed' AS citus_table_type FROM generate_series(0, 3) AS n",
                "CREATE FUNCTION get_shard_id_for_distribution_column(regclass, int2) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint + $2'",
                "CREATE TABLE moves AS SELECT 1 AS shardid",
                "CREATE FUNCTION get_rebalance_table_shards_plan() RETURNS SETOF moves LANGUAGE sql AS 'SELECT * FROM moves'");
        String nodes = """
                4 buckets over 3 nodes
                10.0.0.2:5432: 2 buckets, 0 visitors, 2.0 kB
                10.0.0.3:5432: 2 buckets, 0 visitors, 2.0 kB
                10.0.0.4:5432: 0 buckets, 0 visitors, 0 bytes
                """;

        assertThat(database.altops("cluster", "status"))
                .isEqualTo(new CommandRun(
                        Exit.DONE,
                        nodes
                                + "the fullest node holds 1.5 times the mean: to balance them, run SELECT citus_rebalance_start()\n",
                        ""));
        database.run("DELETE FROM moves");
        assertThat(database.altops("cluster", "status").out()).isEqualTo(nodes);
        assertThat(database.altops("cluster", "status", "--json").out())
                .contains("\"skew\":1.5,\"worthRebalancing\":false");
    }

    @Test
    void an_unreachable_node_is_not_reported_as_a_refusal_by_the_database() {
        // The error of a coordinator that cannot reach a node.
        database.run(
                "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " RAISE EXCEPTION USING ERRCODE = 'connection_failure'; END $$",
                "CREATE TRIGGER away BEFORE INSERT ON goals FOR EACH ROW EXECUTE FUNCTION away()");

        CommandRun ran = database.altops("goal", "add", "default", "thanks", "--path", "/thanks");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("a node of the cluster does not answer", "altops cluster status");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "1025"})
    void an_invalid_number_of_buckets_is_wrong_usage(String buckets) {
        CommandRun ran = database.altops("cluster", "distribute", "--buckets", buckets);

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).contains("--buckets is out of range");
    }

    @Test
    @Tag("single-node")
    void without_citus_nothing_is_distributed() {
        database.event("default", 1);

        CommandRun ran = database.altops("cluster", "distribute", "--buckets", "8");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("does not have Citus").contains("CREATE EXTENSION citus");
        assertThat(database.number("SELECT buckets FROM cluster")).isOne();
    }

    @Test
    void a_backup_of_a_cluster_is_refused_with_what_to_do_instead() {
        database.run("UPDATE cluster SET is_distributed = true");

        CommandRun ran = database.altops("backup", "--to", "target/never-written.dump");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("altops backup does not work on a Citus cluster", "pg_basebackup");
    }
}
