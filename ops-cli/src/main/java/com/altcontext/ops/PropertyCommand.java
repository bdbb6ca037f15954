package com.altcontext.ops;

import com.altcontext.db.Sql;
import com.altcontext.property.PropertyStore;
import com.altcontext.property.PropertyStore.Addition;
import com.altcontext.property.PropertyStore.Kept;
import com.altcontext.property.PropertyStore.Removal;
import com.altcontext.property.PropertyStore.Wanted;
import com.altcontext.value.Issue;
import com.altcontext.value.Rejected;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The sites whose traffic is counted apart. */
@Command(
        name = "property",
        description = "Adds, lists and removes properties: the sites whose traffic is counted apart.",
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  altops property list"})
final class PropertyCommand implements Runnable {
    private static final Map<String, String> OPTIONS = Map.of("slug", "SLUG", "name", "--name", "domains", "--domain");

    @ParentCommand
    private @Nullable Altops altops;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec, "picocli sets it").commandLine(), Altops.COMMAND_MISSING);
    }

    @Command(
            name = "add",
            description = "Adds a property; exit 1 when the slug or a domain is taken.",
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {
                "",
                "Example:",
                "  altops property add docs --name Documentation --domain docs.example.ca www.docs.example.ca"
            })
    int add(
            @Parameters(paramLabel = "SLUG", description = "What requests and reports call it: a-z, 0-9, - and _.")
                    String slug,
            @Option(names = "--name", required = true, paramLabel = "NAME", description = "What people call it.")
                    String name,
            @Option(
                            names = "--domain",
                            arity = "1..*",
                            paramLabel = "HOST",
                            description = "Its host names: requests from there are counted for it.")
                    @Nullable
                    List<String> domains) {
        Wanted wanted = wanted(slug, name, domains == null ? List.of() : domains);
        Kept added = switch (sql().inTransaction(tx -> PropertyStore.add(tx, wanted))) {
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
        altops().screen().print(answer("property", asMap(added)), List.of("added " + slug));
        return Exit.DONE;
    }

    @Command(
            name = "list",
            description = "Lists the properties, the oldest first.",
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops property list --json"})
    int list() {
        List<Kept> all = sql().inTransaction(PropertyStore::list);
        int widest = all.stream().mapToInt(one -> one.slug().length()).max().orElse(0);
        altops().screen()
                .print(
                        answer(
                                "properties",
                                all.stream().map(PropertyCommand::asMap).toList()),
                        all.stream()
                                .map(one -> (one.slug()
                                                + " ".repeat(widest - one.slug().length()) + "  " + one.name() + "  "
                                                + String.join(" ", one.domains()))
                                        .stripTrailing())
                                .toList());
        return Exit.DONE;
    }

    @Command(
            name = "remove",
            description =
                    "Removes a property that holds neither visitors nor leads; exit 1 when it does, or is unknown.",
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops property remove docs"})
    int remove(@Parameters(paramLabel = "SLUG", description = "The property.") String slug) {
        switch (sql().inTransaction(tx -> PropertyStore.remove(tx, slug))) {
            case Removal.Removed _ -> altops().screen().print(answer("removed", slug), List.of("removed " + slug));
            case Removal.Unknown _ ->
                throw new Failure(
                        Exit.FAILED, "there is no property of that slug", "see them with: altops property list");
            case Removal.Needed _ ->
                throw new Failure(
                        Exit.FAILED,
                        "default is never removed",
                        "it takes what no other property claims; give the others their domains");
            case Removal.InUse(long visitors, long leads) ->
                throw new Failure(
                        Exit.FAILED,
                        slug + " holds " + Figures.count(visitors, "visitor") + " and " + Figures.count(leads, "lead"),
                        "retention removes idle visitors (altops retention purge), altops lead delete the leads");
        }
        return Exit.DONE;
    }

    /** The fields of a property by the names that they have on the command line. */
    private static Wanted wanted(String slug, String name, List<String> domains) {
        try {
            return new Wanted(slug, name, domains);
        } catch (Rejected rejected) {
            throw new Rejected(rejected.issues().stream()
                    .map(issue -> new Issue(OPTIONS.getOrDefault(issue.path(), issue.path()), issue.message()))
                    .toList());
        }
    }

    private Sql sql() {
        return altops().sql();
    }

    private Altops altops() {
        return Objects.requireNonNull(altops, "picocli sets it");
    }

    private static Map<String, ?> asMap(Kept one) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("slug", one.slug());
        map.put("name", one.name());
        map.put("domains", one.domains());
        map.put("createdAt", one.createdAt());
        return map;
    }

    private static Map<String, ?> answer(String name, Object value) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", true);
        answer.put(name, value);
        return answer;
    }
}
