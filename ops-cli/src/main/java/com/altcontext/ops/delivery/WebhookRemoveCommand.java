package com.altcontext.ops.delivery;

import com.altcontext.delivery.Webhooks;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Removes a webhook. */
@Command(
        name = "remove",
        description = "Removes a webhook and its waiting messages; exit 1 when there is none of that name.",
        footer = {"", "Example:", "  altops webhook remove crm"})
final class WebhookRemoveCommand implements Runnable {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME", description = "The webhook's name.")
    private String name = "";

    WebhookRemoveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        boolean removed = context.sql().inTransaction(tx -> Webhooks.remove(tx, name, context.now()));
        if (!removed) {
            throw WebhookCommand.unknown(name);
        }
        context.output().print(JsonObject.ok(true).with("removed", name), List.of("removed " + name));
    }
}
