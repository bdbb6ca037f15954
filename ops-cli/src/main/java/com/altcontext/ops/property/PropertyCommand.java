package com.altcontext.ops.property;

import com.altcontext.ops.command.CommandGroup;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.property.PropertyStore.StoredProperty;
import picocli.CommandLine.Command;

/** The sites whose traffic is counted separately. */
@Command(
        name = "property",
        description = "Adds, changes, lists and removes properties: the sites whose traffic is counted separately.",
        subcommands = {
            PropertyAddCommand.class,
            PropertySetCommand.class,
            PropertyListCommand.class,
            PropertyRemoveCommand.class
        },
        footer = {"", "Example:", "  altops property list"})
public final class PropertyCommand extends CommandGroup {
    static JsonObject json(StoredProperty property) {
        return new JsonObject()
                .with("slug", property.slug())
                .with("name", property.name())
                .with("domains", property.domains())
                .with("timeZone", property.timeZone())
                .with("excludedNetworks", property.excludedNetworks())
                .with("excludedPaths", property.excludedPaths())
                .with("ownHostsOnly", property.ownHostsOnly())
                .with("confirm", property.confirm())
                .with("createdAt", property.createdAt());
    }
}
