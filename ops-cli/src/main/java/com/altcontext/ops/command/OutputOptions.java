package com.altcontext.ops.command;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** How a command prints its answer. */
public final class OutputOptions {
    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print one line of JSON for machines.")
    private boolean json;

    @Option(names = "--quiet", scope = ScopeType.INHERIT, description = "Print failures only; rely on the exit code.")
    private boolean quiet;

    public boolean json() {
        return json;
    }

    boolean quiet() {
        return quiet;
    }
}
