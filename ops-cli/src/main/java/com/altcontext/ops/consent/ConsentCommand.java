package com.altcontext.ops.consent;

import com.altcontext.ops.command.CommandGroup;
import picocli.CommandLine.Command;

/** The proof of consent: the texts that people agreed to, and who agreed. */
@Command(
        name = "consent",
        description = "Keeps the texts that people agree to, and prints the proof of a person's consent.",
        subcommands = {ConsentTextCommand.class, ConsentCertificateCommand.class},
        footer = {"", "Example:", "  altops consent text add 2026-11 --language en --file consent-en.txt"})
public final class ConsentCommand extends CommandGroup {}
