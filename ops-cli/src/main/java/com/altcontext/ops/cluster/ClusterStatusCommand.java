package com.altcontext.ops.cluster;

import com.altcontext.cluster.ClusterStatus;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Which node holds how much. */
@Command(
        name = "status",
        description = "Shows what each node of the cluster holds; exit 3 when one of them does not answer.",
        footer = {"", "Example:", "  altops cluster status --json"})
final class ClusterStatusCommand implements Callable<Integer> {
    private static final Duration MAX_STATEMENT = Duration.ofMinutes(10);

    private final CommandContext context;

    ClusterStatusCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ClusterStatus status = ClusterStatus.of(context.sql().withTimeout(MAX_STATEMENT));
        context.output().print(json(status), lines(status));
        return status.areAllReached() ? Exit.DONE : Exit.CHECK_FAILED;
    }

    private static JsonObject json(ClusterStatus status) {
        return JsonObject.ok(status.areAllReached())
                .with("buckets", status.buckets().count())
                .with("distributed", status.isDistributed())
                .with("skew", status.skew())
                .with("worthRebalancing", status.isWorthRebalancing())
                .with(
                        "nodes",
                        status.nodes(),
                        node -> new JsonObject()
                                .with("address", node.address())
                                .with("reached", node.isReached())
                                .with("shards", node.shards())
                                .with("buckets", node.buckets())
                                .with("bytes", node.bytes())
                                .with("visitors", node.visitors()));
    }

    private static List<String> lines(ClusterStatus status) {
        if (!status.isDistributed()) {
            return List.of(
                    "one PostgreSQL, " + HumanFormat.count(status.buckets().count(), "bucket"));
        }
        List<String> lines = new ArrayList<>();
        lines.add(HumanFormat.count(status.buckets().count(), "bucket") + " over "
                + HumanFormat.count(status.nodes().size(), "node"));
        for (ClusterStatus.Node node : status.nodes()) {
            lines.add(node.address() + ": " + line(status, node));
        }
        if (status.isWorthRebalancing()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "the fullest node holds %.1f times the mean: to balance them, run SELECT citus_rebalance_start()",
                    status.skew()));
        }
        return lines;
    }

    private static String line(ClusterStatus status, ClusterStatus.Node node) {
        if (!node.isReached()) {
            return "does not answer, or another node cannot reach it";
        }
        return status.areAllReached()
                ? HumanFormat.count(node.buckets(), "bucket") + ", " + HumanFormat.count(node.visitors(), "visitor")
                        + ", " + HumanFormat.size(node.bytes())
                : "answers";
    }
}
