package com.altcontext.ops;

import picocli.CommandLine.Command;

/** The mails on their way. */
@Command(
        name = "mail",
        description = "Lists the mails that wait or were set aside, and has the service send the latter again.",
        subcommands = {MailListCommand.class, MailReplayCommand.class},
        footer = {"", "Example:", "  altops mail list"})
final class MailCommand extends CommandGroup {}
