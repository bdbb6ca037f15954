package com.altcontext.ops;

import picocli.CommandLine.Command;

/** How long data is kept. */
@Command(
        name = "retention",
        description = "Removes what has been kept for long enough.",
        subcommands = PurgeCommand.class,
        footer = {"", "Example:", "  altops retention purge --dry-run"})
final class RetentionCommand extends CommandGroup {}
