package com.altcontext.ops;

import com.altcontext.property.PropertyStore;
import com.altcontext.property.PropertyStore.Addition;
import com.altcontext.property.PropertyStore.StoredProperty;
import com.altcontext.property.PropertyStore.Wanted;
import com.altcontext.value.Issue;
import com.altcontext.value.Rejected;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds a property. */
@Command(
        name = "add",
        description = "Adds a property; exit 1 when the slug or a domain is taken.",
        footer = {
            "",
            "Example:",
            "  altops property add docs --name Documentation --domain docs.example.ca www.docs.example.ca"
        })
final class PropertyAddCommand implements Runnable {
    /** The fields of a property, by what they are called on the command line. */
    private static final Map<String, String> ARGUMENTS =
            Map.of("slug", "SLUG", "name", "--name", "domains", "--domain");

    private final CommandContext context;

    @Parameters(paramLabel = "SLUG", description = "What requests and reports call it: a-z, 0-9, - and _.")
    private String slug = "";

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "What people call it.")
    private String name = "";

    @Option(
            names = "--domain",
            arity = "1..*",
            paramLabel = "HOST",
            description = "Its host names: requests from there are counted for it.")
    private List<String> domains = List.of();

    PropertyAddCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        Wanted wanted = wanted();
        StoredProperty added = switch (context.sql().inTransaction(tx -> PropertyStore.add(tx, wanted))) {
            case Addition.Added done -> done.property();
            case Addition.SlugTaken _ ->
                throw new Failure(
                        Exit.FAILED, "there is a property " + slug + " already", "see it with: altops property list");
            case Addition.DomainTaken(String domain, String owner) ->
                throw new Failure(
                        Exit.FAILED,
                        "the domain " + domain + " belongs to the property " + owner,
                        "leave it out, or remove that property first");
        };
        context.output()
                .print(JsonObject.ok(true).with("property", PropertyCommand.json(added)), List.of("added " + slug));
    }

    private Wanted wanted() {
        try {
            return new Wanted(slug, name, domains);
        } catch (Rejected rejected) {
            throw new Rejected(rejected.issues().stream()
                    .map(issue -> new Issue(ARGUMENTS.getOrDefault(issue.path(), issue.path()), issue.message()))
                    .toList());
        }
    }
}
