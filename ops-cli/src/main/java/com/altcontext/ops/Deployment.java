package com.altcontext.ops;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** A service that runs somewhere, asked over HTTP as anybody may. */
final class Deployment implements AutoCloseable {
    /** A sleeping machine wakes within the first request. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final URI base;
    private final HttpClient client;

    Deployment(URI base) {
        this.base = base;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** What came back. The body's shape is not trusted: it is shown and searched, not parsed. */
    record Answer(int status, HttpResponse<String> response) {
        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        String body() {
            return response.body();
        }

        /** The value of a field of the JSON body that holds an id. */
        Optional<String> id(String field) {
            Matcher found =
                    Pattern.compile('"' + field + "\":\"([0-9a-f-]{36})\"").matcher(body());
            return found.find() ? Optional.of(found.group(1)) : Optional.empty();
        }

        /** The status, what became of an event, and the error's code: what a person needs to see of it. */
        String seen() {
            Matcher error = Pattern.compile("\"error\":\"([a-z_]{1,40})\"").matcher(body());
            return status
                    + header("x-outcome").map(outcome -> " " + outcome).orElse("")
                    + (error.find() ? " " + error.group(1) : "");
        }
    }

    /** Nothing came back; its message says in a few words why. */
    static final class NoAnswer extends Exception {
        private static final long serialVersionUID = 1;

        private NoAnswer(Exception why) {
            super(words(why), null, false, false);
        }

        private static String words(Exception why) {
            return switch (why) {
                case HttpTimeoutException _ -> "none within " + PATIENCE.toSeconds() + " seconds";
                case ConnectException _ -> "nothing listens there, or the name is not known";
                case SSLException _ -> "its certificate is not trusted, or there is no TLS";
                default -> "the connection was lost (" + why.getClass().getSimpleName() + ")";
            };
        }
    }

    boolean isSecure() {
        return "https".equals(base.getScheme());
    }

    Answer get(String path, String... headers) throws NoAnswer {
        return send(request(base, path, headers).GET());
    }

    /** The same over plain HTTP, where a browser begins that was told only the host's name. */
    Answer getInsecurely(String path) throws NoAnswer {
        URI plain = URI.create("http://" + base.getHost());
        return send(request(plain, path).GET());
    }

    Answer options(String path, String... headers) throws NoAnswer {
        return send(request(base, path, headers).method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
    }

    Answer post(String path, String json, String... headers) throws NoAnswer {
        return send(request(base, path, headers)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private static HttpRequest.Builder request(URI base, String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(PATIENCE);
        List.of(headers).forEach(header -> {
            int colon = header.indexOf(':');
            request.header(header.substring(0, colon), header.substring(colon + 1));
        });
        return request;
    }

    private Answer send(HttpRequest.Builder request) throws NoAnswer {
        try {
            HttpResponse<String> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(response.statusCode(), response);
        } catch (IOException e) {
            throw new NoAnswer(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoAnswer(e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
