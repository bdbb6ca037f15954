package com.altcontext.ops.goal;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.goal.GoalStore;
import com.altcontext.metrics.goal.GoalStore.Addition;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.ops.command.ArgumentNames;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.ProgressLine;
import com.altcontext.ops.rollup.RollupCommand;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds a goal and counts it. */
@Command(
        name = "add",
        description = {
            "Adds a goal: a page view of a path, or an event.",
            "Counts it at once on all days that still have raw events, after any running rollup has ended."
        },
        footer = {
            "",
            "Example:",
            "  altops goal add docs signup --path '/thanks*'",
            "  altops goal add docs pro --event plan_chosen --prop plan=pro"
        })
final class GoalAddCommand implements Runnable {
    /** The fields of a goal, by their names on the command line. */
    private static final ArgumentNames ARGUMENTS =
            new ArgumentNames(Map.of("name", "NAME", "path", "--path", "event", "--event", "prop", "--prop"));

    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "PROPERTY", description = "The property's slug.")
    private String property = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "The goal's name in reports and filters.")
    private String name = "";

    @Option(names = "--path", paramLabel = "PATTERN", description = "The page; * stands for any characters.")
    private @Nullable String path;

    @Option(names = "--event", paramLabel = "TYPE", description = "The type of the event, instead of a page.")
    private @Nullable String event;

    @Option(
            names = "--prop",
            paramLabel = "KEY=VALUE",
            description = "A key and value that the event must have in its props.")
    private @Nullable String prop;

    GoalAddCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        Goal goal = ARGUMENTS.named(() -> Goal.of(name, path, event, prop));
        Rollup rollup = new Rollup(context.sql().withTimeout(RollupCommand.MAX_STATEMENT), context.clock());
        Addition addition;
        try (ProgressLine _ = context.output().progress("counting the goal on each day")) {
            addition = rollup.addGoal(
                    property,
                    goal,
                    tx -> AuditLog.add(tx, Caller.ALTOPS, AuditLog.Entry.of("goal_added", property, 1), context.now()));
        }
        int days = switch (addition) {
            case Addition.Added added -> added.days();
            case Addition.NameTaken _ ->
                throw new Failure(
                        Exit.FAILED,
                        property + " has a goal of that name already",
                        "see it with: altops goal list " + property);
            case Addition.UnknownProperty _ -> throw CommandContext.unknownProperty(property);
            case Addition.TooMany _ ->
                throw new Failure(
                        Exit.FAILED,
                        property + " has " + GoalStore.MAX_GOALS + " goals already, which is the maximum",
                        "remove one with: altops goal remove");
        };
        if (goal.target() instanceof Goal.Page page && !page.pattern().matches("(?s)[/*].*")) {
            context.output()
                    .note("pages of a website begin with /, so this goal counts none: did you mean /" + page.pattern()
                            + "?");
        }
        context.output()
                .print(
                        JsonObject.ok(true)
                                .with("goal", GoalCommand.json(property, goal))
                                .with("days", days),
                        List.of("added " + goal.name() + ", counted on " + HumanFormat.count(days, "day")));
    }
}
