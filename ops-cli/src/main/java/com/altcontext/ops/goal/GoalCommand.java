package com.altcontext.ops.goal;

import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.goal.GoalStore.StoredGoal;
import com.altcontext.ops.command.CommandGroup;
import com.altcontext.ops.command.JsonObject;
import picocli.CommandLine.Command;

/** The goals of properties. */
@Command(
        name = "goal",
        description = "Adds, lists and removes goals: pages and events that sessions are meant to reach.",
        subcommands = {GoalAddCommand.class, GoalListCommand.class, GoalRemoveCommand.class},
        footer = {"", "Example:", "  altops goal list docs"})
public final class GoalCommand extends CommandGroup {
    static JsonObject json(String property, Goal goal) {
        JsonObject json = new JsonObject().with("property", property).with("name", goal.name());
        return switch (goal.target()) {
            case Goal.Page page -> json.with("path", page.pattern());
            case Goal.CustomEvent event ->
                json.with("event", event.type()).with("prop", event.prop() == null ? null : text(event.prop()));
        };
    }

    static String line(StoredGoal stored) {
        String target = switch (stored.goal().target()) {
            case Goal.Page page -> "path " + page.pattern();
            case Goal.CustomEvent event ->
                "event " + event.type() + (event.prop() == null ? "" : " with " + text(event.prop()));
        };
        return stored.property() + "  " + stored.goal().name() + "  " + target;
    }

    private static String text(Goal.Prop prop) {
        return prop.key() + "=" + prop.value();
    }
}
