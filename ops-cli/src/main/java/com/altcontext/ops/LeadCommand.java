package com.altcontext.ops;

import com.altcontext.lead.Email;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.lead.UnsubscribeLinks;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.retention.Erased;
import com.altcontext.retention.Erasure;
import com.altcontext.retention.Export;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What people who left an address may ask for: to be forgotten, to be shown what is held, to hear no more. */
@Command(
        name = "lead",
        description = "Does what somebody who left an e-mail address asks for.",
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  altops lead export --email - --out jo.json"})
final class LeadCommand implements Runnable {
    private static final String ADDRESS =
            "The e-mail address; - reads it from standard input, so that no list of processes shows it.";

    /** Looking through all that anybody has sent. */
    private static final Duration MAX_STATEMENT = Duration.ofHours(1);

    private static final String LEADS = """
            SELECT id, property_id FROM leads
            WHERE email = ? AND property_id = coalesce(?::text, property_id) ORDER BY property_id
            """;

    @ParentCommand
    private @Nullable Altops altops;

    @Spec
    private @Nullable CommandSpec spec;

    private @Nullable BufferedReader typed;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec, "picocli sets it").commandLine(), Altops.COMMAND_MISSING);
    }

    @Command(
            name = "delete",
            description = {
                "Forgets a person on every property: leads, submissions, consent, the visitors who left the address, and the "
                        + "address wherever it was sent. Asks first; exit 1 when nothing is held. Needs IP_HASH_PEPPER."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops lead delete --email jo@example.ca --yes"})
    int delete(
            @Option(names = "--email", required = true, paramLabel = "ADDRESS", description = ADDRESS) String address,
            @Option(names = "--yes", description = "Do not ask.") boolean yes) {
        Email email = email(address);
        Erasure erasure = new Erasure(altops().sql().withTimeout(MAX_STATEMENT), new Settings(altops().shell()).hash());
        if (!yes) {
            confirm();
        }
        Erased erased;
        try (var _ = altops().screen().progress("forgetting")) {
            erased = erasure.forget(email, "altops", now()).orElseThrow(LeadCommand::nobody);
        }
        altops().screen()
                .print(
                        Answer.ok(true)
                                .with("deleted", true)
                                .with("leads", erased.leads())
                                .with("submissions", erased.submissions())
                                .with("consents", erased.consents())
                                .with("links", erased.links())
                                .with("messages", erased.messages())
                                .with("visitors", erased.visitors())
                                .with("sessions", erased.sessions())
                                .with("events", erased.events())
                                .with("changed", erased.changed())
                                .asMap(),
                        List.of(
                                "forgot " + Figures.count(erased.leads(), "lead") + ", "
                                        + Figures.count(erased.submissions(), "submission") + ", "
                                        + Figures.count(erased.consents(), "row") + " of consent, "
                                        + Figures.count(erased.links(), "link") + ", "
                                        + Figures.count(erased.messages(), "message"),
                                "forgot " + Figures.count(erased.visitors(), "visitor") + ", "
                                        + Figures.count(erased.sessions(), "session") + ", "
                                        + Figures.count(erased.events(), "event"),
                                "took the address out of " + Figures.count(erased.changed(), "row") + " of others"));
        return Exit.DONE;
    }

    @Command(
            name = "export",
            description = {
                "Writes all that is held about an address as one JSON document, and a line into the audit log; exit 1 when "
                        + "nothing is held. Needs IP_HASH_PEPPER; with PUBLIC_URL it holds the unsubscribe links too."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops lead export --email jo@example.ca --out jo.json"})
    int export(
            @Option(names = "--email", required = true, paramLabel = "ADDRESS", description = ADDRESS) String address,
            @Option(
                            names = "--out",
                            paramLabel = "FILE",
                            description = "A new file that its owner alone can read; default: standard output.")
                    @Nullable
                    Path file) {
        Email email = email(address);
        Settings settings = new Settings(altops().shell());
        @Nullable UnsubscribeLinks links = settings.hasPublicUrl() ? settings.links() : null;
        Export export = new Export(
                altops().sql().withTimeout(MAX_STATEMENT),
                (lead, property) -> links == null
                        ? null
                        : links.of(new UnsubscribeToken.Scope(lead, property)).toString(),
                settings.hash());
        Export.ExportRequest request = new Export.ExportRequest(email, "altops", null, now());
        if (file == null) {
            if (!export.write(request, altops().shell().out())) {
                throw nobody();
            }
            altops().shell().out().flush();
            return Exit.DONE;
        }
        try (PrivateFile out = new PrivateFile(file);
                var _ = altops().screen().progress("exporting")) {
            if (!export.write(request, out)) {
                throw nobody();
            }
            out.keep();
        } catch (IOException | UncheckedIOException e) {
            throw new Failure(Exit.FAILED, "the file could not be written", "name a new file in a directory of yours");
        }
        altops().screen().print(Answer.ok(true).with("file", file).asMap(), List.of("written to " + file));
        return Exit.DONE;
    }

    @Command(
            name = "unsubscribe",
            description = "Withdraws the consent of an address; exit 1 when it is nobody's.",
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops lead unsubscribe --email jo@example.ca --reason 'asked by phone'"})
    int unsubscribe(
            @Option(names = "--email", required = true, paramLabel = "ADDRESS", description = ADDRESS) String address,
            @Option(names = "--property", paramLabel = "SLUG", description = "On this one alone; default: on all.")
                    @Nullable
                    String property,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Kept in the record of consent.") @Nullable
                    String reason) {
        Email email = email(address);
        String kept = reason == null ? null : com.altcontext.value.Text.trimmed("--reason", reason, 1, 512);
        Unsubscribe.Result result = new Unsubscribe(altops().sql())
                .byAddress(
                        email,
                        property,
                        new Unsubscribe.UnsubscribeRequest(Unsubscribe.UnsubscribeSource.OPERATOR, kept, null, now()));
        if (result.known() == 0) {
            throw nobody();
        }
        altops().screen()
                .print(
                        Answer.ok(true)
                                .with("leads", result.known())
                                .with("withdrawn", result.withdrawn())
                                .asMap(),
                        List.of("withdrew the consent of " + result.withdrawn() + " of "
                                + Figures.count(result.known(), "lead")
                                + (result.withdrawn() < result.known() ? "; the others had withdrawn before" : "")));
        return Exit.DONE;
    }

    @Command(
            name = "unsubscribe-link",
            description = {
                "Prints the unsubscribe link of an address for each property, with the two header fields for whoever sends "
                        + "the mail (RFC 8058). Needs PUBLIC_URL, and UNSUBSCRIBE_SECRET or IP_HASH_PEPPER, as the "
                        + "service has them."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops lead unsubscribe-link --email jo@example.ca --property docs"})
    int unsubscribeLink(
            @Option(names = "--email", required = true, paramLabel = "ADDRESS", description = ADDRESS) String address,
            @Option(names = "--property", paramLabel = "SLUG", description = "For this one alone; default: for all.")
                    @Nullable
                    String property) {
        Email email = email(address);
        UnsubscribeLinks links = new Settings(altops().shell()).links();
        List<UnsubscribeToken.Scope> leads = altops().sql()
                .inTransaction(tx -> tx.query(
                        LEADS, row -> new UnsubscribeToken.Scope(row.id(1), row.text(2)), email.value(), property));
        if (leads.isEmpty()) {
            throw nobody();
        }
        List<String> lines = new ArrayList<>();
        leads.forEach(lead -> lines.addAll(List.of(
                lead.propertyId() + ": " + links.of(lead),
                "  List-Unsubscribe: " + links.listUnsubscribe(lead),
                "  List-Unsubscribe-Post: " + UnsubscribeLinks.LIST_UNSUBSCRIBE_POST)));
        altops().screen()
                .print(
                        Answer.ok(true)
                                .with(
                                        "links",
                                        leads.stream()
                                                .map(lead -> Answer.of()
                                                        .with("property", lead.propertyId())
                                                        .with("url", links.of(lead))
                                                        .with("listUnsubscribe", links.listUnsubscribe(lead))
                                                        .with(
                                                                "listUnsubscribePost",
                                                                UnsubscribeLinks.LIST_UNSUBSCRIBE_POST)
                                                        .asMap())
                                                .toList())
                                .asMap(),
                        lines);
        return Exit.DONE;
    }

    private Email email(String address) {
        return Email.of("--email", address.equals("-") ? line() : address);
    }

    /** What cannot be undone is asked about, of somebody who can answer. */
    private void confirm() {
        Shell shell = altops().shell();
        if (!shell.inIsTerminal()) {
            throw new Failure(Exit.USAGE, "nobody is there to be asked", "give --yes");
        }
        shell.err().print("Forget this person on every property? It cannot be undone. Type yes: ");
        shell.err().flush();
        if (!line().strip().equals("yes")) {
            throw new Failure(Exit.FAILED, "not confirmed, so nothing was removed", "type yes, or give --yes");
        }
    }

    private String line() {
        try {
            if (typed == null) {
                typed = new BufferedReader(
                        new InputStreamReader(altops().shell().in(), StandardCharsets.UTF_8));
            }
            return Objects.requireNonNullElse(typed.readLine(), "");
        } catch (IOException gone) {
            return "";
        }
    }

    private static Failure nobody() {
        return new Failure(Exit.FAILED, "nothing is held about this address", "check how it is written");
    }

    private Instant now() {
        return altops().shell().clock().instant();
    }

    private Altops altops() {
        return Objects.requireNonNull(altops, "picocli sets it");
    }
}
