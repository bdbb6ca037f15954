package com.altcontext.ops.lead;

import com.altcontext.lead.Email;
import com.altcontext.lead.LeadReview;
import com.altcontext.lead.LeadReview.WaitingLeads;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.EmailOption;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows which leads wait for review, and accepts them. */
@Command(
        name = "review",
        description = {
            "Counts the leads in review, by property, form and hour. They came from clients that left many addresses within an hour. "
                    + "Nothing may be sent to them until they are accepted.",
            "To refuse one, delete it: altops lead delete."
        },
        footer = {"", "Example:", "  altops lead review --property docs --accept"})
final class LeadReviewCommand implements Runnable {
    private final CommandContext context;

    @Option(names = "--property", paramLabel = "SLUG", description = "For this property only; default: for all.")
    private @Nullable String property;

    @Option(names = "--accept", description = "Accept the leads that wait, and record it in the audit log.")
    private boolean accept;

    @Option(
            names = "--email",
            paramLabel = "ADDRESS",
            description = "Accept only this lead; - reads the address from standard input.")
    private @Nullable String address;

    LeadReviewCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        if (!accept && address != null) {
            throw new Failure(Exit.USAGE, "--email needs --accept", "add --accept, or leave out --email");
        }
        context.requireProperty(property);
        if (accept) {
            accept();
        } else {
            list();
        }
    }

    private void accept() {
        Email email = address == null ? null : EmailOption.read(context, address);
        context.refuseWrongClock();
        long accepted = new LeadReview(context.sql()).accept(property, email, context.now());
        if (email != null && accepted == 0) {
            throw new Failure(Exit.FAILED, "no lead with this address waits for review", "see: altops lead review");
        }
        context.output()
                .print(
                        JsonObject.ok(true).with("accepted", accepted),
                        List.of("accepted " + HumanFormat.count(accepted, "lead")));
    }

    private void list() {
        List<WaitingLeads> waiting = context.sql().inTransaction(tx -> LeadReview.waiting(tx, property));
        context.output()
                .printList(
                        "waiting",
                        waiting,
                        LeadReviewCommand::json,
                        LeadReviewCommand::line,
                        "no leads wait for review");
    }

    private static JsonObject json(WaitingLeads leads) {
        return new JsonObject()
                .with("propertyId", leads.propertyId())
                .with("form", leads.form())
                .with("hour", leads.hour())
                .with("leads", leads.count());
    }

    private static String line(WaitingLeads leads) {
        return "%s  %s  form %s  %s"
                .formatted(
                        HumanFormat.time(leads.hour()),
                        leads.propertyId(),
                        leads.form() == null ? "unknown" : HumanFormat.quoted(leads.form()),
                        HumanFormat.count(leads.count(), "lead"));
    }
}
