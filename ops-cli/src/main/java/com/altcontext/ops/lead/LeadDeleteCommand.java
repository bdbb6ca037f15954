package com.altcontext.ops.lead;

import com.altcontext.audit.Caller;
import com.altcontext.lead.Email;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.EmailOption;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.Shell;
import com.altcontext.privacy.Erased;
import com.altcontext.privacy.Erasure;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Erases a person. */
@Command(
        name = "delete",
        description = {
            "Erases a person on every property: leads, submissions, consent, the visitors who left the address, with their "
                    + "sessions and events, and the address wherever else it occurs. Asks first; exit 1 when nothing is held. "
                    + "Needs IP_HASH_PEPPER."
        },
        footer = {"", "Example:", "  altops lead delete --email jo@example.ca --yes"})
final class LeadDeleteCommand implements Runnable {
    private final CommandContext context;

    @Mixin
    private final EmailOption emailOption;

    @Option(names = "--yes", description = "Do not ask for confirmation.")
    private boolean yes;

    LeadDeleteCommand(CommandContext context) {
        this.context = context;
        this.emailOption = new EmailOption(context);
    }

    @Override
    public void run() {
        Email email = emailOption.read();
        Erasure erasure = new Erasure(
                context.sql().withTimeout(LeadCommand.MAX_STATEMENT),
                context.environment().hash());
        if (!yes) {
            confirm();
        }
        Erased erased;
        try (var _ = context.output().progress("erasing")) {
            erased = erasure.erase(email, Caller.ALTOPS, context.databaseNow()).orElseThrow(EmailOption::unknown);
        }
        context.output().print(json(erased), lines(erased));
    }

    /** It cannot be undone, so a person has to agree. */
    private void confirm() {
        Shell shell = context.shell();
        if (!shell.inIsTerminal()) {
            throw new Failure(Exit.USAGE, "there is no terminal to ask for confirmation", "give --yes");
        }
        shell.err().print("Erase this person on every property? It cannot be undone. Type yes: ");
        shell.err().flush();
        if (!context.readLine().orElse("").strip().equals("yes")) {
            throw new Failure(Exit.FAILED, "not confirmed, so nothing was removed", "type yes, or give --yes");
        }
    }

    private static JsonObject json(Erased erased) {
        return JsonObject.ok(true)
                .with("deleted", true)
                .with("leads", erased.leads())
                .with("submissions", erased.submissions())
                .with("consents", erased.consents())
                .with("links", erased.links())
                .with("messages", erased.messages())
                .with("visitors", erased.visitors())
                .with("sessions", erased.sessions())
                .with("events", erased.events())
                .with("changed", erased.changed());
    }

    private static List<String> lines(Erased erased) {
        return List.of(
                "erased " + HumanFormat.count(erased.leads(), "lead") + ", "
                        + HumanFormat.count(erased.submissions(), "submission") + ", "
                        + HumanFormat.count(erased.consents(), "row") + " of consent, "
                        + HumanFormat.count(erased.links(), "link") + ", "
                        + HumanFormat.count(erased.messages(), "message"),
                "erased " + HumanFormat.count(erased.visitors(), "visitor") + ", "
                        + HumanFormat.count(erased.sessions(), "session") + ", "
                        + HumanFormat.count(erased.events(), "event"),
                "removed the address from " + HumanFormat.count(erased.changed(), "row") + " of others");
    }
}
