package com.altcontext.devdb;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server on 127.0.0.1, as durable as in production ({@code fsync=on}): {@link EmbeddedPostgres} with what it
 * lacks. It can be stopped, killed and started again on the same port and data, its data directory has one owner at a time, and
 * the server that a killed process left behind is taken over by the next start on its data.
 *
 * <p>The server stops when this process ends. Every failure is an {@link UncheckedIOException} with PostgreSQL's own message.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    /** The major version of the programs that the root pom.xml names. */
    private static final String VERSION = "17";

    private static final String TEMPORARY = "altcontext-database-";

    /** The port of kept data, unless something else listens there: a stable address is easier to remember. */
    private static final int DEFAULT_PORT = 54318;

    /** Below the ports that systems give to clients, so that no connection takes the port of a stopped server. */
    private static final int MIN_PORT = 15_000;

    private static final int MAX_PORT = 32_000;
    private static final int MAX_STARTS = 3;
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

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

    private final Path home;
    private final boolean temporary;
    private final boolean durable;
    private final FileChannel lock;
    private final Thread atExit = new Thread(this::closeAtExit, "embedded-postgresql-stop");
    private int port;
    private @Nullable EmbeddedPostgres postgres;
    private boolean closed;

    private EmbeddedDatabase(Path home, boolean temporary, boolean durable) throws IOException {
        this.home = home;
        this.temporary = temporary;
        this.durable = durable;
        this.lock = lock(home);
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
        if (postgres != null && server().isPresent()) {
            return;
        }
        try {
            checkVersion();
            boolean anyPort = port == 0;
            for (int attempt = 1; ; attempt++) {
                killServer(); // one that a killed process left behind, or that failed to start
                if (anyPort) {
                    port = temporary || attempt > 1 || !isFree(DEFAULT_PORT) ? freePort() : DEFAULT_PORT;
                }
                @Nullable Exception failure = launch();
                if (failure == null && server().isPresent()) {
                    return;
                }
                boolean portTaken = failure == null || serverLog().contains("could not bind");
                if (attempt == MAX_STARTS || !(anyPort && portTaken)) {
                    throw new IOException(
                            "the embedded PostgreSQL in " + home + " did not start on port " + port
                                    + (failure == null ? "" : " (" + failure.getMessage() + ")") + "\n" + serverLog(),
                            failure);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private void checkVersion() throws IOException {
        Path file = data().resolve("PG_VERSION");
        if (!Files.exists(file)) {
            return;
        }
        String version = Files.readString(file).strip();
        if (!version.isEmpty() && !version.equals(VERSION)) {
            throw new IOException(
                    "the data in " + home + " are of PostgreSQL " + version + ", and this is PostgreSQL " + VERSION
                            + ": remove that directory to begin anew, or name a PostgreSQL of your own in DATABASE_URL");
        }
    }

    /**
     * Makes the data where there are none, and starts the server.
     *
     * @return why it failed; null also where the answer came from another server on that port
     */
    private @Nullable Exception launch() throws IOException {
        if (!Files.exists(data().resolve("PG_VERSION"))) {
            delete(data()); // what an interrupted initdb left
        }
        Files.deleteIfExists(log());
        // The library does not release its lock where a start failed or the server was killed; a new file has none.
        Files.deleteIfExists(data().resolve("epg-lock"));
        try {
            postgres = EmbeddedPostgres.builder()
                    .setDataDirectory(data())
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(START_TIMEOUT)
                    .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log().toFile()))
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
            Optional<ProcessHandle> server = server();
            postgres.close(); // returns after 5 seconds, also where the server still writes
            postgres = null;
            awaitEnd(server.stream().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Kills the server as a power failure would; {@link #start()} then recovers what was committed. */
    public synchronized void kill() {
        try {
            killServer();
            postgres = null;
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
                Process deletion = startDeleting(home);
                if (Thread.currentThread() != atExit) { // no process has to stay for it
                    awaitSuccess(deletion, home);
                }
            } else {
                stop();
            }
            unlock();
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
    private static void sweep(Path directory) throws IOException {
        FileTime settled = FileTime.fromMillis(System.currentTimeMillis() - TimeUnit.MINUTES.toMillis(1));
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(directory, TEMPORARY + "*")) {
            for (Path home : homes) {
                if (Files.isWritable(home) && Files.getLastModifiedTime(home).compareTo(settled) < 0) {
                    try {
                        new EmbeddedDatabase(home, true, false).close();
                    } catch (InUseException e) {
                        // its process lives
                    }
                }
            }
        }
    }

    private void killServer() throws IOException {
        Optional<ProcessHandle> server = server();
        if (server.isPresent()) {
            List<ProcessHandle> processes =
                    Stream.concat(server.stream(), server.get().descendants()).toList();
            processes.forEach(ProcessHandle::destroyForcibly);
            awaitEnd(processes);
        }
        // PostgreSQL would not start while a process has that number: one that init did not reap yet, or another
        // program.
        Files.deleteIfExists(pidFile());
    }

    private void awaitEnd(List<ProcessHandle> processes) throws IOException {
        long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
        while (processes.stream().anyMatch(EmbeddedDatabase::isServer)) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "the PostgreSQL in " + home + " did not stop within " + STOP_TIMEOUT.toSeconds() + " seconds");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** The running server of our data. */
    private Optional<ProcessHandle> server() {
        try {
            return Files.readAllLines(pidFile()).stream()
                    .findFirst()
                    .flatMap(line -> ProcessHandle.of(Long.parseLong(line.strip())))
                    .filter(EmbeddedDatabase::isServer);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A dead process has no command any more, also where init does not reap it. */
    private static boolean isServer(ProcessHandle process) {
        return process.info().command().filter(c -> c.endsWith("/postgres")).isPresent();
    }

    static void delete(Path tree) throws IOException {
        awaitSuccess(startDeleting(tree), tree);
    }

    /** Not in Java: when a JVM ends, the class loader of a test framework may be closed, and no more classes be loaded. */
    private static Process startDeleting(Path tree) throws IOException {
        return new ProcessBuilder("rm", "-rf", tree.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void awaitSuccess(Process deletion, Path tree) throws IOException {
        try {
            if (deletion.waitFor() != 0) {
                throw new IOException(tree + " could not be deleted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while deleting " + tree, e);
        }
    }

    /** The end of the server's own log. */
    private String serverLog() throws IOException {
        if (!Files.exists(log())) {
            return "";
        }
        List<String> lines =
                Files.readString(log(), StandardCharsets.ISO_8859_1).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }

    private Path data() {
        return home.resolve("data");
    }

    private Path pidFile() {
        return data().resolve("postmaster.pid");
    }

    private Path log() {
        return home.resolve("server.log");
    }

    /**
     * Keeps other processes away, and this one. The system drops all locks that a process has on a file when the process closes it
     * once, and the library opens its own lock file anew for each check; so a directory that is ours already is known from a system
     * property, which all class loaders see.
     */
    private static FileChannel lock(Path home) throws IOException {
        if (System.getProperties().putIfAbsent(lockName(home), "held") != null) {
            throw new InUseException(home);
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new InUseException(home);
            }
            return channel;
        } catch (IOException e) {
            System.clearProperty(lockName(home));
            if (channel != null) {
                channel.close();
            }
            throw e;
        }
    }

    private void unlock() throws IOException {
        lock.close();
        System.clearProperty(lockName(home));
    }

    private static String lockName(Path home) {
        return "altcontext.database.lock:" + home.toAbsolutePath().normalize();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() {
        return ThreadLocalRandom.current()
                .ints(MIN_PORT, MAX_PORT)
                .filter(EmbeddedDatabase::isFree)
                .findFirst()
                .orElseThrow();
    }

    static final class InUseException extends IOException {
        private static final long serialVersionUID = 1;

        InUseException(Path home) {
            super("another process is using the database in " + home
                    + ": stop that one (another make run?) or choose another directory");
        }
    }
}
