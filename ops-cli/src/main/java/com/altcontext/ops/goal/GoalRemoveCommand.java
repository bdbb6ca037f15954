package com.altcontext.ops.goal;

import com.altcontext.metrics.goal.GoalStore;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.rollup.RollupCommand;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Removes a goal. */
@Command(
        name = "remove",
        description = "Removes a goal with its counts; exit 1 when there is no goal of that name.",
        footer = {"", "Example:", "  altops goal remove docs signup"})
final class GoalRemoveCommand implements Runnable {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "PROPERTY", description = "The property's slug.")
    private String property = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "The goal's name.")
    private String name = "";

    GoalRemoveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        if (!context.sql()
                .withTimeout(RollupCommand.MAX_STATEMENT)
                .inTransaction(tx -> GoalStore.remove(tx, property, name.strip()))) {
            throw new Failure(
                    Exit.FAILED, "there is no goal of that name on the property", "see them with: altops goal list");
        }
        context.output()
                .print(
                        JsonObject.ok(true).with("property", property).with("removed", name.strip()),
                        List.of("removed " + name.strip()));
    }
}
