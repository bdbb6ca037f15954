package com.altcontext.api;

import com.altcontext.attribution.ReferrerHost;
import com.altcontext.property.Properties;
import com.altcontext.value.Issue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * What stands before every resource: the request's id, the headers of every answer, CORS, and the refusals that need no
 * look at the body's content — unknown path, wrong method, too many, wrong type, too large, too slow.
 */
@ApplicationScoped
class Edge {
    static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-request-id");

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence NOSNIFF_NAME = HttpHeaders.createOptimized("x-content-type-options");
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
    private static final CharSequence CSP_NAME = HttpHeaders.createOptimized("content-security-policy");
    private static final CharSequence CSP = HttpHeaders.createOptimized("default-src 'none'; frame-ancestors 'none'");
    private static final CharSequence REFERRER_POLICY = HttpHeaders.createOptimized("referrer-policy");
    private static final CharSequence NO_REFERRER = HttpHeaders.createOptimized("no-referrer");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence HSTS_NAME = HttpHeaders.createOptimized("strict-transport-security");
    private static final CharSequence HSTS = HttpHeaders.createOptimized("max-age=31536000");
    private static final CharSequence EXPOSED =
            HttpHeaders.createOptimized("x-outcome, x-request-id, retry-after, ratelimit, ratelimit-policy");

    private static final Pattern SHORT_TOKEN = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int BEFORE_EVERYTHING = 1_000;

    private final Set<String> allowedOrigins;
    private final boolean onFly;
    private final ClientAddresses addresses;
    private final RateLimiter limiter;
    private final BodyCollector bodies;
    private final Tally tally;
    private final Properties properties;
    private final ObjectMapper json;

    Edge(
            Settings settings,
            ClientAddresses addresses,
            RateLimiter limiter,
            BodyCollector bodies,
            Tally tally,
            Properties properties,
            ObjectMapper json) {
        this.allowedOrigins = settings.corsAllowedOrigins();
        this.onFly = settings.clientAddress().onFly();
        this.addresses = addresses;
        this.limiter = limiter;
        this.bodies = bodies;
        this.tally = tally;
        this.properties = properties;
        this.json = json;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, BEFORE_EVERYTHING);
    }

    private void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        identify(request);
        Endpoint endpoint = Endpoint.at(context.normalizedPath());
        if (endpoint == null) {
            allowOrigin(request);
            refuse(context, null, Problem.NOT_FOUND, List.of());
            return;
        }
        boolean originAllowed = allowOrigin(request);
        if (request.method().equals(HttpMethod.OPTIONS)) {
            answerOptions(request, endpoint, originAllowed);
            return;
        }
        if (!endpoint.accepts(request.method())) {
            request.response().putHeader(HttpHeaders.ALLOW, endpoint.allowed());
            refuse(context, endpoint, Problem.METHOD_NOT_ALLOWED, List.of());
            return;
        }
        Client client = Client.identify(context, addresses);
        if (endpoint.limit != null && !isWithin(context, endpoint, limiter.take(endpoint.limit, client.address(), 1))) {
            return;
        }
        if (!endpoint.takesBody()) {
            context.next();
        } else if (!isJson(request.headers())) {
            refuse(context, endpoint, Problem.UNSUPPORTED_MEDIA_TYPE, List.of());
        } else {
            bodies.collect(context, (problem, issues) -> refuse(context, endpoint, problem, issues));
        }
    }

    private void identify(HttpServerRequest request) {
        String given = request.getHeader(REQUEST_ID);
        String id = given != null && SHORT_TOKEN.matcher(given).matches()
                ? given
                // To be told apart in a log, not to be kept secret.
                : HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        MDC.put("requestId", id);
        MultiMap headers = request.response().headers();
        headers.set(REQUEST_ID, id);
        headers.set(NOSNIFF_NAME, NOSNIFF);
        headers.set(CSP_NAME, CSP);
        headers.set(REFERRER_POLICY, NO_REFERRER);
        headers.set(HttpHeaders.CACHE_CONTROL, NO_STORE);
        if (onFly) {
            headers.set(HSTS_NAME, HSTS);
        }
    }

    /** Gives a listed origin its own name back; any other is served without a word about origins. */
    private boolean allowOrigin(HttpServerRequest request) {
        MultiMap headers = request.response().headers();
        headers.set(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null || !allowedOrigins.contains(origin.toLowerCase(Locale.ROOT))) {
            return false;
        }
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        return true;
    }

    private static void answerOptions(HttpServerRequest request, Endpoint endpoint, boolean originAllowed) {
        MultiMap headers = request.response().headers();
        headers.set(HttpHeaders.ALLOW, endpoint.allowed());
        if (originAllowed && request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD) != null) {
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, endpoint.method.name());
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, "content-type, x-request-id");
            headers.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "86400");
        }
        request.response().setStatusCode(204).end();
    }

    /** Answers 429 unless the limiter let the request pass. */
    private boolean isWithin(RoutingContext context, Endpoint endpoint, RateLimiter.Verdict verdict) {
        if (!verdict.passed()) {
            limited(context.response().headers(), verdict);
            refuse(context, endpoint, Problem.RATE_LIMITED, List.of());
        }
        return verdict.passed();
    }

    static void limited(MultiMap headers, RateLimiter.Verdict verdict) {
        headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(verdict.retryAfterSeconds()));
        headers.set("RateLimit-Policy", verdict.policy());
        headers.set("RateLimit", verdict.state());
    }

    /** JSON by its own name, or as the text that {@code sendBeacon} sends without a preflight; UTF-8 and not packed. */
    private static boolean isJson(MultiMap headers) {
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        String encoding = headers.get(HttpHeaders.CONTENT_ENCODING);
        if (type == null || encoding != null && !encoding.equalsIgnoreCase("identity")) {
            return false;
        }
        String[] parts = type.toLowerCase(Locale.ROOT).split(";");
        String media = parts[0].strip();
        if (!media.equals("application/json") && !media.equals("text/plain")) {
            return false;
        }
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().replace("\"", "");
            if (parameter.startsWith("charset=")
                    && !parameter.equals("charset=utf-8")
                    && !parameter.equals("charset=utf8")) {
                return false;
            }
        }
        return true;
    }

    private void refuse(RoutingContext context, @Nullable Endpoint endpoint, Problem problem, List<Issue> issues) {
        if (endpoint != null) {
            String host = ReferrerHost.of(context.request().getHeader(HttpHeaders.ORIGIN));
            tally.refused(properties.byHost(host).id(), endpoint, problem);
        }
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(problem.status).putHeader(HttpHeaders.CONTENT_TYPE, JSON);
        if (hasUnreadBody(context.request())) {
            // It will not be read, so the connection cannot carry another request.
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        response.end(body(issues.isEmpty() ? problem.body() : problem.body(issues)));
    }

    private static boolean hasUnreadBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        boolean announced =
                length == null ? request.headers().contains(HttpHeaders.TRANSFER_ENCODING) : !length.equals("0");
        return announced && !request.isEnded();
    }

    private Buffer body(Problem.Body body) {
        try {
            return Buffer.buffer(json.writeValueAsBytes(body));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a record of strings can be written", impossible);
        }
    }
}
