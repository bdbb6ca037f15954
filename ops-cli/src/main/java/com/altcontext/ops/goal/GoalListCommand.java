package com.altcontext.ops.goal;

import com.altcontext.metrics.goal.GoalStore;
import com.altcontext.metrics.goal.GoalStore.StoredGoal;
import com.altcontext.ops.command.CommandContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists goals. */
@Command(
        name = "list",
        description = "Lists the goals of one property, or of all.",
        footer = {"", "Example:", "  altops goal list docs --json"})
final class GoalListCommand implements Runnable {
    private final CommandContext context;

    @Parameters(arity = "0..1", paramLabel = "PROPERTY", description = "This property only; default: all properties.")
    private @Nullable String property;

    GoalListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        context.requireProperty(property);
        List<StoredGoal> goals = context.sql().inTransaction(tx -> GoalStore.list(tx, property));
        context.output()
                .printList(
                        "goals",
                        goals,
                        one -> GoalCommand.json(one.property(), one.goal()).with("createdAt", one.createdAt()),
                        GoalCommand::line,
                        "there are no goals");
    }
}
