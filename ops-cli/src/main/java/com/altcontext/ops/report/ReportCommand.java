package com.altcontext.ops.report;

import com.altcontext.ops.command.CommandGroup;
import picocli.CommandLine.Command;

/** The weekly report. */
@Command(
        name = "report",
        description = "Sends the weekly report of each property to its recipients (altops property set --report).",
        subcommands = ReportSendCommand.class,
        footer = {"", "Example:", "  altops report send --dry-run"})
public final class ReportCommand extends CommandGroup {}
