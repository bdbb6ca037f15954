package com.altcontext.devdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;

/**
 * The embedded PostgreSQL as a process for scripts. When it accepts connections, it writes its address into a file and prints
 * {@code DATABASE_URL=…}. It stays until it gets SIGTERM or SIGINT or its parent process is gone, then stops PostgreSQL. Exit 0
 * done, 1 failed, 2 wrong usage, 3 another process uses that directory.
 */
public final class RunDatabase {
    private static final String USAGE = "usage: java -jar dev-database.jar DIRECTORY READY-FILE";

    private static final int IN_USE = 3;

    private RunDatabase() {}

    public static void main(String[] args) {
        if (args.length != 2) {
            System.err.println(USAGE);
            System.exit(2);
        }
        try {
            EmbeddedDatabase database = EmbeddedDatabase.at(Path.of(args[0])); // its own hook stops it
            announce(database.url(), Path.of(args[1]).toAbsolutePath());
        } catch (UncheckedIOException e) {
            System.err.println(e.getMessage());
            System.exit(e.getCause() instanceof DataDirectory.InUseException ? IN_USE : 1);
        } catch (IOException e) {
            System.err.println("the ready file could not be written: " + e);
            System.exit(1);
        }
        ProcessHandle.current()
                .parent()
                .map(ProcessHandle::onExit)
                .orElseGet(CompletableFuture::new)
                .join();
    }

    /** The file appears whole or not at all: a script may wait for it. */
    private static void announce(String url, Path readyFile) throws IOException {
        Path writing = Files.createTempFile(readyFile.getParent(), "ready-", ".tmp");
        Files.writeString(writing, url + "\n");
        Files.move(writing, readyFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        System.out.println("DATABASE_URL=" + url);
    }
}
