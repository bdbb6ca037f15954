package com.altcontext.ops;

import java.util.List;
import java.util.Map;

/** What one command shows: its answer as lines or as JSON, in colour where a person looks, and how far it is. */
final class Screen {
    private static final String GREEN = "\u001b[32m";
    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";

    private final Shell shell;
    private final boolean json;
    private final boolean quiet;

    Screen(Shell shell, boolean json, boolean quiet) {
        this.shell = shell;
        this.json = json;
        this.quiet = quiet;
    }

    /** Prints an answer: as JSON where that was asked for, else as lines unless quiet was. */
    void print(Map<String, ?> answer, List<String> lines) {
        if (json) {
            shell.out().println(Json.of(answer));
        } else if (!quiet) {
            lines.forEach(shell.out()::println);
        }
        shell.out().flush();
    }

    /** Says something about the run itself, beside its answer. */
    void note(String what) {
        if (!quiet) {
            shell.err().println("altops: " + what);
            shell.err().flush();
        }
    }

    /** A word that says that all is well. */
    String good(String word) {
        return inColour(GREEN, word);
    }

    /** A word that says that something is not. */
    String bad(String word) {
        return inColour(RED, word);
    }

    /** Shows that something goes on once it takes over a second; to be closed when it is done. */
    Progress progress(String what) {
        return json || quiet || !shell.canShowProgress() ? Progress.none() : Progress.on(shell.err(), what);
    }

    private String inColour(String colour, String word) {
        return json || !shell.hasColour() ? word : colour + word + PLAIN;
    }
}
