package com.altcontext.ops.command;

import com.altcontext.lead.Email;
import com.altcontext.value.Rejected;
import java.util.Optional;
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
        return Email.of("--email", address.equals("-") ? fromInput(context) : address);
    }

    /** Reads a pipe to its end, so that no further address is lost without a word. A person types one line. */
    private static String fromInput(CommandContext context) {
        if (context.shell().inIsTerminal()) {
            return context.readLine().orElse("");
        }
        String found = "";
        for (Optional<String> line = context.readLine(); line.isPresent(); line = context.readLine()) {
            if (!found.isBlank() && !line.get().isBlank()) {
                throw new Failure(
                        Exit.USAGE, "standard input must hold one address", "run the command once for each address");
            }
            found = found.isBlank() ? line.get() : found;
        }
        return found;
    }

    public static Failure unknown() {
        return new Failure(Exit.FAILED, "nothing is held about this address", "check its spelling");
    }
}
