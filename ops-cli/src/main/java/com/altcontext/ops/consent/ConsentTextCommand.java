package com.altcontext.ops.consent;

import com.altcontext.ops.command.CommandGroup;
import picocli.CommandLine.Command;

/** The texts next to the box that people tick. */
@Command(
        name = "text",
        description = "Adds and lists the texts that people agree to.",
        subcommands = {ConsentTextAddCommand.class, ConsentTextListCommand.class},
        footer = {"", "Example:", "  altops consent text list"})
final class ConsentTextCommand extends CommandGroup {}
