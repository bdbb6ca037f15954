package com.altcontext.ops;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The operator's command line: what every command has, and where the commands are listed. */
@Command(
        name = "altops",
        description = "Operates an AltContext deployment.",
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        subcommands = {
            Migrate.class,
            StatusCommand.class,
            RollupCommand.class,
            RetentionCommand.class,
            LeadCommand.class,
            PropertyCommand.class,
            SmokeCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            CompletionCommand.class,
            HelpCommand.class,
            WarmUpCommand.class
        },
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
public final class Altops implements Runnable, AutoCloseable {
    /** Their messages hold addresses and, at worst, values; ours say what an operator needs. Held: a logger is collected otherwise. */
    private static final List<Logger> SILENCED =
            Stream.of("org.flywaydb", "org.postgresql").map(Logger::getLogger).toList();

    /** What a command's own options come before in its help. */
    static final int SHARED = 100;

    static final String COMMAND_MISSING = "a command is missing";

    private final Shell shell;
    private @Nullable DatabaseUrl reached;
    private @Nullable FlyProxy proxy;
    private @Nullable Connections connections;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--json",
            order = SHARED,
            scope = ScopeType.INHERIT,
            description = "Print one line of JSON for machines.")
    private boolean json;

    @Option(
            names = "--quiet",
            order = SHARED,
            scope = ScopeType.INHERIT,
            description = "Print failures only; the exit code tells the rest.")
    private boolean quiet;

    @Mixin
    private DatabaseOptions database = new DatabaseOptions();

    private Altops(Shell shell) {
        this.shell = shell;
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(run(Shell.ofThisProcess(), args));
    }

    static int run(Shell shell, String... args) {
        SILENCED.forEach(logger -> logger.setLevel(Level.OFF));
        Failures failures = new Failures();
        try (Altops altops = new Altops(shell)) {
            return commandLine(altops)
                    .setOut(shell.out())
                    .setErr(shell.err())
                    .setExecutionExceptionHandler(failures)
                    .setParameterExceptionHandler(failures)
                    .execute(args);
        }
    }

    static Altops in(Shell shell) {
        return new Altops(shell);
    }

    static CommandLine commandLine(Altops altops) {
        CommandLine commands = new CommandLine(altops);
        ownOptionsFirst(commands);
        return commands.registerConverter(LocalDate.class, Altops::day)
                .setUsageHelpWidth(100)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    }

    /** picocli sorts by the alphabet otherwise; what all commands share comes last, by its order. */
    private static void ownOptionsFirst(CommandLine command) {
        command.getCommandSpec().usageMessage().sortOptions(false).sortSynopsis(false);
        command.getSubcommands().values().forEach(Altops::ownOptionsFirst);
    }

    private static LocalDate day(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException unreadable) {
            throw new TypeConversionException("must be a day like 2026-01-31");
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec().commandLine(), COMMAND_MISSING);
    }

    boolean json() {
        return json;
    }

    Shell shell() {
        return shell;
    }

    Screen screen() {
        return new Screen(shell, json, quiet);
    }

    /** The address of the database that the command is about; with {@code --fly-app}, of the proxy to it, which then runs. */
    DatabaseUrl database() {
        if (reached == null) {
            reached = reach(database.url(shell), database.target());
        }
        return reached;
    }

    private DatabaseUrl reach(DatabaseUrl url, FlyProxy.@Nullable Target target) {
        if (target == null) {
            return url;
        }
        int port = FlyProxy.freePort();
        DatabaseUrl through = FlyProxy.through(url, port);
        try (var _ = screen().progress("waiting for the database behind fly proxy")) {
            proxy = FlyProxy.start(shell, target, port);
            proxy.awaitAnswer(through, database.timeout());
        }
        return through;
    }

    /** Whether one was named at all, for commands that can do without. */
    boolean hasDatabase() {
        return database.isNamed(shell);
    }

    /** The door to that database. */
    Sql sql() {
        if (connections == null) {
            connections = new Connections(database());
        }
        return new Sql(connections);
    }

    /** Ends what the run has opened. */
    @Override
    public void close() {
        if (connections != null) {
            connections.close();
        }
        if (proxy != null) {
            proxy.close();
        }
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
