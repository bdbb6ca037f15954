package com.altcontext.ops.property;

import com.altcontext.delivery.Recipients;
import com.altcontext.delivery.Recipients.MailKind;
import com.altcontext.delivery.Recipients.RecipientCount;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.property.PropertyStore;
import com.altcontext.property.PropertyStore.StoredProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Lists the properties. */
@Command(
        name = "list",
        description = "Lists the properties with their domains, time zones and what they exclude, the oldest first.",
        footer = {"", "Example:", "  altops property list --json"})
final class PropertyListCommand implements Runnable {
    private final CommandContext context;

    PropertyListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        List<StoredProperty> all = context.sql().inTransaction(PropertyStore::list);
        List<RecipientCount> recipients = context.sql().inTransaction(Recipients::counts);
        int width = all.stream().mapToInt(one -> one.slug().length()).max().orElse(0);
        context.output()
                .print(
                        JsonObject.ok(true)
                                .with(
                                        "properties",
                                        all,
                                        one -> PropertyCommand.json(one)
                                                .with("alertRecipients", count(one, MailKind.ALERT, recipients))
                                                .with("reportRecipients", count(one, MailKind.REPORT, recipients))),
                        all.stream().map(one -> line(one, width, recipients)).toList());
    }

    private static long count(StoredProperty property, MailKind kind, List<RecipientCount> recipients) {
        return recipients.stream()
                .filter(one -> one.propertyId().equals(property.slug()) && one.kind() == kind)
                .mapToLong(RecipientCount::active)
                .sum();
    }

    private static String recipients(StoredProperty property, MailKind kind, List<RecipientCount> recipients) {
        long count = count(property, kind, recipients);
        return count == 0 ? "" : HumanFormat.count(count, kind.key() + " recipient");
    }

    private static String line(StoredProperty property, int width, List<RecipientCount> recipients) {
        List<String> parts = new ArrayList<>();
        parts.add(property.slug() + " ".repeat(width - property.slug().length()));
        parts.add(property.name());
        parts.add(String.join(" ", property.domains()));
        parts.add(property.timeZone());
        parts.add(excluded(property));
        parts.add(property.ownHostsOnly() ? "own hosts only" : "");
        parts.add(property.confirm() ? "confirmation by mail" : "");
        parts.add(recipients(property, MailKind.ALERT, recipients));
        parts.add(recipients(property, MailKind.REPORT, recipients));
        parts.removeIf(String::isEmpty);
        return String.join("  ", parts);
    }

    private static String excluded(StoredProperty property) {
        List<String> all = Stream.concat(property.excludedNetworks().stream(), property.excludedPaths().stream())
                .toList();
        return all.isEmpty() ? "" : "excludes " + String.join(" ", all);
    }
}
