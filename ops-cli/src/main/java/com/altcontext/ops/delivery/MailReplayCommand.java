package com.altcontext.ops.delivery;

import com.altcontext.delivery.Outbox;
import com.altcontext.lead.Mails;
import com.altcontext.lead.Mails.Replay;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends mails again that were set aside. */
@Command(
        name = "replay",
        description = {
            "Has the service retry mails that were set aside, for another three days. First see why they failed: altops mail list.",
            "Removes mails that are no longer needed: requests for a confirmation that was given, that is about a form over 14 days "
                    + "old, or that a later mail repeats, and mails to recipients who stopped them."
        },
        footer = {"", "Example:", "  altops mail replay --dry-run", "  altops mail replay confirmation"})
final class MailReplayCommand implements Runnable {
    private final CommandContext context;

    @Parameters(
            arity = "0..1",
            paramLabel = "EVENT",
            description = "confirmation, lead.alert or report.weekly; default: all mails.")
    private @Nullable String event;

    @Option(names = "--dry-run", description = "Show how many mails would be sent or removed, and change nothing.")
    private boolean dryRun;

    MailReplayCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        String wanted = event;
        if (wanted != null && !Outbox.MAIL_EVENTS.contains(wanted)) {
            throw new Failure(
                    Exit.USAGE,
                    "EVENT is not an event that mails are about",
                    "name one of " + String.join(", ", Outbox.MAIL_EVENTS));
        }
        Replay done = context.sql().inTransaction(tx -> dryRun ? Mails.plan(tx, wanted) : Mails.replay(tx, wanted));
        List<String> lines = new ArrayList<>();
        lines.add(HumanFormat.count(done.replayed(), "mail") + (dryRun ? " would" : " will") + " be sent again");
        if (done.removed() > 0) {
            lines.add((dryRun ? "would remove " : "removed ") + HumanFormat.count(done.removed(), "mail")
                    + " that are no longer needed");
        }
        context.output()
                .print(
                        JsonObject.ok(true)
                                .with("dryRun", dryRun)
                                .with("replayed", done.replayed())
                                .with("removed", done.removed()),
                        lines);
    }
}
