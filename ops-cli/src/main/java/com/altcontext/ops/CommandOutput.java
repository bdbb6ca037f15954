package com.altcontext.ops;

import java.util.List;

/** Prints what one command answers, as lines or as JSON, in colour on a terminal, and how far it is. */
final class CommandOutput {
    private static final String GREEN = "\u001b[32m";
    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";

    private final Shell shell;
    private final OutputOptions options;

    CommandOutput(Shell shell, OutputOptions options) {
        this.shell = shell;
        this.options = options;
    }

    /** Prints an answer: as JSON with {@code --json}, else as lines unless there is {@code --quiet}. */
    void print(JsonObject json, List<String> lines) {
        if (options.json()) {
            shell.out().println(JsonOutput.of(json));
        } else if (!options.quiet()) {
            lines.forEach(shell.out()::println);
        }
        shell.out().flush();
    }

    /** Prints a line about the run itself to the error stream. */
    void note(String what) {
        if (!options.quiet()) {
            shell.err().println("altops: " + what);
            shell.err().flush();
        }
    }

    /** A text about something that is as it should be. */
    String good(String text) {
        return inColour(GREEN, text);
    }

    /** A text about something that is not. */
    String bad(String text) {
        return inColour(RED, text);
    }

    /** Shows on a terminal what is being done, once it takes over a second; to be closed when it is done. */
    ProgressLine progress(String what) {
        return options.json() || options.quiet() || !shell.canShowProgress()
                ? ProgressLine.none()
                : ProgressLine.on(shell.err(), what);
    }

    private String inColour(String colour, String text) {
        return options.json() || !shell.hasColour() ? text : colour + text + PLAIN;
    }
}
