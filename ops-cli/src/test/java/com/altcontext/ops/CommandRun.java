package com.altcontext.ops;

import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Shell;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import picocli.CommandLine;

/** One run of {@code altops}: what it printed and how it ended. */
public record CommandRun(int exit, String out, String err) {
    /** Noon UTC of the day on which the tests started. Partitions exist only for days near the real date. */
    @SuppressWarnings("TimeInStaticInitializer")
    public static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    public static final LocalDate TODAY = LocalDate.ofInstant(NOW, ZoneOffset.UTC);

    public static CommandRun altops(Map<String, String> environment, String... args) {
        return at(NOW, environment, args);
    }

    public static CommandRun altopsOn(String databaseUrl, String... args) {
        return altops(Map.of("DATABASE_URL", databaseUrl), args);
    }

    /** On a machine whose clock shows this time. */
    public static CommandRun at(Instant now, Map<String, String> environment, String... args) {
        return in(environment, "", false, now, args);
    }

    /** On a terminal, where a person types this text. */
    public static CommandRun onTerminal(Map<String, String> environment, String typed, String... args) {
        return in(environment, typed, true, NOW, args);
    }

    /** With this text on standard input, through a pipe. */
    public static CommandRun piped(Map<String, String> environment, String sent, String... args) {
        return in(environment, sent, false, NOW, args);
    }

    /** With a standard input that cannot be read. */
    public static CommandRun withoutInput(Map<String, String> environment, String... args) {
        InputStream closed = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("Bad file descriptor");
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                return read();
            }
        };
        return run(closed, false, new StringWriter(), NOW, environment, args);
    }

    /** With a standard output that cannot be written, such as a file on a full disk. */
    public static CommandRun withoutOutput(Map<String, String> environment, String... args) {
        Writer full = new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}

            @Override
            public String toString() {
                return "";
            }
        };
        return run(InputStream.nullInputStream(), false, full, NOW, environment, args);
    }

    /** The command line with all commands. Nothing is run. */
    static CommandLine commandLine() {
        return Altops.commandLine(new CommandContext(
                shell(Map.of(), InputStream.nullInputStream(), false, NOW, new StringWriter(), new StringWriter())));
    }

    private static CommandRun in(
            Map<String, String> environment, String typed, boolean terminal, Instant now, String... args) {
        InputStream input = new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8));
        return run(input, terminal, new StringWriter(), now, environment, args);
    }

    private static CommandRun run(
            InputStream input,
            boolean terminal,
            Writer out,
            Instant now,
            Map<String, String> environment,
            String... args) {
        StringWriter err = new StringWriter();
        int exit = Altops.run(shell(environment, input, terminal, now, out, err), args);
        return new CommandRun(exit, out.toString(), err.toString());
    }

    private static Shell shell(
            Map<String, String> environment, InputStream input, boolean terminal, Instant now, Writer out, Writer err) {
        return new Shell(
                environment,
                input,
                new PrintWriter(out),
                () -> true,
                new PrintWriter(err),
                terminal,
                terminal,
                terminal,
                InstantSource.fixed(now));
    }
}
