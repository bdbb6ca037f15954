package com.altcontext.ops.backup;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.ops.command.AtExit;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.Redaction;
import com.altcontext.ops.command.Shell;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A client program of PostgreSQL, found on the PATH. It gets the login in environment variables (PostgreSQL documentation,
 * 32.15), since other users of the machine can see its arguments.
 */
final class PgProgram {
    private static final Pattern MAJOR_VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

    /** By the driver's name of each option that a database URL may have, the variable of libpq for it. */
    private static final Map<String, String> VARIABLES = Map.of(
            "sslmode", "PGSSLMODE",
            "sslrootcert", "PGSSLROOTCERT",
            "sslcert", "PGSSLCERT",
            "sslkey", "PGSSLKEY",
            "channelBinding", "PGCHANNELBINDING",
            "gssEncMode", "PGGSSENCMODE",
            "connectTimeout", "PGCONNECT_TIMEOUT",
            "options", "PGOPTIONS");

    /** A script's settings are among this many lines at its beginning. */
    private static final int MAX_SETTING_LINES = 60;

    private final String name;
    private final Path file;
    private final Shell shell;

    private PgProgram(String name, Path file, Shell shell) {
        this.name = name;
        this.file = file;
        this.shell = shell;
    }

    /** @throws Failure if there is no such program on the PATH */
    static PgProgram find(String name, Shell shell) {
        return shell.findProgram(name)
                .map(file -> new PgProgram(name, file, shell))
                .orElseThrow(() -> new Failure(
                        Exit.FAILED,
                        "there is no " + name + " on the PATH",
                        "install PostgreSQL's client, of the server's version or newer"));
    }

    int majorVersion() {
        Matcher version = MAJOR_VERSION.matcher(run(List.of("--version"), Map.of(), List.of()));
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
     * @throws Failure if it fails, with the program's own message but without addresses and secrets
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
        // The driver uses the same default if the URL does not name a mode.
        url.tls().mode().ifPresent(mode -> login.put("PGSSLMODE", mode));
        if (url.tls().publicAuthorities()) {
            login.put("PGSSLROOTCERT", "system");
        }
        return login;
    }

    private static String ofEach(DatabaseUrl url, Function<DatabaseUrl.Host, String> part) {
        return url.hosts().stream().map(part).collect(Collectors.joining(","));
    }

    /**
     * Runs this program and pipes its output into another one, which runs on a database.
     *
     * @param leftOut a line near the beginning of the output that is not passed on
     * @throws Failure if one of them fails
     */
    void pipeTo(PgProgram reader, DatabaseUrl url, List<String> readerArguments, String leftOut, String... arguments) {
        var _ = withErrors(errors -> reader.withErrors(readerErrors -> {
            Process reading = reader.builder(readerArguments, login(url))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(readerErrors.toFile())
                    .start();
            Process writing = builder(List.of(arguments), Map.of())
                    .redirectError(errors.toFile())
                    .start();
            writing.getOutputStream().close();
            try (var _ = AtExit.end(reading);
                    var _ = AtExit.end(writing)) {
                try (BufferedInputStream in = new BufferedInputStream(writing.getInputStream());
                        OutputStream out = reading.getOutputStream()) {
                    copy(in, out, leftOut.getBytes(StandardCharsets.UTF_8));
                } catch (IOException ended) {
                    // The program's own message says why it ended.
                }
                reader.requireSuccess(reading, readerErrors, List.of(url.password()));
                requireSuccess(writing, errors, List.of());
            }
            return true;
        }));
    }

    /** The line is left out only near the beginning, since rows of tables follow later. */
    private static void copy(BufferedInputStream in, OutputStream out, byte[] leftOut) throws IOException {
        for (int line = 0; line < MAX_SETTING_LINES; line++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int one = in.read();
            while (one >= 0 && one != '\n') {
                bytes.write(one);
                one = in.read();
            }
            boolean isFound = Arrays.equals(bytes.toByteArray(), leftOut);
            if (!isFound) {
                bytes.writeTo(out);
                if (one >= 0) {
                    out.write(one);
                }
            }
            if (isFound || one < 0) {
                break;
            }
        }
        in.transferTo(out);
    }

    private void requireSuccess(Process process, Path errors, List<String> secrets)
            throws IOException, InterruptedException {
        if (process.waitFor() != 0) {
            throw new Failure(
                    Exit.FAILED,
                    name + " failed: "
                            + Redaction.redact(Files.readString(errors).strip(), secrets),
                    "correct that, then run it again; nothing was left half done");
        }
    }

    private ProcessBuilder builder(List<String> arguments, Map<String, String> login) {
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", shell.variable("PATH"));
        builder.environment().put("LC_ALL", "C");
        // Debian's wrappers run the version of a local server unless a host is given. Then they run the newest version.
        builder.environment().put("PGHOST", "localhost");
        builder.environment().putAll(login);
        return builder;
    }

    private String run(List<String> arguments, Map<String, String> login, List<String> secrets) {
        return withErrors(errors -> {
            Process process =
                    builder(arguments, login).redirectError(errors.toFile()).start();
            try (var _ = AtExit.end(process)) {
                process.getOutputStream().close();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                requireSuccess(process, errors, secrets);
                return output;
            }
        });
    }

    private interface Running<T> {
        /** @param errors a file for the program's error messages */
        T with(Path errors) throws IOException, InterruptedException;
    }

    private <T> T withErrors(Running<T> running) {
        try {
            Path errors = Files.createTempFile("altops-", ".log");
            try {
                return running.with(errors);
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
