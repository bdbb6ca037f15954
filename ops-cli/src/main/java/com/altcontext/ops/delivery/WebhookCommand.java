package com.altcontext.ops.delivery;

import com.altcontext.delivery.Webhook;
import com.altcontext.delivery.WebhookEvent;
import com.altcontext.ops.command.CommandGroup;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Other systems that are notified of events. */
@Command(
        name = "webhook",
        description = {
            "Adds, lists, tests and removes webhooks: addresses that are notified of new leads, changed consent and erasures.",
            "The service's LEAD_WEBHOOK_URL is one more, for captured leads only."
        },
        subcommands = {
            WebhookAddCommand.class,
            WebhookListCommand.class,
            WebhookTestCommand.class,
            WebhookReplayCommand.class,
            WebhookRemoveCommand.class
        },
        footer = {"", "Example:", "  altops webhook list"})
public final class WebhookCommand extends CommandGroup {
    /** The name of the webhook in the service's configuration. */
    static final String CONFIGURED = "LEAD_WEBHOOK_URL";

    /** How the outbox names a webhook: null for the one in the service's configuration. */
    static @Nullable String destination(String name) {
        return name.equals(CONFIGURED) ? null : name;
    }

    static List<String> events(Webhook webhook) {
        return webhook.events().stream().map(WebhookEvent::key).sorted().toList();
    }

    /** @param name is shown only if it can be one, since an address of a receiver may hold a secret */
    static Failure unknown(String name) {
        return new Failure(
                Exit.FAILED,
                "there is no webhook " + (Webhook.isName(name) ? name : "of that name"),
                "see them with: altops webhook list");
    }
}
