package com.altcontext.ops;

import com.altcontext.lead.Email;
import com.altcontext.value.Rejected;
import picocli.CommandLine.Option;

/** The address of the person whom a command is about. */
final class EmailOption {
    private final CommandContext context;

    @Option(
            names = "--email",
            required = true,
            paramLabel = "ADDRESS",
            description =
                    "The e-mail address; - reads it from standard input, so that the process list does not show it.")
    private String address = "";

    EmailOption(CommandContext context) {
        this.context = context;
    }

    /** @throws Rejected if it is no address */
    Email read() {
        return read(context, address);
    }

    /** The same for a command that need not be given an address. */
    static Email read(CommandContext context, String address) {
        return Email.of("--email", address.equals("-") ? context.readLine() : address);
    }
}
