package com.altcontext.ops.command;

import com.altcontext.db.DatabaseUrl;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A stand-in for the program {@code fly}, with the commands that altops uses. It forwards a local port to the test
 * database, and logs its process id and its arguments. With an app named {@code refuses} it fails, with one named
 * {@code hangs} it never listens, and with one named {@code silent} it takes connections and never answers.
 */
public final class FakeFly {
    private final Path directory;

    public FakeFly(Path directory) throws IOException {
        this.directory = directory;
        Path script = Files.writeString(directory.resolve("fly"), """
                #!/bin/sh
                '%s' -XX:TieredStopAtLevel=1 -cp '%s' %s "$@"
                """.formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        Path.of("target", "test-classes").toAbsolutePath(),
                        FakeFly.class.getName()));
        if (!script.toFile().setExecutable(true)) {
            throw new IOException("the script cannot be made executable");
        }
    }

    /** The environment of a run with this fly on its PATH. DATABASE_URL names a host of Fly's private network. */
    public Map<String, String> environment(String databaseUrl) {
        DatabaseUrl url = DatabaseUrl.parse(databaseUrl);
        return Map.of(
                "PATH",
                directory + ":/usr/bin:/bin",
                "DATABASE_URL",
                "postgres://" + url.user() + ":" + url.password() + "@app-db.flycast:5432/" + url.database()
                        + "?sslmode=require",
                "IP_HASH_PEPPER",
                "a pepper that fly does not need",
                "ORIGINAL_DATABASE_URL",
                "postgres://a:password@that.fly.does/not-need",
                "STAND_IN_TARGET",
                url.hosts().getFirst().toString(),
                "STAND_IN_LOG",
                log().toString());
    }

    /**
     * The processes that were started so far, one line each: the process id, the arguments, and whether DATABASE_URL,
     * IP_HASH_PEPPER and ORIGINAL_DATABASE_URL were passed on to it.
     */
    public List<String> started() throws IOException {
        return Files.exists(log()) ? Files.readAllLines(log()) : List.of();
    }

    public boolean isLeft() throws IOException {
        return started().stream()
                .map(line -> Long.parseLong(line.split(" ", -1)[0]))
                .anyMatch(id -> ProcessHandle.of(id).map(ProcessHandle::isAlive).orElse(false));
    }

    private Path log() {
        return directory.resolve("started");
    }

    public static void main(String[] args) throws Exception {
        Files.writeString(
                Path.of(System.getenv("STAND_IN_LOG")),
                ProcessHandle.current().pid() + " " + String.join(" ", args) + " "
                        + System.getenv().containsKey("DATABASE_URL")
                        + System.getenv().containsKey("IP_HASH_PEPPER")
                        + System.getenv().containsKey("ORIGINAL_DATABASE_URL")
                        + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        String line = String.join(" ", args);
        if (line.contains("refuses")) {
            System.err.println(
                    "Error: no access to postgres://someone:hidden@[fdaa:0:1::3]:5432 with FlyV1 fm2_hidden");
            System.exit(1);
        } else if (line.contains("hangs")) {
            new CountDownLatch(1).await();
        } else if (line.contains("silent")) {
            takeWithoutAnswer(Integer.parseInt(args[1].replace(":5432", "")));
        } else if (line.matches("proxy \\d+:5432 -a \\S+")) {
            forward(Integer.parseInt(args[1].replace(":5432", "")));
        } else if (line.matches("mpg proxy \\S+ -p \\d+")) {
            forward(Integer.parseInt(args[4]));
        } else {
            System.err.println("Error: unknown command");
            System.exit(1);
        }
    }

    private static void forward(int port) throws IOException {
        String[] target = System.getenv("STAND_IN_TARGET").split(":", -1);
        try (ServerSocket server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
            System.out.println("Proxying localhost:" + port + " to remote [fdaa:0:1::3]:5432");
            while (true) {
                Socket near = server.accept();
                Socket far = new Socket(target[0], Integer.parseInt(target[1]));
                copy(near, far);
                copy(far, near);
            }
        }
    }

    /** The system takes the connections. */
    private static void takeWithoutAnswer(int port) throws Exception {
        try (var _ = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
            new CountDownLatch(1).await();
        }
    }

    private static void copy(Socket from, Socket to) {
        Thread.ofVirtual().start(() -> {
            try (InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                var _ = in.transferTo(out);
            } catch (IOException closed) {
                // One side was closed, so the other is closed, too.
            }
        });
    }
}
