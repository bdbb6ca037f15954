package com.altcontext.ops;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what makes a shell complete the commands and options of {@code altops}. */
@Command(
        name = "completion",
        description = "Prints a script that makes the shell complete altops' commands and options.",
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        footer = {
            "",
            "Example:",
            "  source <(altops completion bash)",
            "  altops completion zsh > ~/.altops.zsh && echo 'source ~/.altops.zsh' >> ~/.zshrc"
        })
final class CompletionCommand implements Runnable {
    /** The same script serves both: zsh reads it through its bashcompinit. */
    enum Language {
        bash,
        zsh
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    @SuppressWarnings("UnusedVariable") // checked, and then one script serves both
    private Language language = Language.bash;

    @Override
    public void run() {
        CommandLine altops =
                Objects.requireNonNull(spec, "picocli sets it").root().commandLine();
        altops.getOut().print(AutoComplete.bash("altops", altops));
        altops.getOut().flush();
    }
}
