package com.altcontext.ops;

import com.altcontext.property.PropertyStore.StoredProperty;
import picocli.CommandLine.Command;

/** The sites whose traffic is counted apart. */
@Command(
        name = "property",
        description = "Adds, lists and removes properties: the sites whose traffic is counted apart.",
        subcommands = {PropertyAddCommand.class, PropertyListCommand.class, PropertyRemoveCommand.class},
        footer = {"", "Example:", "  altops property list"})
final class PropertyCommand extends CommandGroup {
    static JsonObject json(StoredProperty property) {
        return new JsonObject()
                .with("slug", property.slug())
                .with("name", property.name())
                .with("domains", property.domains())
                .with("createdAt", property.createdAt());
    }
}
