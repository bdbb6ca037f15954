package com.altcontext.ops.command;

import com.altcontext.lead.Email;
import com.altcontext.value.Rejected;
import picocli.CommandLine.Option;

/** The address of the person whom a command is about. */
public final class EmailOption {
    private final CommandContext context;

    @Option(
            names = "--email",
            required = true,
            paramLabel = "ADDRESS",
            description =
                    "The e-mail address; - reads it from standard input, so that the process list does not show it.")
    private String address = "";

    public EmailOption(CommandContext context) {
        this.context = context;
    }

    /** @throws Rejected if it is not an address */
    public Email read() {
        return read(context, address);
    }

    /** Reads the address of a command for which it is optional. */
    public static Email read(CommandContext context, String address) {
        return Email.of("--email", address.equals("-") ? context.readLine() : address);
    }

    public static Failure unknown() {
        return new Failure(Exit.FAILED, "nothing is held about this address", "check its spelling");
    }
}
