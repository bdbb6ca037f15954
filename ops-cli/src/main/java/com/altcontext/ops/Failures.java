package com.altcontext.ops;

import com.altcontext.db.MigrationFailure;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place where a failure becomes words: {@code altops: <what> — <what to do next>} on the error stream. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private static final Pattern DATABASE_URL = Pattern.compile("(?i)\\b[a-z]+://\\S*");

    @Override
    public int handleExecutionException(Exception failed, CommandLine command, ParseResult parsed) {
        return switch (failed) {
            case Failure failure -> report(command, failure);
            case MigrationFailure failure ->
                report(command, new Failure(Exit.FAILED, String.valueOf(failure.getMessage()), failure.remedy()));
            case ParameterException failure -> handleParseException(failure, new String[0]);
            default ->
                report(
                        command,
                        new Failure(Exit.FAILED, "a defect of altops: " + trace(failed), "please report this line"));
        };
    }

    @Override
    public int handleParseException(ParameterException failed, String[] args) {
        CommandLine command = failed.getCommandLine();
        return report(
                command,
                new Failure(
                        Exit.USAGE,
                        rule(failed),
                        "see: " + command.getCommandSpec().qualifiedName() + " --help"));
    }

    private static int report(CommandLine command, Failure failure) {
        command.getErr().println("altops: " + failure.getMessage() + " — " + failure.remedy());
        if (command.getCommandSpec().root().userObject() instanceof Altops altops && altops.json()) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("ok", false);
            answer.put("error", String.valueOf(failure.getMessage()));
            answer.put("remedy", failure.remedy());
            command.getOut().println(Json.of(answer));
        }
        command.getErr().flush();
        command.getOut().flush();
        return failure.exit();
    }

    /** picocli quotes what it was given; a mistyped option would show a password. */
    private static String rule(ParameterException failed) {
        if (failed instanceof UnmatchedArgumentException unmatched) {
            List<String> options = unmatched.getUnmatched().stream()
                    .filter(word -> word.startsWith("-"))
                    .map(word -> word.replaceFirst("=.*", ""))
                    .toList();
            return options.isEmpty() ? "a word that is no command" : "no such option: " + String.join(" ", options);
        }
        return DATABASE_URL.matcher(String.valueOf(failed.getMessage())).replaceAll("<url>");
    }

    /** Where it came from, without messages, which may hold anything. */
    private static String trace(Throwable failed) {
        String place = Arrays.stream(failed.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("com.altcontext"))
                .findFirst()
                .map(frame -> " at " + frame.getFileName() + ":" + frame.getLineNumber())
                .orElse("");
        return failed.getClass().getSimpleName() + place;
    }
}
