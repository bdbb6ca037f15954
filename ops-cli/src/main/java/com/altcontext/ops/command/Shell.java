package com.altcontext.ops.command;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Where {@code altops} was called from: its environment variables, its streams, and which of them are a terminal.
 *
 * @param outHasReader whether all that was printed up to now could be read
 * @param inIsTerminal whether there is a person to answer a question
 */
public record Shell(
        Map<String, String> environment,
        InputStream in,
        PrintWriter out,
        BooleanSupplier outHasReader,
        PrintWriter err,
        boolean inIsTerminal,
        boolean outIsTerminal,
        boolean errIsTerminal,
        InstantSource clock) {

    /** The shell that started this process. */
    public static Shell ofThisProcess() {
        StandardOutput out = new StandardOutput();
        return new Shell(
                System.getenv(),
                System.in,
                new PrintWriter(out, true, StandardCharsets.UTF_8),
                out::hasReader,
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                isTerminal(0),
                isTerminal(1),
                isTerminal(2),
                InstantSource.system());
    }

    /** The value of a variable; empty where it is not set. */
    public String variable(String name) {
        return environment.getOrDefault(name, "");
    }

    /** Whether a text has a character that Java could not decode by the locale's encoding: without a locale, any that is not ASCII. */
    public static boolean isUnreadable(String text) {
        return text.indexOf('\uFFFD') >= 0;
    }

    /** The first program on the PATH that has one of these names. */
    public Optional<Path> findProgram(String... names) {
        return Arrays.stream(variable("PATH").split(File.pathSeparator, -1))
                .map(directory -> directory.isEmpty() ? "." : directory)
                .flatMap(directory -> List.of(names).stream().map(name -> Path.of(directory, name)))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .map(Path::toAbsolutePath)
                .findFirst();
    }

    /** Whether what is printed may hold colours (no-color.org). */
    boolean hasColour() {
        return outIsTerminal && variable("NO_COLOR").isEmpty() && canMoveTheCursor();
    }

    /** Whether a line of the error stream can be overwritten. */
    boolean canShowProgress() {
        return errIsTerminal && canMoveTheCursor();
    }

    private boolean canMoveTheCursor() {
        return !variable("TERM").equals("dumb");
    }

    /** Java can tell only whether all of the streams are a terminal. Linux can tell it of each stream. */
    @SuppressWarnings("SystemConsoleNull") // its documentation still allows null
    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd", String.valueOf(descriptor)))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException noSuchDirectory) {
            Console console = System.console();
            return console != null && console.isTerminal();
        }
    }
}
