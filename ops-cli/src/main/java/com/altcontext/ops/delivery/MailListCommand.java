package com.altcontext.ops.delivery;

import com.altcontext.lead.Mails;
import com.altcontext.lead.Mails.MailBacklog;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Command;

/** Lists the mails that are not delivered yet. */
@Command(
        name = "list",
        description = {
            "Lists by event and property how many mails wait, and how many were set aside: refused for good, or not delivered "
                    + "within three days.",
            "The events are confirmation, lead.alert and report.weekly. Addresses are not shown."
        },
        footer = {
            "",
            "Example:",
            "  altops mail list",
            "  altops mail list --json | jq '.mails[] | select(.setAside > 0)'"
        })
final class MailListCommand implements Runnable {
    private final CommandContext context;

    MailListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        List<MailBacklog> all = context.sql().inTransaction(Mails::backlog);
        context.output().printList("mails", all, MailListCommand::json, this::line, "no mails wait or were set aside");
    }

    private static JsonObject json(MailBacklog mails) {
        return new JsonObject()
                .with("event", mails.event())
                .with("propertyId", mails.propertyId())
                .with("waiting", mails.waiting())
                .with("setAside", mails.setAside())
                .with("oldest", mails.oldest())
                .with("lastError", mails.lastError());
    }

    private String line(MailBacklog mails) {
        String setAside = HumanFormat.count(mails.setAside()) + " set aside";
        return mails.event() + "  " + Objects.requireNonNullElse(mails.propertyId(), "–") + "  "
                + HumanFormat.count(mails.waiting()) + " waiting, "
                + (mails.setAside() == 0 ? setAside : context.output().bad(setAside))
                + (mails.lastError() == null ? "" : ", last error: " + mails.lastError());
    }
}
