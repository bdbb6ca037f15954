package com.altcontext.ops;

import com.altcontext.db.DatabaseFailure;
import com.altcontext.db.SqlFailure;
import com.altcontext.metrics.rollup.RollupRefused;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.CommandGroup.MissingCommand;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.JsonOutput;
import com.altcontext.value.Rejected;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Prints every failure in one form: {@code altops: <what> — <what to do next>} on the error stream. */
final class FailureHandler implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private static final Pattern DATABASE_URL = Pattern.compile("(?i)\\b[a-z]+://\\S*");

    /** In "Invalid value for option '--day': 'x' is not…". */
    private static final Pattern QUOTED_INPUT = Pattern.compile("(?<=: )'.*'");

    /** In "expected one of [a, b] (case-sensitive) but was 'x'". */
    private static final Pattern OTHER_INPUT = Pattern.compile("(?: \\(case-sensitive\\))? but was '.*'");

    private final CommandContext context;

    FailureHandler(CommandContext context) {
        this.context = context;
    }

    @Override
    public int handleExecutionException(Exception failed, CommandLine command, ParseResult parsed) {
        return switch (failed) {
            case Failure failure -> report(command, failure);
            case DatabaseFailure failure -> report(command, asFailure(failure));
            case SqlFailure failure -> report(command, asFailure(failure));
            case RollupRefused failure ->
                report(
                        command,
                        new Failure(
                                Exit.FAILED,
                                String.valueOf(failure.getMessage()),
                                "the figures are unchanged; see: altops rollup status"));
            case Rejected failure ->
                report(
                        command,
                        new Failure(
                                Exit.USAGE,
                                failure.issues().stream()
                                        .map(issue -> issue.path() + " " + issue.message())
                                        .collect(Collectors.joining("; ")),
                                "see: " + command.getCommandSpec().qualifiedName() + " --help"));
            case ParameterException failure -> handleParseException(failure, new String[0]);
            default ->
                report(
                        command,
                        new Failure(Exit.FAILED, "a defect in altops: " + trace(failed), "please report this line"));
        };
    }

    @Override
    public int handleParseException(ParameterException failed, String[] args) {
        CommandLine command = failed.getCommandLine();
        if (failed instanceof MissingCommand && !context.outputOptions().json()) {
            command.usage(command.getErr());
            command.getErr().flush();
            return Exit.USAGE;
        }
        return report(
                command,
                new Failure(
                        Exit.USAGE,
                        rule(failed),
                        "see: " + command.getCommandSpec().qualifiedName() + " --help"));
    }

    private int report(CommandLine command, Failure failure) {
        command.getErr().println("altops: " + failure.getMessage() + " — " + failure.remedy());
        if (context.outputOptions().json()) {
            command.getOut()
                    .println(JsonOutput.of(JsonObject.ok(false)
                            .with("error", String.valueOf(failure.getMessage()))
                            .with("remedy", failure.remedy())));
        }
        command.getErr().flush();
        command.getOut().flush();
        return failure.exit();
    }

    private static Failure asFailure(DatabaseFailure failed) {
        return new Failure(Exit.FAILED, String.valueOf(failed.getMessage()), failed.remedy());
    }

    private static Failure asFailure(SqlFailure failed) {
        if (failed.isLostConnection()) {
            return new Failure(
                    Exit.FAILED,
                    "the connection to the database was lost",
                    "check that the server runs, and try again");
        }
        if (failed.isOfNode()) {
            return new Failure(
                    Exit.FAILED,
                    "a node of the cluster does not answer",
                    "altops cluster status names it; run this again when it is back");
        }
        return switch (failed.state()) {
            case "42P01", "42703", "42883" -> // no such table, column, function
                new Failure(
                        Exit.FAILED,
                        "the schema is older than this release needs",
                        "apply the pending migrations with: altops migrate");
            case "42501" ->
                new Failure(
                        Exit.FAILED,
                        "the database login has no permission for this",
                        "log in as the database's owner, or grant the permission");
            default -> asFailure(DatabaseFailure.ofState(failed.state()));
        };
    }

    /** picocli's messages quote the input, which may be a password if an option was mistyped. */
    private static String rule(ParameterException failed) {
        if (failed instanceof UnmatchedArgumentException unmatched) {
            return rule(unmatched);
        }
        String message = String.valueOf(failed.getMessage());
        if (!(failed instanceof MissingParameterException)) {
            message = QUOTED_INPUT
                    .matcher(OTHER_INPUT.matcher(message).replaceAll(""))
                    .replaceAll("what was given");
        }
        return DATABASE_URL.matcher(message).replaceAll("<url>");
    }

    /** Shows an unknown word only if it resembles a command, since any other word may be a secret. */
    private static String rule(UnmatchedArgumentException unmatched) {
        CommandLine command = unmatched.getCommandLine();
        List<String> options = unmatched.getUnmatched().stream()
                .filter(word -> word.startsWith("-"))
                .map(word -> word.replaceFirst("=.*", ""))
                .toList();
        if (!options.isEmpty()) {
            return "no such option: " + String.join(" ", options)
                    + Suggestion.of(options.getFirst(), visibleOptions(command))
                            .map(FailureHandler::question)
                            .orElse("");
        }
        if (command.getSubcommands().isEmpty()) {
            return "too many arguments";
        }
        String word = unmatched.getUnmatched().getFirst();
        return Suggestion.of(word, visibleCommands(command))
                .map(known -> "no such command: " + word + question(known))
                .orElse("no such command");
    }

    private static String question(String known) {
        return ", did you mean " + known + "?";
    }

    private static List<String> visibleCommands(CommandLine command) {
        return command.getSubcommands().entrySet().stream()
                .filter(one -> !one.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<String> visibleOptions(CommandLine command) {
        return command.getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .map(OptionSpec::longestName)
                .toList();
    }

    /** The kind and place of a failure, without its message, which may hold personal data. */
    private static String trace(Throwable failed) {
        String place = Arrays.stream(failed.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("com.altcontext"))
                .findFirst()
                .map(frame -> " at " + frame.getFileName() + ":" + frame.getLineNumber())
                .orElse("");
        return failed.getClass().getSimpleName() + place;
    }
}
