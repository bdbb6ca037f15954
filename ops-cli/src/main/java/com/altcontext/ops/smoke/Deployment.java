package com.altcontext.ops.smoke;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** A running service, called over HTTP from outside as any client calls it. */
final class Deployment implements AutoCloseable {
    /** A sleeping machine wakes within the first request. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final URI base;
    private final HttpClient client;

    Deployment(URI base) {
        this.base = base;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** A response. Its body may be anything, so it is searched and not parsed. */
    record ServiceResponse(int status, HttpResponse<String> response) {
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

        /** A summary for people: the status, the outcome of an event, the error's code. */
        String summary() {
            Matcher error = Pattern.compile("\"error\":\"([a-z_]{1,40})\"").matcher(body());
            return status
                    + header("x-outcome").map(outcome -> " " + outcome).orElse("")
                    + (error.find() ? " " + error.group(1) : "");
        }
    }

    /** There was no response; the message says in a few words why. */
    static final class NoResponse extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean unreachable;

        private NoResponse(Exception why) {
            super(reason(why), null, false, false);
            this.unreachable = why instanceof ConnectException;
        }

        /** Whether nothing listens at the address, so that no other request can succeed either. */
        boolean isUnreachable() {
            return unreachable;
        }

        private static String reason(Exception why) {
            return switch (why) {
                case HttpTimeoutException _ -> "timed out after " + TIMEOUT.toSeconds() + " seconds";
                case ConnectException _ -> "nothing listens there, or the host name is unknown";
                case SSLException _ -> "its certificate is not trusted, or there is no TLS";
                default -> "the connection was lost (" + why.getClass().getSimpleName() + ")";
            };
        }
    }

    boolean isSecure() {
        return "https".equals(base.getScheme());
    }

    /** @param headers names and values in turn */
    ServiceResponse get(String path, String... headers) throws NoResponse {
        return send(request(base, path, headers).GET());
    }

    /** Gets a path over plain HTTP, as a browser may do that knows only the host's name. */
    ServiceResponse getInsecurely(String path) throws NoResponse {
        URI plain = URI.create("http://" + base.getHost());
        return send(request(plain, path).GET());
    }

    ServiceResponse options(String path, String... headers) throws NoResponse {
        return send(request(base, path, headers).method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
    }

    ServiceResponse post(String path, String json, String... headers) throws NoResponse {
        return send(request(base, path, headers)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private static HttpRequest.Builder request(URI base, String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT);
        return headers.length == 0 ? request : request.headers(headers);
    }

    private ServiceResponse send(HttpRequest.Builder request) throws NoResponse {
        try {
            HttpResponse<String> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new ServiceResponse(response.statusCode(), response);
        } catch (IOException e) {
            throw new NoResponse(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoResponse(e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
