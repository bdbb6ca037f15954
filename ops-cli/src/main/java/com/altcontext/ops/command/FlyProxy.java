package com.altcontext.ops.command;

import com.altcontext.db.DatabaseFailure;
import com.altcontext.db.DatabaseUrl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A child process {@code fly proxy} that forwards a free port of this machine to a database in Fly's private network. It ends
 * with {@link #close}, and in any case before this process does.
 */
final class FlyProxy implements AutoCloseable {
    private static final String LOCALHOST = "127.0.0.1";
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration GRACE_PERIOD = Duration.ofSeconds(3);
    private static final int MAX_LINES = 5;

    /** Not passed to the child, which does not need them. */
    private static final List<String> SECRETS = List.of(
            "DATABASE_URL",
            "IP_HASH_PEPPER",
            "ADMIN_API_KEY",
            "UNSUBSCRIBE_SECRET",
            "LEAD_WEBHOOK_SECRET",
            "SMTP_URL",
            "RATE_LIMIT_REDIS_URL",
            "LEAD_WEBHOOK_URL",
            "ORIGINAL_DATABASE_URL");

    private final Thread hook = new Thread(this::end, "fly-proxy-end");
    private final Thread reader = Thread.ofVirtual().unstarted(this::read);
    private final Deque<String> output = new ArrayDeque<>();
    private @Nullable Process child;

    private FlyProxy() {}

    /**
     * The target of the proxy.
     *
     * @param arguments of {@code fly}, with {@code %d} where the local port belongs
     */
    record Destination(List<String> arguments) {
        private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

        /** The app of {@code fly postgres}: {@code fly proxy <local>:<remote> -a <app>}. */
        static Destination app(String name) {
            return new Destination(List.of("proxy", "%d:5432", "-a", checked("--fly-app", name)));
        }

        /** Fly's managed PostgreSQL: {@code fly mpg proxy <cluster> -p <local>}. */
        static Destination cluster(String id) {
            return new Destination(List.of("mpg", "proxy", checked("--fly-cluster", id), "-p", "%d"));
        }

        private static String checked(String option, String name) {
            if (!NAME.matcher(name).matches()) {
                throw new Failure(
                        Exit.USAGE, option + " is not a name", "give up to 63 of a-z, 0-9 and -, as fly lists it");
            }
            return name;
        }
    }

    /** Starts the child, without waiting until it answers. */
    static FlyProxy start(Shell shell, Destination target, int port) {
        List<String> command = new ArrayList<>();
        command.add(program(shell));
        target.arguments().forEach(word -> command.add(word.replace("%d", String.valueOf(port))));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(shell.environment());
        environment.keySet().removeAll(SECRETS);
        try {
            FlyProxy proxy = new FlyProxy();
            proxy.launch(builder);
            return proxy;
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "fly could not be started", "try: fly version");
        }
    }

    /** A port that is free at the moment. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The address of the same database through the local port. The tunnel encrypts, so PostgreSQL does not have to. */
    static DatabaseUrl through(DatabaseUrl url, int port) {
        Map<String, String> options = new TreeMap<>(url.options());
        options.keySet().removeIf(name -> name.startsWith("ssl") || name.equals("channelBinding"));
        options.put("sslmode", "disable");
        return new DatabaseUrl(
                url.user(), url.password(), List.of(new DatabaseUrl.Host(LOCALHOST, port)), url.database(), options);
    }

    /**
     * Waits until PostgreSQL itself answers, not merely the proxy.
     *
     * @throws DatabaseFailure if it answers and refuses, because of a wrong password for instance
     */
    void awaitAnswer(DatabaseUrl url, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            // A connection that the proxy took before the database was there may never be answered.
            String limited = url.withLoginTimeout(loginSeconds(url, deadline)).jdbcUrl();
            try (var _ = DriverManager.getConnection(limited, url.user(), url.password())) {
                return;
            } catch (SQLException notYet) {
                String state = notYet.getSQLState() == null ? "08000" : notYet.getSQLState();
                if (!state.startsWith("08") && !state.equals("57P03")) {
                    throw DatabaseFailure.of(notYet);
                }
            }
            if (!child().isAlive()) {
                throw new Failure(
                        Exit.FAILED,
                        "fly proxy ended before the database answered" + lastOutput(url),
                        "try fly by hand: fly status, fly auth whoami");
            }
            if (System.nanoTime() > deadline) {
                throw new Failure(
                        Exit.FAILED,
                        "the database did not answer through fly proxy within " + timeout.toSeconds() + " s"
                                + lastOutput(url),
                        "check that its machine runs (fly status), or wait longer with --fly-timeout");
            }
            pause();
        }
    }

    /** What is left until the deadline, in whole seconds, but at most what the URL allows one login. */
    private static long loginSeconds(DatabaseUrl url, long deadline) {
        long left = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(deadline - System.nanoTime()));
        long allowed = Long.parseLong(url.options().getOrDefault("loginTimeout", "0"));
        return allowed == 0 ? left : Math.min(allowed, left);
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

    /**
     * The hook is registered before the child starts, and waits for this lock, so that no signal leaves the child
     * behind.
     */
    private synchronized void launch(ProcessBuilder builder) throws IOException {
        Runtime.getRuntime().addShutdownHook(hook);
        child = builder.start();
        child.getOutputStream().close(); // so that it cannot wait for input
        reader.start();
    }

    private synchronized Process child() {
        return Objects.requireNonNull(child, "launch() sets it");
    }

    /**
     * fly may be a script around the program, so its descendants end too. The agent does not: fly starts it for all later
     * runs of fly.
     */
    private void end() {
        Process started;
        synchronized (this) {
            started = child;
        }
        if (started == null) {
            return; // it could not be started
        }
        List<ProcessHandle> all = Stream.concat(
                        started.descendants().filter(one -> !isAgent(one)), Stream.of(started.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + GRACE_PERIOD.toNanos();
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
                new BufferedReader(new InputStreamReader(child().getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (output) {
                    output.addLast(line);
                    if (output.size() > MAX_LINES) {
                        output.removeFirst();
                    }
                }
            }
        } catch (IOException ended) {
            // The output so far is kept.
        }
    }

    private String lastOutput(DatabaseUrl url) {
        if (!child().isAlive()) {
            try {
                reader.join(GRACE_PERIOD);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        synchronized (output) {
            return output.isEmpty()
                    ? ""
                    : ", and fly said: " + Redaction.redact(String.join(" / ", output), List.of(url.password()));
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

    private static String program(Shell shell) {
        return shell.findProgram("fly", "flyctl")
                .orElseThrow(() -> new Failure(
                        Exit.FAILED,
                        "there is no fly on the PATH",
                        "install it (https://fly.io/docs/flyctl/install) and log in with: fly auth login"))
                .toString();
    }
}
