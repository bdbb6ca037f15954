package com.altcontext.ops;

import com.altcontext.db.DatabaseUrl;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The operator's command line: what every command has, and where the commands are listed. */
@Command(
        name = "altops",
        description = "Operates an AltContext deployment.",
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        subcommands = Migrate.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            Exit.DONE + ":done",
            Exit.FAILED + ":failed",
            Exit.USAGE + ":wrong usage",
            Exit.WANTING + ":checked and found wanting"
        },
        footer = {"", "Example:", "  DATABASE_URL=postgres://user:password@host:5432/database altops migrate --dry-run"
        })
public final class Altops implements Runnable {
    /** Their messages hold addresses and, at worst, values; ours say what an operator needs. Held: a logger is collected otherwise. */
    private static final List<Logger> SILENCED =
            Stream.of("org.flywaydb", "org.postgresql").map(Logger::getLogger).toList();

    private final Map<String, String> environment;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print one line of JSON for machines.")
    private boolean json;

    @Option(
            names = "--quiet",
            scope = ScopeType.INHERIT,
            description = "Print failures only; the exit code tells the rest.")
    private boolean quiet;

    @Option(
            names = "--database-url",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description =
                    "postgres://user:password@host:5432/database; default: the variable DATABASE_URL, which other users of "
                            + "the machine cannot see.")
    private @Nullable String databaseUrl;

    private Altops(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        int exit = run(
                System.getenv(),
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                args);
        System.exit(exit);
    }

    static int run(Map<String, String> environment, PrintWriter out, PrintWriter err, String... args) {
        SILENCED.forEach(logger -> logger.setLevel(Level.OFF));
        Failures failures = new Failures();
        return new CommandLine(new Altops(environment))
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures)
                .execute(args);
    }

    @Override
    public void run() {
        throw new ParameterException(spec().commandLine(), "a command is missing");
    }

    boolean json() {
        return json;
    }

    /** The database that the command is about. */
    DatabaseUrl database() {
        String text = databaseUrl == null ? environment.getOrDefault("DATABASE_URL", "") : databaseUrl;
        if (text.isBlank()) {
            throw new Failure(
                    Exit.USAGE,
                    "no database is named",
                    "set DATABASE_URL to postgres://user:password@host:5432/database, or give --database-url");
        }
        try {
            return DatabaseUrl.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    Exit.USAGE,
                    String.valueOf(e.getMessage()),
                    "correct " + (databaseUrl == null ? "DATABASE_URL" : "--database-url"));
        }
    }

    /** Prints an answer: as JSON where that was asked for, else as lines unless quiet was. */
    void print(Map<String, ?> answer, List<String> lines) {
        PrintWriter out = spec().commandLine().getOut();
        if (json) {
            out.println(Json.of(answer));
        } else if (!quiet) {
            lines.forEach(out::println);
        }
        out.flush();
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not made this command");
        }
        return spec;
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = Altops.class.getPackage().getImplementationVersion();
            return new String[] {"altops " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
