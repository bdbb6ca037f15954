package com.altcontext.ops.delivery;

import com.altcontext.delivery.Webhook;
import com.altcontext.delivery.Webhooks;
import com.altcontext.ops.command.ArgumentNames;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds a webhook and prints its secret. */
@Command(
        name = "add",
        description = {
            "Adds a webhook and prints the secret that signs its messages. It is shown only once. Needs IP_HASH_PEPPER.",
            "To change one, remove it and add it again; the secret changes too."
        },
        footer = {"", "Example:", "  altops webhook add crm https://example.ca/in --event lead.captured lead.erased"})
final class WebhookAddCommand implements Runnable {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "NAME", description = "The webhook's name: a-z, 0-9, - and _.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "URL", description = "The address that gets the messages: https://…")
    private String url = "";

    @Option(
            names = "--event",
            arity = "1..*",
            required = true,
            paramLabel = "EVENT",
            description = "The events to send: lead.captured, consent.changed, lead.erased.")
    private List<String> events = new ArrayList<>();

    WebhookAddCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        Webhook webhook = new ArgumentNames(Map.of("name", "NAME", "url", "URL", "events", "--event"))
                .named(() -> Webhook.of(name, url, events, context.now()));
        String secret = webhook.secret(context.environment().hash());
        boolean added = context.sql().inTransaction(tx -> {
            boolean free = Webhooks.add(tx, webhook);
            if (free) {
                context.output().showOnce(json(webhook, secret), List.of(secret));
            }
            return free;
        });
        if (!added) {
            throw new Failure(
                    Exit.FAILED,
                    "there is a webhook " + name + " already",
                    "choose another name, or remove that one: altops webhook remove");
        }
        context.output().note("this secret is shown once: give it to the receiver now");
    }

    private static JsonObject json(Webhook webhook, String secret) {
        return JsonObject.ok(true)
                .with("name", webhook.name())
                .with("events", WebhookCommand.events(webhook))
                .with("secret", secret);
    }
}
