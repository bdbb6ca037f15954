package com.altcontext.devdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * PostgreSQL refuses to run as root. Root therefore steps down: into a user namespace where one may be made (nothing changes
 * hands on disk), else to the account {@code nobody} (in most containers), which then owns the data.
 */
enum Privileges {
    AS_WE_ARE,
    USER_NAMESPACE,
    NOBODY;

    private static final int NOBODY_ID = 65534;

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    static Privileges here() throws IOException {
        if (!isRoot()) {
            return AS_WE_ARE;
        }
        for (Privileges way : List.of(USER_NAMESPACE, NOBODY)) {
            if (works(way)) {
                return way;
            }
        }
        throw new IOException(
                "PostgreSQL does not run as root, and neither unshare nor setpriv (package util-linux) works "
                        + "here: run this as an ordinary user, or name a running PostgreSQL in DATABASE_URL or TEST_DATABASE_URL");
    }

    /** The words to put before a command. */
    List<String> prefix() {
        return switch (this) {
            case AS_WE_ARE -> List.of();
            case USER_NAMESPACE -> List.of("unshare", "-U");
            case NOBODY -> List.of("setpriv", "--reuid=" + NOBODY_ID, "--regid=" + NOBODY_ID, "--clear-groups");
        };
    }

    /** Hands a directory tree to the account that the server will run as. */
    void own(Path directory) throws IOException {
        if (this != NOBODY) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) tree::iterator) {
                Files.setAttribute(path, "unix:uid", NOBODY_ID);
                Files.setAttribute(path, "unix:gid", NOBODY_ID);
            }
        }
    }

    private static boolean works(Privileges way) throws IOException {
        try {
            Process trial = new ProcessBuilder(Stream.concat(way.prefix().stream(), Stream.of("true"))
                            .toList())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return trial.waitFor() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (IOException e) {
            return false; // no such program
        }
    }
}
