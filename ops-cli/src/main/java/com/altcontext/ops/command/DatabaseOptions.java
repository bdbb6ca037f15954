package com.altcontext.ops.command;

import com.altcontext.db.DatabaseUrl;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The database that a command uses, from the command line or the environment. */
public final class DatabaseOptions {
    private static final String FORM = "postgres://user:password@host:5432/database";

    @Option(
            names = "--database-url",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = FORM + "; default: the variable DATABASE_URL, which other users of the machine cannot see.")
    private @Nullable String given;

    @Option(
            names = "--fly-app",
            scope = ScopeType.INHERIT,
            paramLabel = "APP",
            description = "Reach the database of this Fly app through fly proxy, which runs only for this command. The "
                    + "login and the database's name come from the URL; its host is ignored.")
    private @Nullable String flyApp;

    @Option(
            names = "--fly-cluster",
            scope = ScopeType.INHERIT,
            paramLabel = "ID",
            description = "Like --fly-app, for a cluster of Fly's managed PostgreSQL, through fly mpg proxy.")
    private @Nullable String flyCluster;

    @Option(
            names = "--fly-timeout",
            scope = ScopeType.INHERIT,
            paramLabel = "SECONDS",
            defaultValue = "60",
            description =
                    "How many seconds PostgreSQL may take to answer through the proxy; default: ${DEFAULT-VALUE}.")
    private int flyTimeout;

    boolean isNamed(Shell shell) {
        return given != null || !shell.variable("DATABASE_URL").isBlank();
    }

    /** The address that was given. */
    DatabaseUrl url(Shell shell) {
        String text = given == null ? shell.variable("DATABASE_URL") : given;
        if (text.isBlank()) {
            throw new Failure(
                    Exit.USAGE, "no database was given", "set DATABASE_URL to " + FORM + ", or give --database-url");
        }
        try {
            DatabaseUrl url = DatabaseUrl.parse(text).withLoginTimeout();
            // Through fly proxy there is no TLS, and the file may be one on the service's machine.
            return target() == null ? url.requireAuthorities() : url;
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    Exit.USAGE,
                    String.valueOf(e.getMessage()),
                    "correct " + (given == null ? "DATABASE_URL" : "--database-url"));
        }
    }

    /** The target of {@code fly proxy}; null if the database is reached directly. */
    FlyProxy.@Nullable Destination target() {
        if (flyApp != null && flyCluster != null) {
            throw new Failure(Exit.USAGE, "--fly-app and --fly-cluster cannot be combined", "give one of them");
        }
        if (flyTimeout < 1 || flyTimeout > 3600) {
            throw new Failure(Exit.USAGE, "--fly-timeout is out of range", "give 1 to 3600 seconds");
        }
        return flyApp != null
                ? FlyProxy.Destination.app(flyApp)
                : flyCluster != null ? FlyProxy.Destination.cluster(flyCluster) : null;
    }

    Duration timeout() {
        return Duration.ofSeconds(flyTimeout);
    }
}
