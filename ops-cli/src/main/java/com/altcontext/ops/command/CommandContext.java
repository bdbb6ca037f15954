package com.altcontext.ops.command;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.property.Property;
import com.altcontext.property.PropertyStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of one run share: the shell that started it, the options that all of them have, the database, the output
 * and the clock. The command factory gives it to each command. Closing it ends the connections and the proxy of the run.
 */
public final class CommandContext implements AutoCloseable {
    private final Shell shell;
    private final OutputOptions outputOptions = new OutputOptions();
    private final DatabaseOptions databaseOptions = new DatabaseOptions();
    private @Nullable DatabaseUrl databaseUrl;
    private @Nullable FlyProxy proxy;
    private @Nullable OperatorConnections connections;
    private @Nullable BufferedReader input;

    public CommandContext(Shell shell) {
        this.shell = shell;
    }

    public OutputOptions outputOptions() {
        return outputOptions;
    }

    public DatabaseOptions databaseOptions() {
        return databaseOptions;
    }

    public Shell shell() {
        return shell;
    }

    /** The service's configuration, as far as the commands need it. */
    public OpsEnvironment environment() {
        return new OpsEnvironment(shell);
    }

    public InstantSource clock() {
        return shell.clock();
    }

    public Instant now() {
        return shell.clock().instant();
    }

    /** The database's time, to be compared with times that the service wrote: this machine's clock may be hours off. */
    public Instant databaseNow() {
        return sql().inTransaction(tx -> tx.queryOne("SELECT clock_timestamp()", row -> row.time(1)));
    }

    public CommandOutput output() {
        return new CommandOutput(shell, outputOptions);
    }

    /**
     * The next line of standard input; empty at its end.
     *
     * @throws Failure if it cannot be read
     */
    public Optional<String> readLine() {
        try {
            if (input == null) {
                input = new BufferedReader(new InputStreamReader(shell.in(), StandardCharsets.UTF_8));
            }
            return Optional.ofNullable(input.readLine());
        } catch (IOException unreadable) {
            throw new Failure(Exit.USAGE, "standard input could not be read", "send it through a pipe, or type it");
        }
    }

    /** Whether the command line or the environment specifies a database. */
    public boolean hasDatabase() {
        return databaseOptions.isNamed(shell);
    }

    /** The database's address. With {@code --fly-app}, starts a proxy to the database and returns the proxy's address. */
    public DatabaseUrl databaseUrl() {
        if (databaseUrl == null) {
            databaseUrl = reach(databaseOptions.url(shell), databaseOptions.target());
        }
        return databaseUrl;
    }

    /**
     * The database.
     *
     * @throws Failure if a restore is under way or was interrupted: the next restore would discard all changes made meanwhile, even
     *     erasures, and the data may be about people who were erased. Also if transactions are not READ COMMITTED
     */
    public Sql sql() {
        if (connections == null) {
            refuseUnusable();
        }
        return sqlDuringRestore();
    }

    /** The database, even during a restore and after an interrupted one. */
    public Sql sqlDuringRestore() {
        if (connections == null) {
            connections = new OperatorConnections(databaseUrl());
        }
        return new Sql(connections);
    }

    /** @throws Failure if a property was named that does not exist */
    public void requireProperty(@Nullable String slug) {
        Sql database = sql(); // an unusable database is refused in any case
        if (slug != null
                && database.inTransaction(PropertyStore::list).stream()
                        .noneMatch(known -> known.slug().equals(slug))) {
            throw unknownProperty(slug);
        }
    }

    /** @param slug is shown only if it can be one, since any other text may be an address or a secret */
    public static Failure unknownProperty(String slug) {
        return new Failure(
                Exit.FAILED,
                "there is no property " + (Property.isSlug(slug) ? slug : "with that slug"),
                "see them with: altops property list");
    }

    /**
     * Must be called before work that depends on the current day.
     *
     * @throws Failure with this remedy if this machine's clock is over a day ahead of the database's
     */
    public void refuseClockAhead(String remedy) {
        refuseClock(false, remedy);
    }

    /**
     * Must be called before a time is recorded as a proof, or compared with the end of a consent or a key.
     *
     * @throws Failure if this machine's clock is over a day off from the database's
     */
    public void refuseWrongClock() {
        refuseClock(true, "nothing was done; set the clock, then try again");
    }

    private void refuseClock(boolean alsoBehind, String remedy) {
        DatabaseState database = new DatabaseState(sql(), clock());
        database.measureClock();
        if (database.isClockDaysAhead() || (alsoBehind && database.isClockDaysBehind())) {
            throw new Failure(
                    Exit.FAILED,
                    "this machine's clock is "
                            + HumanFormat.count(database.clockSkew().abs().toDays(), "day")
                            + (database.isClockDaysAhead() ? " ahead of" : " behind") + " the database's",
                    remedy);
        }
    }

    /** @throws Failure as {@link #sql} does */
    public void refuseUnusable() {
        boolean isBeingRestored = sqlDuringRestore().inTransaction(tx -> {
            String other = DatabaseState.isolationTrouble(tx);
            if (!other.isEmpty()) {
                throw new Failure(Exit.FAILED, other, DatabaseState.ISOLATION_REMEDY);
            }
            return DatabaseState.isBeingRestored(tx);
        });
        if (isBeingRestored) {
            throw new Failure(
                    Exit.CHECK_FAILED,
                    "a restore is under way or was interrupted",
                    "run altops restore again, or wait");
        }
    }

    private DatabaseUrl reach(DatabaseUrl url, FlyProxy.@Nullable Destination target) {
        if (target == null) {
            return url;
        }
        int port = FlyProxy.freePort();
        DatabaseUrl through = FlyProxy.through(url, port);
        try (var _ = output().progress("waiting for the database behind fly proxy")) {
            proxy = FlyProxy.start(shell, target, port);
            proxy.awaitAnswer(through, databaseOptions.timeout());
        }
        return through;
    }

    @Override
    public void close() {
        if (connections != null) {
            connections.close();
        }
        if (proxy != null) {
            proxy.close();
        }
    }
}
