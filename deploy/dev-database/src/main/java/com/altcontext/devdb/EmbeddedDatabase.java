package com.altcontext.devdb;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server on 127.0.0.1, as durable as in production ({@code fsync=on}): {@link EmbeddedPostgres} with what it
 * lacks. It can be stopped, killed, frozen and started again on the same port and data, its data directory has one owner at a time, and
 * the server that a killed process left behind is taken over by the next start on its data.
 *
 * <p>The server stops when this process ends. Every failure is an {@link UncheckedIOException} with PostgreSQL's own message.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final String TEMPORARY = "altcontext-database-";

    /** The port of kept data, unless something else listens there: a stable address is easier to remember. */
    private static final int DEFAULT_PORT = 54318;

    private static final int MAX_STARTS = 3;
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

    static {
        // The library's default is shared by all users of the machine, any of whom could replace the programs there.
        Path programs = Path.of(System.getProperty("user.home"), ".cache", "altcontext", "postgresql");
        try {
            Files.createDirectories(programs);
            Files.setPosixFilePermissions(programs.getParent(), PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL cannot be unpacked into " + programs + ": " + e, e);
        }
        System.setProperty("ot.epg.working-dir", programs.toString());
        // SLF4J says on stderr that there is no logger; the server's messages are in server.log anyway.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
    }

    private final DataDirectory directory;
    private final boolean temporary;
    private final boolean durable;
    private final Thread atExit = new Thread(this::closeAtExit, "embedded-postgresql-stop");
    private int port;
    private @Nullable EmbeddedPostgres postgres;
    private boolean closed;

    private EmbeddedDatabase(Path home, boolean temporary, boolean durable) throws IOException {
        this.directory = new DataDirectory(home);
        this.temporary = temporary;
        this.durable = durable;
    }

    /**
     * A server whose data stays in a directory, which is created where it is missing.
     *
     * @param dataDirectory holds everything of the server; one process at a time may use it
     */
    public static EmbeddedDatabase at(Path dataDirectory) {
        return started(dataDirectory.toAbsolutePath().normalize(), false, true);
    }

    /** A server with empty data on a free port; {@link #close()}, or the end of this process, deletes it. */
    public static EmbeddedDatabase temporary() {
        return temporary(true);
    }

    /** @param durable whether what was committed must outlive the machine: false saves tests the waits for the disk */
    static EmbeddedDatabase temporary(boolean durable) {
        try {
            sweep(Path.of(System.getProperty("java.io.tmpdir")));
            return started(Files.createTempDirectory(TEMPORARY), true, durable);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static EmbeddedDatabase started(Path home, boolean temporary, boolean durable) {
        try {
            Files.createDirectories(home);
            EmbeddedDatabase database = new EmbeddedDatabase(home, temporary, durable);
            Runtime.getRuntime().addShutdownHook(database.atExit);
            try {
                database.start();
            } catch (UncheckedIOException e) {
                database.close();
                throw e;
            }
            return database;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** The address in the form that {@code fly postgres attach} gives. */
    public String url() {
        return "postgres://postgres:postgres@127.0.0.1:" + port + "/postgres?sslmode=disable";
    }

    /** Starts the server and returns when it accepts connections; recovers after a kill; does nothing while it runs. */
    public synchronized void start() {
        if (closed) {
            throw new IllegalStateException("this embedded PostgreSQL is closed");
        }
        if (postgres != null && directory.server().isPresent()) {
            return;
        }
        try {
            directory.checkVersion();
            boolean anyPort = port == 0;
            for (int attempt = 1; ; attempt++) {
                directory.killServer(); // one that a killed process left behind, or that failed to start
                if (anyPort) {
                    port = temporary || attempt > 1 || !Ports.isFree(DEFAULT_PORT) ? Ports.free() : DEFAULT_PORT;
                }
                @Nullable Exception failure = launch();
                if (failure == null && directory.server().isPresent()) {
                    return;
                }
                boolean portTaken = failure == null || directory.serverLog().contains("could not bind");
                if (attempt == MAX_STARTS || !(anyPort && portTaken)) {
                    throw new IOException(
                            "the embedded PostgreSQL in " + directory.home() + " did not start on port " + port
                                    + (failure == null ? "" : " (" + failure.getMessage() + ")") + "\n"
                                    + directory.serverLog(),
                            failure);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * Makes the data where there are none, and starts the server.
     *
     * @return why it failed; null also where the answer came from another server on that port
     */
    private @Nullable Exception launch() throws IOException {
        if (!directory.hasData()) {
            DataDirectory.delete(directory.data()); // what an interrupted initdb left
        }
        Files.deleteIfExists(directory.log());
        // The library does not release its lock where a start failed or the server was killed; a new file has none.
        Files.deleteIfExists(directory.data().resolve("epg-lock"));
        try {
            postgres = EmbeddedPostgres.builder()
                    .setDataDirectory(directory.data())
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(START_TIMEOUT)
                    .setOutputRedirector(
                            ProcessBuilder.Redirect.appendTo(directory.log().toFile()))
                    .setPort(port)
                    .setPgBinaryResolver(EmbeddedDatabase::binaries)
                    .setLocaleConfig("locale", "C.UTF-8")
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "") // their directory is shared by all users
                    .setServerConfig("fsync", durable ? "on" : "off")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("max_connections", "100")
                    .setServerConfig("log_timezone", "UTC")
                    .start();
            return null;
        } catch (IOException | IllegalStateException e) {
            return e;
        }
    }

    /**
     * The library's own look-up refuses binaries that are on the class path twice. They are once this module is packaged: as a
     * dependency of the tests, and in the directory that the jar's manifest names.
     */
    private static InputStream binaries(String system, String machine) throws IOException {
        String name = "postgres-%s-%s.txz"
                .formatted(system, ArchUtils.normalize(machine))
                .toLowerCase(Locale.ROOT);
        InputStream binaries = EmbeddedDatabase.class.getClassLoader().getResourceAsStream(name);
        if (binaries == null) {
            throw new FileNotFoundException("there is no PostgreSQL for this system: " + name);
        }
        return binaries;
    }

    /** Stops the server as a failover does: connections break, what was committed stays, data and port are kept. */
    public synchronized void stop() {
        if (postgres == null) {
            return;
        }
        try {
            Optional<ProcessHandle> server = directory.server();
            postgres.close(); // returns after 5 seconds, also where the server still writes
            postgres = null;
            directory.awaitEnd(server.stream().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Kills the server as a power failure would; {@link #start()} then recovers what was committed. */
    public synchronized void kill() {
        try {
            directory.killServer();
            postgres = null;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Freezes the server: it keeps its connections and accepts more, and answers none, as if its host or network was lost. */
    public synchronized void freeze() {
        try {
            directory.freezeServer();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Lets the frozen server go on where it was. */
    public synchronized void thaw() {
        try {
            directory.thawServer();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Stops the server for good; a temporary one is deleted with its data. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (temporary) {
                kill(); // its data need not be written
                Process deletion = DataDirectory.startDeleting(directory.home());
                if (Thread.currentThread() != atExit) { // no process has to stay for it
                    DataDirectory.awaitDeleted(deletion, directory.home());
                }
            } else {
                stop();
            }
            directory.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // we are in that hook
        }
    }

    private void closeAtExit() {
        close();
    }

    /** A killed test run leaves a server and its data behind, and the next one removes them. */
    static void sweep(Path temporaries) throws IOException {
        FileTime settled = FileTime.fromMillis(System.currentTimeMillis() - TimeUnit.MINUTES.toMillis(1));
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(temporaries, TEMPORARY + "*")) {
            for (Path home : homes) {
                try {
                    if (Files.isWritable(home)
                            && Files.getLastModifiedTime(home).compareTo(settled) < 0) {
                        new EmbeddedDatabase(home, true, false).close();
                    }
                } catch (DataDirectory.InUseException e) {
                    // its process lives
                } catch (NoSuchFileException e) {
                    // its process has just ended, and deleted it
                }
            }
        }
    }
}
