package com.altcontext.api.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A browser without a window, driven by the <a href="https://chromedevtools.github.io/devtools-protocol/">DevTools
 * protocol</a>. Each visitor has storage of its own.
 */
public final class Chromium implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Path directory;
    private final Process process;
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final Map<String, BiConsumer<String, JsonNode>> listeners = new ConcurrentHashMap<>();

    private Chromium(Path directory, Process process, String address) {
        this.directory = directory;
        this.process = process;
        this.socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(address), new Reader())
                .join();
    }

    /** A browser that looks like a person's. */
    public static Chromium start() {
        return start("{}");
    }

    /** @param preferences of the user, as Chromium keeps them in its profile */
    public static Chromium start(String preferences) {
        return start(preferences, "--disable-blink-features=AutomationControlled");
    }

    /** A browser whose pages can see in {@code navigator.webdriver} that a program controls it. */
    public static Chromium automated() {
        return start("{}", "--enable-automation");
    }

    private static Chromium start(String preferences, String automation) {
        try {
            Path directory = Files.createTempDirectory("altcontext-chromium-");
            Path profile = directory.resolve("profile");
            Files.createDirectories(profile.resolve("Default"));
            Files.writeString(profile.resolve("Default").resolve("Preferences"), preferences);
            ProcessBuilder builder = new ProcessBuilder(List.of(
                            executable(),
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-dev-shm-usage",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync",
                            "--no-first-run",
                            automation,
                            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
                            "--remote-debugging-port=0",
                            "--user-agent=" + Call.BROWSER, // its own contains Headless, which counts as a bot
                            "--user-data-dir=" + profile,
                            "about:blank"))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile());
            builder.environment().put("HOME", directory.toString());
            // Otherwise the parts of a date field have the order of the developer's language.
            builder.environment().put("LANGUAGE", "en_US");
            Process process = builder.start();
            return new Chromium(directory, process, address(process, directory));
        } catch (IOException failed) {
            throw new UncheckedIOException("the browser could not be started", failed);
        }
    }

    /** A new visitor, whose storage and cache are empty. */
    public Profile visitor() {
        return new Profile(call(null, "Target.createBrowserContext", Map.of("disposeOnDetach", true))
                .path("browserContextId")
                .asText());
    }

    /** The default profile, with the preferences that the browser was started with. */
    public Profile owner() {
        return new Profile(null);
    }

    /** Sends a command to a tab, or to the browser itself, and waits for its answer. */
    public JsonNode call(@Nullable String session, String method, Map<String, ?> parameters) {
        int id = calls.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        ObjectNode command = Call.JSON.createObjectNode().put("id", id).put("method", method);
        command.set("params", Call.JSON.valueToTree(parameters));
        if (session != null) {
            command.put("sessionId", session);
        }
        synchronized (socket) {
            socket.sendText(command.toString(), true).join();
        }
        try {
            return answer.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
        } catch (CompletionException failed) {
            String failure = method + " " + parameters + ": " + failed.getCause();
            throw PageGone.WORDS.matcher(failure).find()
                    ? new PageGone(failure, failed)
                    : new AssertionError(failure, failed);
        }
    }

    /** The page has been replaced by another one meanwhile. */
    public static final class PageGone extends AssertionError {
        private static final long serialVersionUID = 1L;
        private static final Pattern WORDS =
                Pattern.compile("Cannot find (default execution )?context|context was destroyed|navigated or closed");

        private PageGone(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Passes every later message of a tab to the listener, as its method and parameters. The socket's thread calls the
     * listener, which must not wait.
     */
    public void listen(String session, BiConsumer<String, JsonNode> listener) {
        listeners.put(session, listener);
    }

    @Override
    public void close() {
        // The browser would replace children that end before it.
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        children.forEach(ProcessHandle::destroyForcibly);
        socket.abort();
        client.shutdownNow();
        PackagedService.delete(directory);
    }

    /** Waits for the address that the browser writes to a file when it listens. */
    private static String address(Process process, Path directory) {
        Path file = directory.resolve("profile").resolve("DevToolsActivePort");
        List<String> lines = Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .atMost(TIMEOUT)
                .failFast(() -> assertThat(process.isAlive())
                        .as("the browser has ended; it wrote\n%s", Files.readString(directory.resolve("log")))
                        .isTrue())
                .until(() -> Files.exists(file) ? Files.readAllLines(file) : List.of(), read -> read.size() == 2);
        return "ws://127.0.0.1:" + lines.get(0) + lines.get(1);
    }

    private static String executable() {
        String given = System.getenv("CHROMIUM");
        Path browser = Path.of(given == null || given.isBlank() ? "/usr/bin/chromium" : given);
        assertThat(browser)
                .as("a browser: install the package chromium (make test does), or name one in CHROMIUM")
                .isExecutable();
        return browser.toString();
    }

    /** A browser profile: its tabs share storage and cache. */
    public final class Profile {
        private final @Nullable String context;

        private Profile(@Nullable String context) {
            this.context = context;
        }

        public ChromiumTab tab() {
            Map<String, Object> parameters = new ConcurrentHashMap<>(Map.of("url", "about:blank"));
            if (context != null) {
                parameters.put("browserContextId", context);
            }
            String target = call(null, "Target.createTarget", parameters)
                    .path("targetId")
                    .asText();
            String session = call(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                    .path("sessionId")
                    .asText();
            return new ChromiumTab(Chromium.this, target, session);
        }
    }

    private final class Reader implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
            message.append(part);
            if (isLast) {
                String text = message.toString();
                message.setLength(0);
                take(text);
            }
            from.request(1);
            return null;
        }

        private void take(String text) {
            JsonNode received;
            try {
                received = Call.JSON.readTree(text);
            } catch (JsonProcessingException notJson) {
                throw new AssertionError("the browser sent something that is not JSON", notJson);
            }
            CompletableFuture<JsonNode> answer =
                    received.has("id") ? answers.remove(received.path("id").intValue()) : null;
            BiConsumer<String, JsonNode> listener =
                    listeners.get(received.path("sessionId").asText());
            if (answer != null && received.has("error")) {
                answer.completeExceptionally(
                        new IllegalStateException(received.path("error").toString()));
            } else if (answer != null) {
                answer.complete(received.path("result"));
            } else if (listener != null) {
                listener.accept(received.path("method").asText(), received.path("params"));
            }
        }
    }
}
