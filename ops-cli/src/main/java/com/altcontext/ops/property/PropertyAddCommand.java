package com.altcontext.ops.property;

import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.property.PropertySettings;
import com.altcontext.property.PropertyStore;
import com.altcontext.property.PropertyStore.PropertyAddition;
import com.altcontext.property.PropertyStore.StoredProperty;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds a property. */
@Command(
        name = "add",
        description = "Adds a property; exit 1 when the slug or a domain is taken.",
        footer = {"", "Example:", "  altops property add docs --name Docs --domain docs.example.ca docs.example.org"})
final class PropertyAddCommand implements Runnable {
    private final CommandContext context;

    @Parameters(paramLabel = "SLUG", description = "The slug that requests and reports use: a-z, 0-9, - and _.")
    private String slug = "";

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "The name that people see.")
    private String name = "";

    @Mixin
    private final PropertyOptions options = new PropertyOptions();

    PropertyAddCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        PropertySettings wanted = options.settings(slug, name);
        PropertyAddition addition =
                PropertyOptions.ARGUMENTS.named(() -> context.sql().inTransaction(tx -> PropertyStore.add(tx, wanted)));
        StoredProperty added = switch (addition) {
            case PropertyAddition.Added done -> done.property();
            case PropertyAddition.SlugTaken _ ->
                throw new Failure(
                        Exit.FAILED, "there is a property " + slug + " already", "see it with: altops property list");
            case PropertyStore.Claim claim -> throw PropertyOptions.domainTaken(claim);
        };
        context.output()
                .print(JsonObject.ok(true).with("property", PropertyCommand.json(added)), List.of("added " + slug));
    }
}
