package com.altcontext.ops;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import picocli.CommandLine;

/** One run of {@code altops}: what it printed and how it ended. */
record Ran(int exit, String out, String err) {
    static Ran altops(Map<String, String> environment, String... args) {
        return in(environment, "", false, args);
    }

    static Ran altopsOn(String databaseUrl, String... args) {
        return altops(Map.of("DATABASE_URL", databaseUrl), args);
    }

    /** Where somebody sits before a terminal and types this. */
    static Ran onTerminal(Map<String, String> environment, String typed, String... args) {
        return in(environment, typed, true, args);
    }

    /** Where this comes through a pipe. */
    static Ran piped(Map<String, String> environment, String sent, String... args) {
        return in(environment, sent, false, args);
    }

    /** All the commands, to be looked at. */
    static CommandLine commandLine() {
        return Altops.commandLine(Altops.in(shell(Map.of(), "", false, new StringWriter(), new StringWriter())));
    }

    private static Ran in(Map<String, String> environment, String typed, boolean terminal, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Altops.run(shell(environment, typed, terminal, out, err), args);
        return new Ran(exit, out.toString(), err.toString());
    }

    private static Shell shell(
            Map<String, String> environment, String typed, boolean terminal, StringWriter out, StringWriter err) {
        return new Shell(
                environment,
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                new PrintWriter(out),
                new PrintWriter(err),
                terminal,
                terminal,
                terminal,
                InstantSource.system());
    }
}
