package com.altcontext.ops;

import com.altcontext.property.PropertyStore;
import com.altcontext.property.PropertyStore.StoredProperty;
import java.util.List;
import picocli.CommandLine.Command;

/** Lists the properties. */
@Command(
        name = "list",
        description = "Lists the properties, the oldest first.",
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
        return (property.slug() + " ".repeat(width - property.slug().length()) + "  " + property.name() + "  "
                        + String.join(" ", property.domains()))
                .stripTrailing();
    }
}
