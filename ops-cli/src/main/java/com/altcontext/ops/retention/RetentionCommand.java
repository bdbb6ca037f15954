package com.altcontext.ops.retention;

import com.altcontext.ops.command.CommandGroup;
import picocli.CommandLine.Command;

/** How long data is kept. */
@Command(
        name = "retention",
        description = "Removes data whose retention period is over.",
        subcommands = RetentionPurgeCommand.class,
        footer = {"", "Example:", "  altops retention purge --dry-run"})
public final class RetentionCommand extends CommandGroup {}
