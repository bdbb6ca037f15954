package com.altcontext.ops;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code altops help lead delete}: the same as {@code altops lead delete --help}. */
@Command(
        name = "help",
        description = "Explains a command.",
        footer = {"", "Example:", "  altops help migrate status"})
final class HelpCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "The command, such as migrate status; default: altops itself.")
    private List<String> words = List.of();

    @Override
    public void run() {
        CommandLine explained =
                Objects.requireNonNull(spec, "picocli sets it").root().commandLine();
        for (String word : words) {
            CommandLine next = explained.getSubcommands().get(word);
            if (next == null) {
                throw new UnmatchedArgumentException(explained, List.of(word));
            }
            explained = next;
        }
        explained.usage(explained.getOut());
    }
}
