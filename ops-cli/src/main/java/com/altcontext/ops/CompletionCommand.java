package com.altcontext.ops;

import org.jspecify.annotations.Nullable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints the script with which a shell completes the commands and options of {@code altops}. picocli generates it. */
@Command(
        name = "completion",
        description = "Prints a script that makes the shell complete altops' commands and options.",
        footer = {
            "",
            "Example:",
            "  source <(altops completion bash)",
            "  altops completion zsh > ~/.altops && echo 'source ~/.altops' >> ~/.zshrc"
        })
final class CompletionCommand extends GenerateCompletion {
    /** One script serves both: zsh reads it through its bashcompinit. */
    enum CompletionShell {
        bash,
        zsh
    }

    @Parameters(arity = "0..1", paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    @Nullable
    CompletionShell shell;
}
