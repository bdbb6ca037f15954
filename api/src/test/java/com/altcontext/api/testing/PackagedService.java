package com.altcontext.api.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.devdb.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * The packaged service as a process of its own, with the jar, the JVM flags and the variables of production. It is for
 * tests of what cannot be tested inside the process, such as killing it.
 */
public final class PackagedService implements AutoCloseable {
    /** The {@link #health} of a service that does not listen. */
    public static final String SILENT = "no answer";

    private static final Path JAR =
            Path.of("target", "quarkus-app", "quarkus-run.jar").toAbsolutePath();
    private static final Path FLAGS = Path.of("..", "deploy", "jvm.options").toAbsolutePath();
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final Path directory;
    private final Process process;
    private final String address;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private PackagedService(Path directory, Process process, String address) {
        this.directory = directory;
        this.process = process;
        this.address = address;
    }

    /** A service that is ready for traffic. */
    public static PackagedService on(String databaseUrl) {
        return on(databaseUrl, Map.of());
    }

    /** A service that is ready for traffic, with more variables set. */
    public static PackagedService on(String databaseUrl, Map<String, String> more) {
        Map<String, String> variables = new ConcurrentHashMap<>(more);
        variables.put("DATABASE_URL", databaseUrl);
        PackagedService service = launch(variables);
        try {
            service.awaitHealth("200");
            return service;
        } catch (RuntimeException | AssertionError failed) {
            service.close();
            throw failed;
        }
    }

    /** Starts a process in an empty directory, with these variables and those that every start needs. */
    public static PackagedService launch(Map<String, String> variables) {
        assertThat(JAR).as("the jar, which mvn package builds").exists();
        int port = Ports.free();
        try {
            Path directory = Files.createTempDirectory("altcontext-service-");
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            ProcessBuilder builder = new ProcessBuilder(java, "@" + FLAGS, "-jar", JAR.toString())
                    .directory(directory.toFile())
                    .redirectOutput(directory.resolve("stdout").toFile())
                    .redirectError(directory.resolve("stderr").toFile());
            builder.environment().clear();
            builder.environment()
                    .putAll(Map.of(
                            "IP_HASH_PEPPER",
                            TestService.PEPPER,
                            "HOST",
                            "127.0.0.1",
                            "PORT",
                            String.valueOf(port),
                            "MANAGEMENT_PORT",
                            "0",
                            "RATE_LIMIT_EVENTS",
                            "1000000000",
                            "RATE_LIMIT_BYTES",
                            "1000000000"));
            builder.environment().putAll(variables);
            return new PackagedService(directory, builder.start(), "http://127.0.0.1:" + port);
        } catch (IOException failed) {
            throw new UncheckedIOException("the service could not be started", failed);
        }
    }

    /** Scheme, host and port. */
    public String address() {
        return address;
    }

    /** {@code 200}, or the status and the code of the error, or {@link #SILENT}. */
    public String health() {
        try {
            Call.Answer answer = get("/v1/healthz");
            return answer.status() == 200 ? "200" : answer.status() + " " + answer.field("error");
        } catch (IOException notListening) {
            return SILENT;
        }
    }

    /** Waits until {@link #health} says this; fails at once if the process has ended. */
    public void awaitHealth(String wanted) {
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .atMost(START_TIMEOUT)
                .failFast(() -> assertThat(process.isAlive())
                        .as(() -> "the service has ended; it wrote\n" + written("stdout") + written("stderr"))
                        .isTrue())
                .untilAsserted(() -> assertThat(health())
                        .as(() -> "health; the service wrote\n" + written("stdout") + written("stderr"))
                        .isEqualTo(wanted));
    }

    /** Asserts that the service is ready, stores events and has not run out of memory. */
    public void assertAlive() throws IOException {
        assertThat(health()).as(() -> written("stdout") + written("stderr")).isEqualTo("200");
        StoredRows.await(
                () -> {
                    try {
                        return post(Load.event("anon-after-the-crowd")).status();
                    } catch (IOException gone) {
                        throw new AssertionError(gone);
                    }
                },
                202);
        assertThat(written("stdout") + written("stderr")).doesNotContain("OutOfMemoryError");
    }

    public Call.Answer get(String path) throws IOException {
        return send(request(path).GET());
    }

    /** Posts one event as a browser's script does. */
    public Call.Answer post(Object event) throws IOException {
        return post("/v1/events", event);
    }

    public Call.Answer post(String path, Object body) throws IOException {
        return send(request(path)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    /** Sends a request of any kind. A header without a value is left out. */
    public Call.Answer ask(String method, String path, String body, Map<String, String> headers) throws IOException {
        return ask(method, path, body, headers, ANSWER_TIMEOUT);
    }

    /**
     * Sends a request like a client with this timeout.
     *
     * @throws IOException if there was no answer within that time
     */
    public Call.Answer ask(String method, String path, String body, Map<String, String> headers, Duration timeout)
            throws IOException {
        HttpRequest.Builder request = request(path)
                .timeout(timeout)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        headers.forEach((name, value) -> {
            if (!value.isEmpty()) {
                request.header(name, value);
            }
        });
        return send(request);
    }

    /** SIGKILL, which a process cannot handle. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM, which a platform sends before it stops a machine. */
    public void terminate() {
        process.destroy();
    }

    /** @throws AssertionError if the process does not end within that time */
    public int exitCode(Duration within) throws InterruptedException {
        assertThat(process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS))
                .as("the process ends within %s; it wrote\n%s", within, written("stdout"))
                .isTrue();
        return process.exitValue();
    }

    /** What the process wrote so far to {@code stdout} or {@code stderr}. */
    public String written(String stream) {
        try {
            return Files.readString(directory.resolve(stream));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        client.shutdownNow();
        delete(directory);
    }

    /** Deletes a directory of a process that has ended. Children of the process may write to it a moment longer. */
    public static void delete(Path directory) {
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .ignoreExceptionsMatching(
                        failed -> failed instanceof IOException || failed instanceof UncheckedIOException)
                .until(() -> isDeleted(directory));
    }

    private static boolean isDeleted(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
        return Files.notExists(directory);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(address + path))
                .timeout(ANSWER_TIMEOUT)
                .header("user-agent", Call.BROWSER);
    }

    private Call.Answer send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Call.Answer(answer.statusCode(), answer.headers(), answer.body());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for an answer", stop);
        }
    }
}
