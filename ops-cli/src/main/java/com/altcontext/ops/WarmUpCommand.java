package com.altcontext.ops;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Loads the classes of all commands, for a JVM that records them in a cache ({@code -XX:AOTCacheOutput}). It uses no database:
 * a machine that builds an image has none.
 */
@Command(
        name = "warm-up",
        hidden = true,
        description = "Loads what the commands need, while the JVM makes a class cache.",
        footer = {"", "Example:", "  java -XX:AOTCacheOutput=altops.aot -jar altops.jar warm-up"})
final class WarmUpCommand implements Runnable {
    private static final List<String> PACKAGES = List.of(
            "com/altcontext/", "org/postgresql/core/", "org/postgresql/jdbc/", "org/postgresql/util/", "org/flywaydb/");

    /** Nothing listens on port 1. */
    private static final String UNREACHABLE = "postgres://none@127.0.0.1:1/none";

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        CommandLine altops =
                Objects.requireNonNull(spec, "picocli sets it").root().commandLine();
        explain(altops);
        try {
            var _ = Migrations.of(DatabaseUrl.parse(UNREACHABLE)).status();
        } catch (RuntimeException expected) {
            // Trying to connect has loaded the classes for it.
        }
        try (JarFile jar = new JarFile(jarFile().toFile());
                Stream<String> names = jar.stream().map(entry -> entry.getName())) {
            names.filter(name -> name.endsWith(".class") && PACKAGES.stream().anyMatch(name::startsWith))
                    .forEach(WarmUpCommand::load);
        } catch (IOException | URISyntaxException notAJar) {
            throw new Failure(Exit.FAILED, "this is not altops.jar", "run it with: java -jar altops.jar warm-up");
        }
    }

    private static void explain(CommandLine command) {
        command.usage(new PrintWriter(new StringWriter()));
        command.getSubcommands().values().forEach(WarmUpCommand::explain);
    }

    private static void load(String file) {
        String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
        try {
            var _ = Class.forName(name, false, WarmUpCommand.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError notLoadable) {
            // It needs classes that are not in the jar, so no command uses it.
        }
    }

    private static Path jarFile() throws URISyntaxException {
        URI jar = WarmUpCommand.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();
        return Path.of(jar);
    }
}
