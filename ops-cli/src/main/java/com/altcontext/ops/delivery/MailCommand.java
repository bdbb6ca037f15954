package com.altcontext.ops.delivery;

import com.altcontext.ops.command.CommandGroup;
import picocli.CommandLine.Command;

/** The mails in the outbox. */
@Command(
        name = "mail",
        description = "Lists mails that wait or were set aside, and has the service retry those that were set aside.",
        subcommands = {MailListCommand.class, MailReplayCommand.class},
        footer = {"", "Example:", "  altops mail list"})
public final class MailCommand extends CommandGroup {}
