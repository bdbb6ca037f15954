package com.altcontext.ops.delivery;

import com.altcontext.delivery.Webhook;
import com.altcontext.delivery.WebhookEvent;
import com.altcontext.delivery.Webhooks;
import com.altcontext.delivery.Webhooks.WebhookBacklog;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Lists the webhooks. */
@Command(
        name = "list",
        description = {
            "Lists the webhooks: the events of each, how many messages wait, and how many were set aside after three days. "
                    + "Addresses are shortened, since they may contain a secret.",
            "LEAD_WEBHOOK_URL is shown while messages wait for it."
        },
        footer = {
            "",
            "Example:",
            "  altops webhook list",
            "  altops webhook list --json | jq '.webhooks[] | select(.setAside > 0)'"
        })
final class WebhookListCommand implements Runnable {
    private final CommandContext context;

    WebhookListCommand(CommandContext context) {
        this.context = context;
    }

    /** @param url null for the webhook in the service's configuration */
    private record ListedWebhook(String name, @Nullable String url, List<String> events, WebhookBacklog backlog) {}

    @Override
    public void run() {
        List<ListedWebhook> all = context.sql().inTransaction(tx -> join(Webhooks.list(tx), Webhooks.backlog(tx)));
        context.output()
                .printList(
                        "webhooks", all, WebhookListCommand::json, WebhookListCommand::line, "there are no webhooks");
    }

    private static List<ListedWebhook> join(List<Webhook> webhooks, List<WebhookBacklog> backlog) {
        List<ListedWebhook> all = new ArrayList<>();
        backlog.stream()
                .filter(messages -> messages.webhook() == null)
                .forEach(messages -> all.add(new ListedWebhook(
                        WebhookCommand.CONFIGURED, null, List.of(WebhookEvent.LEAD_CAPTURED.key()), messages)));
        for (Webhook webhook : webhooks) {
            WebhookBacklog messages = backlog.stream()
                    .filter(one -> Objects.equals(one.webhook(), webhook.name()))
                    .findFirst()
                    .orElse(new WebhookBacklog(webhook.name(), 0, 0, null, null));
            all.add(new ListedWebhook(webhook.name(), webhook.shownUrl(), WebhookCommand.events(webhook), messages));
        }
        return all;
    }

    private static JsonObject json(ListedWebhook webhook) {
        return new JsonObject()
                .with("name", webhook.name)
                .with("url", webhook.url)
                .with("events", webhook.events)
                .with("waiting", webhook.backlog.waiting())
                .with("setAside", webhook.backlog.setAside())
                .with("oldest", webhook.backlog.oldest())
                .with("lastError", webhook.backlog.lastError());
    }

    private static String line(ListedWebhook webhook) {
        WebhookBacklog backlog = webhook.backlog;
        return "%s  %s  %s  %s waiting, %s set aside%s"
                .formatted(
                        webhook.name,
                        webhook.url == null ? "in the service's configuration" : webhook.url,
                        String.join(",", webhook.events),
                        HumanFormat.count(backlog.waiting()),
                        HumanFormat.count(backlog.setAside()),
                        backlog.lastError() == null ? "" : ", last error: " + backlog.lastError());
    }
}
