package com.altcontext.devdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The embedded PostgreSQL as a process for scripts: prints {@code DATABASE_URL=…} when it accepts connections and stays until it
 * gets SIGTERM or SIGINT or its parent process is gone, then stops PostgreSQL. Exit 0 done, 1 failed, 2 wrong
 * usage, 3 another process uses that directory.
 */
public final class RunDatabase {
    private static final String USAGE = "usage: java -jar dev-database.jar --data DIR [--ready-file F]";

    private static final int IN_USE = 3;

    private RunDatabase() {}

    public static void main(String[] args) {
        @Nullable Path data = null;
        @Nullable Path readyFile = null;
        try {
            for (int i = 0; i < args.length; i += 2) {
                switch (args[i]) {
                    case "--data" -> data = Path.of(args[i + 1]);
                    case "--ready-file" -> readyFile = Path.of(args[i + 1]);
                    default -> throw new IllegalArgumentException(args[i]);
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            data = null;
        }
        if (data == null) {
            System.err.println(USAGE);
            System.exit(2);
            return;
        }
        try {
            EmbeddedDatabase database = EmbeddedDatabase.at(data); // its own hook stops it
            announce(database.url(), readyFile);
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
    private static void announce(String url, @Nullable Path readyFile) throws IOException {
        if (readyFile != null) {
            Path absolute = readyFile.toAbsolutePath();
            Path writing = Files.createTempFile(absolute.getParent(), "ready-", ".tmp");
            Files.writeString(writing, url + "\n");
            Files.move(writing, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        System.out.println("DATABASE_URL=" + url);
    }
}
