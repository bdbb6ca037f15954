package com.altcontext.ops.delivery;

import com.altcontext.delivery.Webhooks;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Sends messages again that were set aside. */
@Command(
        name = "replay",
        description = "Has the service retry messages that were set aside after three days, for another three days.",
        footer = {"", "Example:", "  altops webhook replay crm", "  altops webhook replay LEAD_WEBHOOK_URL"})
final class WebhookReplayCommand implements Runnable {
    private final CommandContext context;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The webhook's name; default: all webhooks.")
    private @Nullable String name;

    WebhookReplayCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        String wanted = name;
        int replayed = context.sql().inTransaction(tx -> {
            String destination = wanted == null ? null : WebhookCommand.destination(wanted);
            if (destination != null && Webhooks.find(tx, destination).isEmpty()) {
                throw WebhookCommand.unknown(destination);
            }
            return Webhooks.replay(tx, wanted == null, destination);
        });
        context.output()
                .print(
                        JsonObject.ok(true).with("replayed", replayed),
                        List.of(HumanFormat.count(replayed, "message") + " will be sent again"));
    }
}
