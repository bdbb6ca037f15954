package com.altcontext.ops.command;

import java.util.List;
import java.util.function.Function;

/** Prints a command's answer, as lines or as JSON, in colour on a terminal, and shows its progress. */
public final class CommandOutput {
    /** Unicode noncharacters, which no text contains, mark colours until a line is printed. */
    private static final char GREEN = '\uFDD0';

    private static final char RED = '\uFDD1';
    private static final char PLAIN = '\uFDD2';

    private final Shell shell;
    private final OutputOptions options;

    CommandOutput(Shell shell, OutputOptions options) {
        this.shell = shell;
        this.options = options;
    }

    /** Prints an answer: as JSON with {@code --json}, else as lines unless there is {@code --quiet}. */
    public void print(JsonObject json, List<String> lines) {
        if (options.json()) {
            shell.out().println(JsonOutput.of(json));
        } else if (!options.quiet()) {
            lines.forEach(line -> shell.out().println(printed(line)));
        }
        shell.out().flush();
    }

    /** Prints a list: each element as JSON, in a list of this name, or as a line. */
    public <T> void printList(
            String name, List<T> elements, Function<T, JsonObject> json, Function<T, String> line, String ifEmpty) {
        print(
                JsonObject.ok(true).with(name, elements, json),
                elements.isEmpty()
                        ? List.of(ifEmpty)
                        : elements.stream().map(line).toList());
    }

    /** Prints output that {@code --quiet} must not hide: links, or a document. */
    public void show(JsonObject json, List<String> lines) {
        if (options.quiet() && !options.json()) {
            lines.forEach(line -> shell.out().println(printed(line)));
            shell.out().flush();
        } else {
            print(json, lines);
        }
    }

    /**
     * Prints a secret that is shown only once. Must be called in the transaction that stores it, so that nothing is stored if it
     * cannot be printed. Unlike other output, it must also have a reader.
     *
     * @throws Failure if it cannot be printed
     */
    public void showOnce(JsonObject json, List<String> lines) {
        show(json, lines);
        if (shell.out().checkError()) {
            throw lost();
        }
        if (!shell.outHasReader().getAsBoolean()) {
            throw new Failure(Exit.FAILED, "nobody reads the output", "run it again, and store what it prints");
        }
    }

    /** Standard output could not be written. */
    public static Failure lost() {
        return new Failure(
                Exit.FAILED, "the output could not be written", "check that the disk has space, then run it again");
    }

    /** Prints a line about the run itself to the error stream. */
    public void note(String what) {
        if (!options.quiet()) {
            shell.err().println("altops: " + printed(what));
            shell.err().flush();
        }
    }

    /** Shows a text in green, since all is well there. */
    public String good(String text) {
        return inColour(GREEN, text);
    }

    /** Shows a text in red, since it is about a problem. */
    public String bad(String text) {
        return inColour(RED, text);
    }

    /** Shows on a terminal what is being done, if it takes over a second. The caller closes it when the work is done. */
    public ProgressLine progress(String what) {
        return options.json() || options.quiet() || !shell.canShowProgress()
                ? ProgressLine.none()
                : ProgressLine.on(shell.err(), what);
    }

    private String inColour(char colour, String text) {
        return options.json() || !shell.hasColour() ? text : colour + text + PLAIN;
    }

    /** Many lines contain text from visitors, which must not reach the terminal as control characters. */
    private static String printed(String line) {
        return HumanFormat.visible(line)
                .replace(String.valueOf(GREEN), "\u001b[32m")
                .replace(String.valueOf(RED), "\u001b[31m")
                .replace(String.valueOf(PLAIN), "\u001b[0m");
    }
}
