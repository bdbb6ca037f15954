package com.altcontext.ops.rollup;

import com.altcontext.metrics.summary.FiguresView;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;

/** Refreshes the materialized view of the figures. */
@Command(
        name = "view",
        description =
                "Makes or refreshes the materialized view that the service reads with METRICS_USE_MATERIALIZED_VIEW.",
        footer = {"", "Example:", "  altops rollup && altops rollup view"})
final class RollupViewCommand implements Runnable {
    private final CommandContext context;

    RollupViewCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        boolean made;
        try (var _ = context.output().progress("refreshing")) {
            made = new FiguresView(context.sql().withTimeout(RollupCommand.MAX_STATEMENT)).refresh();
        }
        context.output()
                .print(JsonObject.ok(true).with("made", made), List.of(made ? "made the view" : "refreshed the view"));
    }
}
