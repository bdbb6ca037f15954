package com.altcontext.api.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** A request to the service under test. The only header that it has by default is a browser's user agent. */
public final class Call {
    public static final ObjectMapper JSON = new ObjectMapper();
    public static final String BROWSER =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
                    + " Chrome/126.0.0.0 Safari/537.36";

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private final String method;
    private final URI uri;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private byte @Nullable [] body;
    private boolean chunked;

    private Call(String method, URI uri) {
        this.method = method;
        this.uri = uri;
        header("user-agent", BROWSER);
    }

    /** The answer of the service. */
    public record Answer(int status, HttpHeaders headers, String text) {
        public JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException notJson) {
                throw new AssertionError("the answer is not JSON: " + text, notJson);
            }
        }

        public @Nullable String header(String name) {
            return headers.firstValue(name).orElse(null);
        }

        /** The value of a field of the answer's object. Empty if there is no such field. */
        public String field(String name) {
            return json().path(name).asText();
        }
    }

    /** Asserts that the answer is an error of the service, in JSON. */
    public static void assertError(Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.json().path("ok").isBoolean()).isTrue();
        assertThat(answer.json().path("ok").booleanValue()).isFalse();
        assertThat(answer.json().path("error").asText()).isEqualTo(code);
        assertThat(answer.text()).contains("\"error\":\"" + code + "\"");
        assertThat(answer.header("content-type")).startsWith("application/json");
    }

    public static URI base() {
        return URI.create(ConfigProvider.getConfig().getValue("test.url", String.class));
    }

    public static Call of(String method, String path) {
        return new Call(method, URI.create(base() + path));
    }

    public static Call get(String path) {
        return of("GET", path);
    }

    /** A request to the port for health and metrics. */
    public static Call management(String path) {
        URI management = URI.create(ConfigProvider.getConfig().getValue("test.management.url", String.class));
        return new Call("GET", management.resolve(path));
    }

    public static Call event(Object body) {
        return of("POST", "/v1/events").json(body);
    }

    public static Call batch(Object body) {
        return of("POST", "/v1/events/batch").json(body);
    }

    public static Call capture(Object body) {
        return of("POST", "/v1/leads/capture").json(body);
    }

    /** Requests the erasure of a person, with the admin key. */
    public static Call erasure(Object body) {
        return of("POST", "/v1/leads/delete")
                .header("x-admin-key", TestService.ADMIN_KEY)
                .json(body);
    }

    /** Requests all data that is held about a person, with the admin key. */
    public static Call export(Object body) {
        return of("POST", "/v1/leads/export")
                .header("x-admin-key", TestService.ADMIN_KEY)
                .json(body);
    }

    /** A form that a browser posts without a script. */
    public static Call form(String pairs) {
        return of("POST", "/v1/leads/capture")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(pairs);
    }

    /** Sends a string as it is, and anything else as its JSON. */
    public Call json(Object content) {
        return header("content-type", "application/json").body(content);
    }

    public Call body(Object content) {
        body = content instanceof byte[] bytes ? bytes : content.toString().getBytes(StandardCharsets.UTF_8);
        return this;
    }

    /** Sends the body in chunks, without a content-length. */
    public Call chunked() {
        chunked = true;
        return this;
    }

    public Call header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    public Call without(String name) {
        headers.remove(name);
        return this;
    }

    public Answer send() {
        return sendLater().join();
    }

    public CompletableFuture<Answer> sendLater() {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30));
        headers.forEach(request::header);
        byte[] content = body;
        HttpRequest.BodyPublisher publisher;
        if (content == null) {
            publisher = HttpRequest.BodyPublishers.noBody();
        } else if (chunked) {
            publisher = HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(content));
        } else {
            publisher = HttpRequest.BodyPublishers.ofByteArray(content);
        }
        return CLIENT.sendAsync(request.method(method, publisher).build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(answer -> new Answer(answer.statusCode(), answer.headers(), answer.body()));
    }

    /** Sends bytes over a bare socket and returns all that comes back until the service closes the connection. */
    public static String raw(String bytes) throws IOException {
        try (RawClient client = new RawClient()) {
            client.write(bytes);
            return client.readAll();
        }
    }
}
