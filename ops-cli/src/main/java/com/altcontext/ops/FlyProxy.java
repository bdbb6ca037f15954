package com.altcontext.ops;

import com.altcontext.db.DatabaseFailure;
import com.altcontext.db.DatabaseUrl;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A {@code fly proxy} of our own: a child process that leads from a free port of this machine to a database of Fly's private
 * network. It ends with {@link #close}, and in any case before this process does.
 */
final class FlyProxy implements AutoCloseable {
    private static final String HERE = "127.0.0.1";
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final int LAST_LINES = 5;

    /** What the child has no use for. */
    private static final List<String> OURS = List.of(
            "DATABASE_URL",
            "IP_HASH_PEPPER",
            "ADMIN_API_KEY",
            "UNSUBSCRIBE_SECRET",
            "LEAD_WEBHOOK_SECRET",
            "RATE_LIMIT_REDIS_URL",
            "LEAD_WEBHOOK_URL");

    private final Process child;
    private final Thread hook = new Thread(this::end, "fly-proxy-end");
    private final Thread reader;
    private final Deque<String> said = new ArrayDeque<>();

    private FlyProxy(Process child) {
        this.child = child;
        this.reader = Thread.ofVirtual().unstarted(this::read);
    }

    /**
     * What the proxy leads to.
     *
     * @param arguments of {@code fly}, with {@code %d} where the local port belongs
     */
    record Target(List<String> arguments) {
        private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

        /** The app of {@code fly postgres}: {@code fly proxy <local>:<remote> -a <app>}. */
        static Target app(String name) {
            return new Target(List.of("proxy", "%d:5432", "-a", checked("--fly-app", name)));
        }

        /** Fly's managed PostgreSQL: {@code fly mpg proxy <cluster> -p <local>}. */
        static Target cluster(String id) {
            return new Target(List.of("mpg", "proxy", checked("--fly-cluster", id), "-p", "%d"));
        }

        private static String checked(String option, String name) {
            if (!NAME.matcher(name).matches()) {
                throw new Failure(
                        Exit.USAGE, option + " is no name", "give up to 63 of a-z, 0-9 and -, as fly lists it");
            }
            return name;
        }
    }

    /** Starts the child. It is not known yet whether anything answers. */
    static FlyProxy start(Shell shell, Target target, int port) {
        List<String> command = new ArrayList<>();
        command.add(program(shell.variable("PATH")));
        target.arguments().forEach(word -> command.add(word.replace("%d", String.valueOf(port))));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(shell.environment());
        environment.keySet().removeAll(OURS);
        try {
            FlyProxy proxy = new FlyProxy(builder.start());
            proxy.endWithThisProcess();
            proxy.child.getOutputStream().close(); // it must not wait for an answer that nobody gives
            proxy.reader.start();
            return proxy;
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "fly could not be started", "try: fly version");
        }
    }

    /** A port that nothing listened on a moment ago. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same login and database by way of the port; the tunnel encrypts, so PostgreSQL need not. */
    static DatabaseUrl through(DatabaseUrl url, int port) {
        Map<String, String> options = new TreeMap<>(url.options());
        options.keySet().removeIf(name -> name.startsWith("ssl") || name.equals("channelBinding"));
        options.put("sslmode", "disable");
        return new DatabaseUrl(url.user(), url.password(), HERE, port, url.database(), options);
    }

    /**
     * Waits until PostgreSQL itself answers, not merely the proxy.
     *
     * @throws DatabaseFailure when it answers and refuses, for a wrong password for instance
     */
    void awaitAnswer(DatabaseUrl url, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try (var _ = DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password())) {
                return;
            } catch (SQLException notYet) {
                String state = notYet.getSQLState() == null ? "08000" : notYet.getSQLState();
                if (!state.startsWith("08") && !state.equals("57P03")) {
                    throw DatabaseFailure.of(notYet);
                }
            }
            if (!child.isAlive()) {
                throw new Failure(
                        Exit.FAILED,
                        "fly proxy ended before the database answered" + lastWords(url),
                        "try the same by hand: fly status, fly auth whoami");
            }
            if (System.nanoTime() > deadline) {
                throw new Failure(
                        Exit.FAILED,
                        "the database did not answer through fly proxy within " + timeout.toSeconds() + " s"
                                + lastWords(url),
                        "see that its machine runs (fly status), or wait longer with --fly-timeout");
            }
            pause();
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAnyway) {
            return; // the hook does it
        }
        end();
    }

    private void endWithThisProcess() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            end();
            throw endingAlready;
        }
    }

    /**
     * fly may be a script around the program, so what is below it ends too; but not the agent that fly starts to serve all
     * later runs of fly.
     */
    private void end() {
        List<ProcessHandle> all = Stream.concat(
                        child.descendants().filter(one -> !isAgent(one)), Stream.of(child.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + GRACE.toNanos();
        for (ProcessHandle one : all) {
            try {
                one.onExit().get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException | TimeoutException stillThere) {
                one.destroyForcibly();
            } catch (InterruptedException hurry) {
                one.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isAgent(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains(" agent run");
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (said) {
                    said.addLast(line);
                    if (said.size() > LAST_LINES) {
                        said.removeFirst();
                    }
                }
            }
        } catch (IOException ended) {
            // What it said until then is kept.
        }
    }

    private String lastWords(DatabaseUrl url) {
        if (!child.isAlive()) {
            try {
                reader.join(GRACE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        synchronized (said) {
            return said.isEmpty()
                    ? ""
                    : ", and fly said: " + Masked.text(String.join(" / ", said), List.of(url.password()));
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Exit.FAILED, "interrupted", "run it again");
        }
    }

    private static String program(String path) {
        for (String directory : path.split(File.pathSeparator, -1)) {
            for (String name : List.of("fly", "flyctl")) {
                Path file = Path.of(directory.isEmpty() ? "." : directory, name);
                if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return file.toAbsolutePath().toString();
                }
            }
        }
        throw new Failure(
                Exit.FAILED,
                "there is no fly on the PATH",
                "install it (https://fly.io/docs/flyctl/install) and log in with: fly auth login");
    }
}
