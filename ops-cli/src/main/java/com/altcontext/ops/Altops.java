package com.altcontext.ops;

import com.altcontext.ops.access.KeyCommand;
import com.altcontext.ops.backup.BackupCommand;
import com.altcontext.ops.backup.RestoreCommand;
import com.altcontext.ops.cluster.ClusterCommand;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.CommandGroup;
import com.altcontext.ops.command.CommandOutput;
import com.altcontext.ops.command.DatabaseOptions;
import com.altcontext.ops.command.DayArgument;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.OutputOptions;
import com.altcontext.ops.command.Shell;
import com.altcontext.ops.consent.ConsentCommand;
import com.altcontext.ops.delivery.MailCommand;
import com.altcontext.ops.delivery.WebhookCommand;
import com.altcontext.ops.demo.DemoCommand;
import com.altcontext.ops.goal.GoalCommand;
import com.altcontext.ops.imports.ImportCommand;
import com.altcontext.ops.lead.LeadCommand;
import com.altcontext.ops.migration.MigrateCommand;
import com.altcontext.ops.property.PropertyCommand;
import com.altcontext.ops.report.ReportCommand;
import com.altcontext.ops.retention.RetentionCommand;
import com.altcontext.ops.rollup.RollupCommand;
import com.altcontext.ops.smoke.SmokeCommand;
import com.altcontext.ops.status.StatusCommand;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** The operator's command line: the list of commands, and the options that all of them inherit. */
@Command(
        name = "altops",
        description = "Operates an AltContext deployment.",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = Altops.AltopsVersion.class,
        subcommands = {
            MigrateCommand.class,
            StatusCommand.class,
            RollupCommand.class,
            RetentionCommand.class,
            LeadCommand.class,
            ConsentCommand.class,
            PropertyCommand.class,
            GoalCommand.class,
            KeyCommand.class,
            WebhookCommand.class,
            MailCommand.class,
            ReportCommand.class,
            SmokeCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            ImportCommand.class,
            ClusterCommand.class,
            DemoCommand.class,
            CompletionCommand.class,
            HelpCommand.class,
            WarmUpCommand.class
        },
        sortOptions = false,
        sortSynopsis = false,
        usageHelpWidth = 80,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            Exit.DONE + ":done",
            Exit.FAILED + ":failed",
            Exit.USAGE + ":wrong usage",
            Exit.CHECK_FAILED + ":checked, and found a problem"
        },
        footer = {"", "Example:", "  DATABASE_URL=postgres://user:password@host/database altops migrate --dry-run"})
public final class Altops extends CommandGroup {
    /**
     * Loggers that are turned off, because their messages hold network addresses and may hold stored values. The list keeps them from
     * being garbage-collected, which would turn them on again.
     */
    private static final List<Logger> SILENCED =
            Stream.of("org.flywaydb", "org.postgresql").map(Logger::getLogger).toList();

    @Mixin
    final OutputOptions output;

    @Mixin
    final DatabaseOptions database;

    Altops(CommandContext context) {
        output = context.outputOptions();
        database = context.databaseOptions();
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(run(Shell.ofThisProcess(), args));
    }

    static int run(Shell shell, String... args) {
        SILENCED.forEach(logger -> logger.setLevel(Level.OFF));
        if (Arrays.stream(args).anyMatch(Shell::isUnreadable)) {
            return unreadable(shell);
        }
        try (CommandContext context = new CommandContext(shell)) {
            int exit = commandLine(context).execute(args);
            return exit != Exit.FAILED && shell.out().checkError() ? outputLost(shell) : exit;
        }
    }

    /** Refuses the run: a goal's path or an address would be stored, or searched for, with the wrong characters. */
    private static int unreadable(Shell shell) {
        shell.err()
                .println("altops: an argument has a character that cannot be read here — run it with LC_ALL=C.UTF-8");
        shell.err().flush();
        return Exit.USAGE;
    }

    /** Fails the run: a list of leads that was cut off, because the disk is full, must not look complete. */
    private static int outputLost(Shell shell) {
        Failure lost = CommandOutput.lost();
        shell.err().println("altops: " + lost.getMessage() + " — " + lost.remedy());
        shell.err().flush();
        return lost.exit();
    }

    /** All commands, ready to be executed once. */
    static CommandLine commandLine(CommandContext context) {
        FailureHandler failures = new FailureHandler(context);
        CommandLine commands = new CommandLine(Altops.class, new CommandFactory(context))
                .registerConverter(LocalDate.class, Altops::day)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setOut(context.shell().out())
                .setErr(context.shell().err())
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures);
        OptionSections.applyTo(commands);
        return commands;
    }

    private static LocalDate day(String text) {
        return DayArgument.parse(text).orElseThrow(() -> new TypeConversionException("must be a day like 2026-01-31"));
    }

    /** The version of the jar. */
    static final class AltopsVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = Altops.class.getPackage().getImplementationVersion();
            return new String[] {"altops " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
