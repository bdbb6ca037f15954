package com.altcontext.ops.cluster;

import com.altcontext.cluster.Distribution;
import com.altcontext.db.Buckets;
import com.altcontext.db.Sql;
import com.altcontext.db.Statistics;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.ProgressLine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Turns the tables that grow into distributed ones. */
@Command(
        name = "distribute",
        description = {
            "Distributes visitors, sessions and events over the nodes of a Citus cluster, whose coordinator DATABASE_URL names.",
            "Until it is done, the service answers events and forms with 503, and browsers send them again. It is one transaction: a run"
                    + " that is killed has changed nothing. It needs about twice the space of the tables for a while."
        },
        footer = {"", "Example:", "  altops cluster distribute --buckets 4 --dry-run"})
final class ClusterDistributeCommand implements Runnable {
    private static final Duration MAX_STATEMENT = Duration.ofHours(24);
    private static final int MAX_BUCKETS = 1024;

    private final CommandContext context;

    @Option(
            names = "--buckets",
            required = true,
            paramLabel = "N",
            description =
                    "Into how many parts the data is split, from 2 to 1024: one for each node that you may ever have. With more parts,"
                            + " batches get smaller, and each event costs more.")
    private int buckets;

    @Option(names = "--dry-run", description = "Check the requirements, show what would be done, and change nothing.")
    private boolean dryRun;

    ClusterDistributeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        if (buckets < 2 || buckets > MAX_BUCKETS) {
            throw new Failure(Exit.USAGE, "--buckets is out of range", "give 2 to " + MAX_BUCKETS);
        }
        Sql sql = context.sql().withTimeout(MAX_STATEMENT);
        Distribution distribution = new Distribution(sql);
        Distribution.Plan plan;
        Map<String, Long> rows;
        try (ProgressLine progress = context.output().progress("looking at the cluster")) {
            plan = distribution.plan();
            check(plan);
            rows = dryRun
                    ? plan.rows()
                    : distribution
                            .apply(new Buckets(buckets), progress::step)
                            .orElseThrow(() -> new Failure(
                                    Exit.FAILED,
                                    "a purge or another distribution is under way",
                                    "nothing was done; try again when it has ended"));
            if (!dryRun) {
                progress.step("gathering statistics");
                Statistics.gather(sql, Distribution.TABLES);
            }
        } catch (Distribution.CountsDiffer differ) {
            throw new Failure(
                    Exit.FAILED,
                    "the numbers of rows changed from " + differ.before() + " to " + differ.after(),
                    "nothing was done; please report this line");
        }
        show(plan, rows);
    }

    private static void check(Distribution.Plan plan) {
        if (plan.isDistributed()) {
            throw new Failure(Exit.FAILED, "the tables are already distributed", "see: altops cluster status");
        }
        if (plan.citus().isEmpty()) {
            throw new Failure(
                    Exit.FAILED,
                    "the database does not have Citus",
                    "on the coordinator and on each node, run: CREATE EXTENSION citus");
        }
        if (!plan.isCitusNewEnough()) {
            throw new Failure(
                    Exit.FAILED,
                    "Citus " + plan.citus().get() + " is too old",
                    "install version " + Distribution.MIN_CITUS + " or newer");
        }
        if (plan.nodes() == 0) {
            throw new Failure(
                    Exit.FAILED,
                    "the cluster has no node that may hold rows",
                    "run SELECT citus_set_coordinator_host('…'), and SELECT citus_add_node('…', 5432) for each node");
        }
    }

    private void show(Distribution.Plan plan, Map<String, Long> rows) {
        JsonObject json = JsonObject.ok(true)
                .with("dryRun", dryRun)
                .with("citus", plan.citus().orElseThrow())
                .with("nodes", plan.nodes())
                .with("buckets", buckets)
                .with("bytes", plan.bytes());
        List<String> lines = new ArrayList<>();
        rows.forEach((table, count) -> {
            json.with(table, count);
            lines.add(
                    (dryRun ? "would distribute " : "distributed ") + HumanFormat.count(count, "row") + " of " + table);
        });
        lines.add(HumanFormat.size(plan.bytes()) + " in " + buckets + " buckets over "
                + HumanFormat.count(plan.nodes(), "node") + ", Citus "
                + plan.citus().get());
        context.output().print(json, lines);
    }
}
