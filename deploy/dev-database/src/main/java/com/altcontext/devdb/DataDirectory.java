package com.altcontext.devdb;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The directory of a server, with its data and its log. Only one process at a time can hold it. */
final class DataDirectory implements AutoCloseable {
    /** The major version of the programs that the root pom.xml names. */
    private static final String VERSION = "17";

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    private final Path home;
    private final FileChannel lock;

    /**
     * Locks the directory.
     *
     * @param home must exist
     * @throws InUseException if another process has locked it, or this one
     */
    DataDirectory(Path home) throws IOException {
        this.home = home;
        this.lock = lock(home);
    }

    Path home() {
        return home;
    }

    Path data() {
        return home.resolve("data");
    }

    private Path pidFile() {
        return data().resolve("postmaster.pid");
    }

    Path log() {
        return home.resolve("server.log");
    }

    boolean hasData() {
        return Files.exists(version());
    }

    private Path version() {
        return data().resolve("PG_VERSION");
    }

    /** @throws IOException if the data are of another version of PostgreSQL */
    void checkVersion() throws IOException {
        if (!hasData()) {
            return;
        }
        String version = Files.readString(version()).strip();
        if (!version.isEmpty() && !version.equals(VERSION)) {
            throw new IOException(
                    "the data in " + home + " are of PostgreSQL " + version + ", and this is PostgreSQL " + VERSION
                            + ": remove that directory to begin anew, or name a PostgreSQL of your own in DATABASE_URL");
        }
    }

    /** Kills the server with its child processes, and removes its pid file. */
    void killServer() throws IOException {
        Optional<ProcessHandle> server = server();
        if (server.isPresent()) {
            List<ProcessHandle> processes =
                    Stream.concat(server.stream(), server.get().descendants()).toList();
            processes.forEach(ProcessHandle::destroyForcibly);
            awaitEnd(processes);
        }
        // With this file, PostgreSQL does not start while any process has the number in it: a dead server that init
        // did not reap yet, or another program.
        Files.deleteIfExists(pidFile());
    }

    /** Stops all processes of the server where they are, as a lost host would. The first one could start more, so it goes first. */
    void freezeServer() throws IOException {
        ProcessHandle server = server().orElseThrow(() -> new IOException("no PostgreSQL runs in " + home));
        signal("STOP", Stream.of(server));
        signal("STOP", server.descendants());
    }

    /** Lets them run on. */
    void thawServer() throws IOException {
        ProcessHandle server = server().orElseThrow(() -> new IOException("no PostgreSQL runs in " + home));
        signal("CONT", Stream.concat(server.descendants(), Stream.of(server)));
    }

    /** Java can send only the signals that end a process. */
    private static void signal(String name, Stream<ProcessHandle> processes) throws IOException {
        List<String> command = Stream.concat(
                        Stream.of("kill", "-" + name), processes.map(process -> Long.toString(process.pid())))
                .toList();
        try {
            if (command.size() > 2
                    && new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted during " + String.join(" ", command), e);
        }
    }

    void awaitEnd(List<ProcessHandle> processes) throws IOException {
        long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
        while (processes.stream().anyMatch(DataDirectory::isServer)) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "the PostgreSQL in " + home + " did not stop within " + STOP_TIMEOUT.toSeconds() + " seconds");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** The running server of our data. */
    Optional<ProcessHandle> server() {
        try {
            return Files.readAllLines(pidFile()).stream()
                    .findFirst()
                    .flatMap(line -> ProcessHandle.of(Long.parseLong(line.strip())))
                    .filter(DataDirectory::isServer);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A dead process has no command any more, also where init does not reap it. */
    private static boolean isServer(ProcessHandle process) {
        return process.info().command().filter(c -> c.endsWith("/postgres")).isPresent();
    }

    /** Deletes a directory and waits for it. */
    static void delete(Path tree) throws IOException {
        awaitDeleted(startDeleting(tree), tree);
    }

    /** Not in Java: when a JVM ends, the class loader of a test framework may be closed, and no more classes be loaded. */
    static Process startDeleting(Path tree) throws IOException {
        return new ProcessBuilder("rm", "-rf", tree.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** @throws IOException if it failed */
    static void awaitDeleted(Process deletion, Path tree) throws IOException {
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
    String serverLog() throws IOException {
        if (!Files.exists(log())) {
            return "";
        }
        List<String> lines =
                Files.readString(log(), StandardCharsets.ISO_8859_1).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }

    /**
     * Locks the directory against other processes, and against this one. For this one a lock on a file is not enough: the system
     * drops all locks that a process has on a file as soon as the process closes it once, and the library opens its own lock file
     * anew for each check. So a system property, which all class loaders see, tells that this process has the directory.
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

    /** Unlocks the directory. */
    @Override
    public void close() throws IOException {
        lock.close();
        System.clearProperty(lockName(home));
    }

    private static String lockName(Path home) {
        return "altcontext.database.lock:" + home.toAbsolutePath().normalize();
    }

    static final class InUseException extends IOException {
        private static final long serialVersionUID = 1;

        InUseException(Path home) {
            super("another process is using the database in " + home
                    + ": stop that one (another make run?) or choose another directory");
        }
    }
}
