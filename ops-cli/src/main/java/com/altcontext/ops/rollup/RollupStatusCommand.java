package com.altcontext.ops.rollup;

import com.altcontext.metrics.rollup.RollupDays;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** How fresh the daily figures are. */
@Command(
        name = "status",
        description = "Shows how fresh the rollups are; exit 3 when days are missing or they lag by more than 2 days.",
        footer = {"", "Example:", "  altops rollup status || altops rollup"})
final class RollupStatusCommand implements Callable<Integer> {
    private final CommandContext context;

    RollupStatusCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        RollupFreshness freshness = new RollupFreshness(
                new RollupDays(context.sql().withTimeout(RollupCommand.MAX_STATEMENT), context.clock()).status());
        context.output()
                .print(
                        JsonObject.ok(freshness.isFresh()).with("rollups", freshness.json()),
                        List.of(freshness.line(context.output())));
        return freshness.isFresh() ? Exit.DONE : Exit.CHECK_FAILED;
    }
}
