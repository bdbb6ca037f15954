package com.altcontext.ops.property;

import com.altcontext.db.Tx;
import com.altcontext.metrics.rollup.ImportedDays;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.demo.DemoCommand;
import com.altcontext.property.PropertyStore;
import com.altcontext.property.PropertyStore.PropertyRemoval;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Removes a property that is not in use. */
@Command(
        name = "remove",
        description =
                "Removes a property that has no visitors and no leads, with the days that were imported for it; exit 1 when "
                        + "it has visitors or leads, or does not exist.",
        footer = {"", "Example:", "  altops property remove docs"})
final class PropertyRemoveCommand implements Runnable {
    private final CommandContext context;

    @Parameters(paramLabel = "SLUG", description = "The property's slug.")
    private String slug = "";

    PropertyRemoveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        switch (context.sql().inTransaction(this::remove)) {
            case PropertyRemoval.Removed _ ->
                context.output().print(JsonObject.ok(true).with("removed", slug), List.of("removed " + slug));
            case PropertyRemoval.Unknown _ -> throw CommandContext.unknownProperty(slug);
            case PropertyRemoval.Needed _ ->
                throw new Failure(
                        Exit.FAILED,
                        "the property default cannot be removed",
                        "it gets the events that belong to no other property; give the others their domains");
            case PropertyRemoval.InUse(long visitors, long leads) ->
                throw new Failure(
                        Exit.FAILED,
                        slug + " holds " + HumanFormat.count(visitors, "visitor") + " and "
                                + HumanFormat.count(leads, "lead"),
                        slug.equals(DemoCommand.SLUG)
                                ? "remove it with: altops demo --remove"
                                : "remove its leads with altops lead delete; altops retention purge removes visitors without sessions");
        }
    }

    private PropertyRemoval remove(Tx tx) {
        PropertyRemoval removal = PropertyStore.remove(tx, slug);
        if (removal instanceof PropertyRemoval.Removed) {
            ImportedDays.remove(tx, slug);
        }
        return removal;
    }
}
