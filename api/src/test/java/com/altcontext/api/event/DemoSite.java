package com.altcontext.api.event;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;

/** Serves {@code docs/demo} as a site, with the address of the service under test in its pages. */
final class DemoSite implements AutoCloseable {
    private static final Path FILES = Path.of("..", "docs", "demo");
    private static final String SERVICE = "http://localhost:3000";
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "csv", "text/csv; charset=utf-8");

    private final HttpServer server;
    private volatile String service = SERVICE;
    private volatile Path more = FILES;

    DemoSite() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    /** Makes the pages use the service at this address. */
    void use(String address) {
        service = address;
    }

    /** Also serves the files of another folder. */
    void add(Path folder) {
        more = folder;
    }

    String origin() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    String at(String path) {
        return origin() + path;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String name = exchange.getRequestURI().getPath().substring(1);
            Path own = FILES.resolve(name.isEmpty() ? "index.html" : name);
            Path file = Files.isRegularFile(own) ? own : more.resolve(name);
            if (!Files.isRegularFile(file)) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            String ending = file.getFileName().toString().replaceFirst(".*\\.", "");
            byte[] body = Files.readString(file).replace(SERVICE, service).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", TYPES.getOrDefault(ending, "text/plain"));
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
