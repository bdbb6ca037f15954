package com.altcontext.ops;

import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Shell;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
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

    /** The command line with all commands. Nothing is run. */
    static CommandLine commandLine() {
        return Altops.commandLine(
                new CommandContext(shell(Map.of(), "", false, NOW, new StringWriter(), new StringWriter())));
    }

    private static CommandRun in(
            Map<String, String> environment, String typed, boolean terminal, Instant now, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Altops.run(shell(environment, typed, terminal, now, out, err), args);
        return new CommandRun(exit, out.toString(), err.toString());
    }

    private static Shell shell(
            Map<String, String> environment,
            String typed,
            boolean terminal,
            Instant now,
            StringWriter out,
            StringWriter err) {
        return new Shell(
                environment,
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                new PrintWriter(out),
                new PrintWriter(err),
                terminal,
                terminal,
                terminal,
                InstantSource.fixed(now));
    }
}
