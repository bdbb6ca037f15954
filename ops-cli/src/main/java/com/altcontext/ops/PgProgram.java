package com.altcontext.ops;

import com.altcontext.db.DatabaseUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A program of PostgreSQL's client, found on the PATH. It gets the login in environment variables (PostgreSQL documentation,
 * 32.15), since other users of the machine can see its arguments.
 */
final class PgProgram {
    private static final Pattern RELEASE = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

    /** The variables of libpq for the options that a database's URL may have, by the driver's names. */
    private static final Map<String, String> VARIABLES = Map.of(
            "sslmode", "PGSSLMODE",
            "sslrootcert", "PGSSLROOTCERT",
            "sslcert", "PGSSLCERT",
            "sslkey", "PGSSLKEY",
            "channelBinding", "PGCHANNELBINDING",
            "gssEncMode", "PGGSSENCMODE",
            "connectTimeout", "PGCONNECT_TIMEOUT",
            "options", "PGOPTIONS");

    private final String name;
    private final Path file;
    private final Shell shell;

    private PgProgram(String name, Path file, Shell shell) {
        this.name = name;
        this.file = file;
        this.shell = shell;
    }

    /** @throws Failure if there is none */
    static PgProgram find(String name, Shell shell) {
        return shell.findProgram(name)
                .map(file -> new PgProgram(name, file, shell))
                .orElseThrow(() -> new Failure(
                        Exit.FAILED,
                        "there is no " + name + " on the PATH",
                        "install PostgreSQL's client, of the server's version or newer"));
    }

    /** Its version's first number. */
    int release() {
        Matcher version = RELEASE.matcher(run(List.of("--version"), Map.of(), List.of()));
        if (!version.find()) {
            throw new Failure(Exit.FAILED, name + " does not print its version", "try: " + name + " --version");
        }
        return Integer.parseInt(version.group(1));
    }

    /** Runs it without a database. */
    String run(String... arguments) {
        return run(List.of(arguments), Map.of(), List.of());
    }

    /**
     * Runs it on a database.
     *
     * @return what it printed
     * @throws Failure if it fails, with its own message, without addresses and secrets
     */
    String runOn(DatabaseUrl url, String... arguments) {
        return run(List.of(arguments), login(url), List.of(url.password()));
    }

    private static Map<String, String> login(DatabaseUrl url) {
        Map<String, String> login = new TreeMap<>(Map.of(
                "PGHOST", ofEach(url, host -> host.name().replaceAll("^\\[|]$", "")),
                "PGPORT", ofEach(url, host -> String.valueOf(host.port())),
                "PGUSER", url.user(),
                "PGPASSWORD", url.password(),
                "PGDATABASE", url.database(),
                "PGAPPNAME", "altops"));
        VARIABLES.forEach((option, variable) ->
                Optional.ofNullable(url.options().get(option)).ifPresent(value -> login.put(variable, value)));
        // The driver has this default too, where the address names no mode.
        url.tls().mode().ifPresent(mode -> login.put("PGSSLMODE", mode));
        if (url.tls().publicAuthorities()) {
            login.put("PGSSLROOTCERT", "system");
        }
        return login;
    }

    private static String ofEach(DatabaseUrl url, Function<DatabaseUrl.Host, String> part) {
        return url.hosts().stream().map(part).collect(Collectors.joining(","));
    }

    private String run(List<String> arguments, Map<String, String> login, List<String> secrets) {
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", shell.variable("PATH"));
        builder.environment().put("LC_ALL", "C");
        // Debian's programs take the version of a server on this machine where no host is named, else the newest.
        builder.environment().put("PGHOST", "localhost");
        builder.environment().putAll(login);
        try {
            Path errors = Files.createTempFile("altops-", ".log");
            try {
                Process process = builder.redirectError(errors.toFile()).start();
                process.getOutputStream().close();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0) {
                    throw new Failure(
                            Exit.FAILED,
                            name + " failed: "
                                    + Redaction.redact(Files.readString(errors).strip(), secrets),
                            "correct that, and run it again: nothing was left half done");
                }
                return output;
            } finally {
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, name + " could not be run", "try: " + name + " --version");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Exit.FAILED, name + " was interrupted", "run it again");
        }
    }
}
