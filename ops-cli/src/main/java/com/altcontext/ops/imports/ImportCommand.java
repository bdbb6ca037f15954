package com.altcontext.ops.imports;

import com.altcontext.ops.command.CommandGroup;
import com.altcontext.ops.imports.original.ImportOriginalCommand;
import picocli.CommandLine.Command;

/** Imports the data of other systems. */
@Command(
        name = "import",
        description = "Imports what an earlier system stored or counted.",
        subcommands = {ImportOriginalCommand.class, ImportCsvCommand.class},
        footer = {"", "Example:", "  altops import original --from postgres://… --dry-run"})
public final class ImportCommand extends CommandGroup {}
