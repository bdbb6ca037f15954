package com.altcontext.ops;

import com.altcontext.db.Sql;
import com.altcontext.property.PropertyStore;
import com.altcontext.property.PropertyStore.StoredProperty;
import org.jspecify.annotations.Nullable;
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
final class PropertyCommand extends CommandGroup {
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

    /** @throws Failure if a property was named that does not exist */
    static void require(Sql sql, @Nullable String slug) {
        if (slug != null
                && sql.inTransaction(PropertyStore::list).stream()
                        .noneMatch(known -> known.slug().equals(slug))) {
            throw new Failure(Exit.FAILED, "there is no property " + slug, "see them with: altops property list");
        }
    }

    static Failure unknown() {
        return new Failure(Exit.FAILED, "there is no property with that slug", "see them with: altops property list");
    }
}
