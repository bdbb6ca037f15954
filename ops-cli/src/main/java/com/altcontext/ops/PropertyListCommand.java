package com.altcontext.ops;

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
        int width = all.stream().mapToInt(one -> one.slug().length()).max().orElse(0);
        context.output()
                .print(
                        JsonObject.ok(true)
                                .with(
                                        "properties",
                                        all.stream().map(PropertyCommand::json).toList()),
                        all.stream().map(one -> line(one, width)).toList());
    }

    private static String line(StoredProperty property, int width) {
        List<String> parts = new ArrayList<>();
        parts.add(property.slug() + " ".repeat(width - property.slug().length()));
        parts.add(property.name());
        parts.add(String.join(" ", property.domains()));
        parts.add(property.timeZone());
        parts.add(excluded(property));
        parts.add(property.ownHostsOnly() ? "own hosts only" : "");
        parts.removeIf(String::isEmpty);
        return String.join("  ", parts);
    }

    private static String excluded(StoredProperty property) {
        List<String> all = Stream.concat(property.excludedNetworks().stream(), property.excludedPaths().stream())
                .toList();
        return all.isEmpty() ? "" : "without " + String.join(" ", all);
    }
}
