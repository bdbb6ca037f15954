package com.altcontext.ops.command;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that does nothing itself and only groups other commands. */
public abstract class CommandGroup implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    /** The command line names a group but none of its commands. */
    public static final class MissingCommand extends ParameterException {
        private static final long serialVersionUID = 1L;

        private MissingCommand(CommandLine group) {
            super(group, "a command is missing");
        }
    }

    @Override
    public final void run() {
        throw new MissingCommand(Objects.requireNonNull(spec, "picocli sets it").commandLine());
    }
}
