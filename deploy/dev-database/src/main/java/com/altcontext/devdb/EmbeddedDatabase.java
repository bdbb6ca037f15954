package com.altcontext.devdb;

import java.io.IOException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server of one's own, on 127.0.0.1 only, as durable as in production ({@code fsync=on}). It can be stopped,
 * killed and started again on the same port and data, so that a test can take the database away from a running service.
 *
 * <p>The server belongs to this process: it is stopped when this process ends. Where the process was killed, the next start on
 * the same data stops the orphan first. Every failure is an {@link UncheckedIOException} that says what PostgreSQL said.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final String TEMPORARY = "altcontext-database-";

    /** Where {@code make run} listens unless something else does: any port would do, a stable one is easier to remember. */
    private static final int DEFAULT_PORT = 54318;

    /** Where postmaster.pid says how far the server is; pg_ctl reads the same line. */
    private static final int STATUS_LINE = 7;

    /** Connections break, and what is in memory is written down. */
    private static final String FAST = "fast";

    private static final int ATTEMPTS = 50;
    private static final int SECONDS_TO_START = 60;
    private static final int SECONDS_TO_STOP = 30;

    private final Path home;
    private final boolean throwAway;
    private final Privileges privileges;
    private final Path programs;
    private final FileChannel lock;
    private final Thread atExit = new Thread(this::closeAtExit, "embedded-postgresql-stop");
    private int port;
    private @Nullable Process server;
    private boolean closed;

    private EmbeddedDatabase(Path home, int port, boolean throwAway) throws IOException {
        this.home = home;
        this.throwAway = throwAway;
        this.privileges = Privileges.here();
        this.programs = PostgresBinaries.home().resolve("bin");
        this.lock = lock(home);
        this.port = port;
    }

    /**
     * A server whose data stays in a directory, made where it is missing.
     *
     * @param dataDirectory holds everything of the server; one process at a time may use it
     * @param port 0 for the usual one, or a free one where that is taken
     */
    public static EmbeddedDatabase at(Path dataDirectory, int port) {
        return started(dataDirectory.toAbsolutePath().normalize(), port, false);
    }

    /** A server with empty data on a free port; {@link #close()}, or the end of this process, deletes it. */
    public static EmbeddedDatabase temporary() {
        try {
            sweep(Path.of(System.getProperty("java.io.tmpdir")));
            return started(Files.createTempDirectory(TEMPORARY), 0, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static EmbeddedDatabase started(Path home, int port, boolean throwAway) {
        try {
            Files.createDirectories(home);
            EmbeddedDatabase database = new EmbeddedDatabase(home, port, throwAway);
            Runtime.getRuntime().addShutdownHook(database.atExit);
            try {
                database.initialize();
                database.start();
            } catch (UncheckedIOException | IOException e) {
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

    /** Starts the server and returns when it accepts connections; recovers from a kill; does nothing while it runs. */
    public synchronized void start() {
        if (closed) {
            throw new IllegalStateException("this embedded PostgreSQL is closed");
        }
        if (server != null && server.isAlive()) {
            return;
        }
        try {
            stopOrphan();
            boolean anyPort = port == 0;
            for (int attempt = 1; ; attempt++) {
                if (anyPort) {
                    port = throwAway || attempt > 1 || !isFree(DEFAULT_PORT) ? freePort() : DEFAULT_PORT;
                }
                if (launch()) {
                    return;
                }
                String said = said();
                boolean portTaken = said.contains("could not bind") || said.contains("could not create any TCP/IP");
                boolean stillDying = said.contains("shared memory block");
                boolean again = (portTaken && anyPort) || stillDying;
                if (attempt == ATTEMPTS || !again) {
                    throw new IOException(
                            "the embedded PostgreSQL in " + home + " did not start on port " + port + ":\n" + said);
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL started", e);
        }
    }

    /** True when the server accepts connections, false when it gave up; what it said is in its log. */
    private boolean launch() throws IOException, InterruptedException {
        Files.deleteIfExists(log());
        List<String> command = new ArrayList<>(privileges.prefix());
        command.addAll(serverCommand());
        Process launched = builder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(log().toFile())
                .start();
        server = launched;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
        while (!isReady(launched)) {
            if (launched.waitFor(10, TimeUnit.MILLISECONDS)) {
                return false;
            }
            if (System.nanoTime() > deadline) {
                kill();
                throw new IOException("the embedded PostgreSQL in " + home + " was not ready within " + SECONDS_TO_START
                        + " seconds:\n" + said());
            }
        }
        return true;
    }

    /** Stops the server at once, as a failover does: connections break, what was committed stays, data and port are kept. */
    public synchronized void stop() {
        stop(FAST);
    }

    private void stop(String mode) {
        if (server == null) {
            return;
        }
        try {
            if (server.isAlive()) {
                pgCtlStop(mode);
            }
            server.waitFor();
            server = null;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL stopped", e);
        }
    }

    /** Kills the server as a power failure would; {@link #start()} then recovers what was committed. */
    public synchronized void kill() {
        if (server == null) {
            return;
        }
        try {
            server.destroyForcibly().waitFor();
            server = null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL died", e);
        }
    }

    /** Stops the server for good; a temporary one takes its data along. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        try {
            stop(lastMode());
            closed = true;
            unlock();
            if (throwAway) {
                Directories.delete(home);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // we are in that hook
        }
    }

    /** A test run that was killed leaves a server and its data behind: the next one clears them away. */
    private static void sweep(Path directory) throws IOException {
        FileTime settled = FileTime.fromMillis(System.currentTimeMillis() - TimeUnit.MINUTES.toMillis(1));
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(directory, TEMPORARY + "*")) {
            for (Path home : homes) {
                if (Files.isWritable(home)
                        && Files.exists(home.resolve("lock"))
                        && Files.getLastModifiedTime(home).compareTo(settled) < 0) {
                    discard(home);
                }
            }
        }
    }

    private static void discard(Path home) throws IOException {
        try (EmbeddedDatabase abandoned = new EmbeddedDatabase(home, 0, true)) {
            abandoned.stopOrphan();
        } catch (InUseException e) {
            // its process lives
        }
    }

    private void closeAtExit() {
        close();
    }

    private void initialize() throws IOException {
        if (Files.exists(data().resolve("PG_VERSION"))) {
            return;
        }
        Directories.delete(data()); // the rest of an initdb that was interrupted
        privileges.own(home);
        // The class that deletes is needed when the JVM ends, when a class loader of a test framework may be closed
        // already.
        Directories.delete(Files.createDirectories(home.resolve("trial")));
        Outcome outcome = run(
                "initdb",
                List.of(
                        "--pgdata=" + data(),
                        "--username=postgres",
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--locale=C.UTF-8",
                        "--no-instructions"));
        if (!outcome.ok()) {
            Directories.delete(data());
            throw new IOException(
                    "the embedded PostgreSQL could not make its data in " + home + ": " + outcome.output());
        }
    }

    private List<String> serverCommand() {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add(
                    "/usr/bin/setsid"); // a session of its own: Ctrl-C is for us, and we stop the server when we are
            // done
        }
        command.addAll(List.of(programs.resolve("postgres").toString(), "-D", data().toString()));
        command.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(port)));
        // Settings of our own, whatever the data's say. No Unix socket: its directory is shared by all users of the
        // machine.
        for (String setting : List.of(
                "unix_socket_directories=",
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                "max_connections=100",
                "timezone=UTC",
                "log_timezone=UTC",
                "logging_collector=off")) {
            command.addAll(List.of("-c", setting));
        }
        return command;
    }

    /** A process that was killed leaves its server behind. We hold the lock, so nobody else has a claim on it. */
    private void stopOrphan() throws IOException {
        Optional<ProcessHandle> named = pidFileProcess();
        if (named.isEmpty()) {
            return;
        }
        if (isServer(named.get())) {
            pgCtlStop(lastMode());
        } else {
            Files.deleteIfExists(
                    pidFile()); // a dead server's number went to somebody else, and PostgreSQL would not start
        }
    }

    /** What is thrown away need not be written down first: under load that takes longer than anybody waits. */
    private String lastMode() {
        return throwAway ? "immediate" : FAST;
    }

    private void pgCtlStop(String mode) throws IOException {
        Outcome outcome = run(
                "pg_ctl",
                List.of("stop", "--wait", "--timeout=" + SECONDS_TO_STOP, "--mode=" + mode, "--pgdata=" + data()));
        if (!outcome.ok() && pidFileProcess().filter(EmbeddedDatabase::isServer).isPresent()) {
            throw new IOException("the PostgreSQL in " + home + " did not stop: " + outcome.output());
        }
    }

    private Optional<ProcessHandle> pidFileProcess() {
        try {
            return Files.readAllLines(pidFile()).stream()
                    .findFirst()
                    .flatMap(line -> ProcessHandle.of(Long.parseLong(line.strip())))
                    .filter(ProcessHandle::isAlive);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A dead process that nobody reaped has no command any more. */
    private static boolean isServer(ProcessHandle process) {
        return process.info().command().filter(c -> c.endsWith("/postgres")).isPresent();
    }

    private boolean isReady(Process launched) {
        try {
            List<String> lines = Files.readAllLines(pidFile());
            return lines.size() > STATUS_LINE
                    && lines.getFirst().strip().equals(Long.toString(launched.pid()))
                    && lines.get(STATUS_LINE).strip().equals("ready");
        } catch (IOException e) {
            return false; // not written yet
        }
    }

    private Outcome run(String program, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(privileges.prefix());
        command.add(programs.resolve(program).toString());
        command.addAll(arguments);
        try {
            Process process = builder(command).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), output.strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + program + " ran", e);
        }
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    /** The end of the server's own log. */
    private String said() throws IOException {
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
     * once, so a directory that is ours already is told by a system property, which all class loaders see, and not by a second look
     * at the file.
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

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static final class InUseException extends IOException {
        private static final long serialVersionUID = 1;

        InUseException(Path home) {
            super("another process is using the database in " + home
                    + ": stop that one (another make run?) or choose another directory");
        }
    }

    private record Outcome(int status, String output) {
        boolean ok() {
            return status == 0;
        }
    }
}
