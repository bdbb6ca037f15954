package com.altcontext.api;

import com.altcontext.property.Properties;
import com.altcontext.value.Issue;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What stands before everything: the request's id, the headers of every answer, CORS, and the refusals that need no
 * look at the body's content — unknown path, wrong method, no key, too many, wrong type, too large, too slow. Who passes
 * goes on to the {@link Doors}.
 */
@ApplicationScoped
class Edge {
    private static final CharSequence EXPOSED =
            HttpHeaders.createOptimized("x-outcome, x-request-id, retry-after, ratelimit, ratelimit-policy");

    private static final CharSequence TRUE = HttpHeaders.createOptimized("true");
    /** The sites of the earlier system still send {@code x-api-key}, which is not looked at. */
    private static final CharSequence ALLOWED_HEADERS =
            HttpHeaders.createOptimized("content-type, x-request-id, x-api-key");

    private static final int BEFORE_EVERYTHING = 1_000;

    private final Set<String> allowedOrigins;
    private final AnswerHeaders answerHeaders;
    private final ClientAddresses addresses;
    private final RateLimiter limiter;
    private final BodyCollector bodies;
    private final Tally tally;
    private final Properties properties;
    private final Admission admission;
    private final Doors doors;

    Edge(
            Settings settings,
            ClientAddresses addresses,
            RateLimiter limiter,
            Admission admission,
            BodyCollector bodies,
            Tally tally,
            Properties properties,
            Doors doors) {
        this.allowedOrigins = settings.corsAllowedOrigins();
        this.answerHeaders = new AnswerHeaders(settings.clientAddress().onFly());
        this.addresses = addresses;
        this.limiter = limiter;
        this.bodies = bodies;
        this.tally = tally;
        this.properties = properties;
        this.admission = admission;
        this.doors = doors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, BEFORE_EVERYTHING);
    }

    /**
     * Answers what the router refuses by itself, or what failed on the way, as everything else is answered. Quarkus would log the
     * whole address for it, query and all, which may hold anything.
     */
    void register(@Observes Router router) {
        router.errorHandler(Problem.INVALID_REQUEST.status, this::answerFailure);
        router.errorHandler(Problem.NOT_FOUND.status, this::answerFailure);
        router.errorHandler(Problem.INTERNAL_ERROR.status, this::answerFailure);
        router.route().order(Integer.MIN_VALUE).failureHandler(this::answerFailure);
    }

    private void answerFailure(RoutingContext context) {
        HttpServerRequest request = context.request();
        Endpoint endpoint = Endpoint.at(request.path());
        Problem problem = Problem.ofStatus(context.statusCode());
        if (!request.response().headers().contains(AnswerHeaders.REQUEST_ID)) {
            identify(request);
            allowOrigin(request, endpoint);
        }
        if (endpoint != null) {
            String site = Client.of(request, addresses).siteHost();
            tally.refused(properties.byHost(site).id(), endpoint, problem);
        }
        if (problem == Problem.INTERNAL_ERROR && context.failure() != null) {
            Exchange.logUnforeseen(context, context.failure());
        }
        Exchange.failed(context, problem, List.of());
    }

    private void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        identify(request);
        Endpoint endpoint = Endpoint.at(request.path());
        boolean originAllowed = allowOrigin(request, endpoint);
        if (endpoint == null) {
            Exchange.failed(context, Problem.NOT_FOUND, List.of());
            return;
        }
        if (request.method().equals(HttpMethod.OPTIONS)) {
            Exchange preflight = new Exchange(context, endpoint, Client.of(request, addresses), tally);
            if (allow(preflight, Endpoint.Limit.SCRIPTS, 1)) {
                answerOptions(request, endpoint, originAllowed);
            }
            return;
        }
        if (!endpoint.accepts(request.method())) {
            request.response().putHeader(HttpHeaders.ALLOW, endpoint.allowed());
            Exchange.failed(context, Problem.METHOD_NOT_ALLOWED, List.of());
            return;
        }
        receive(new Exchange(context, endpoint, Client.of(request, addresses), tally));
    }

    private void receive(Exchange exchange) {
        if (!admit(exchange) || !allow(exchange)) {
            return;
        }
        HttpServerRequest request = exchange.request();
        boolean readable = switch (exchange.endpoint.bodyOf(request.method())) {
            case NONE -> {
                Exchange.skipBody(request);
                doors.open(exchange);
                yield false;
            }
            case JSON -> checkType(exchange, MediaTypes.isJson(request.headers()));
            case JSON_OR_FORM ->
                checkType(exchange, MediaTypes.isJson(request.headers()) || MediaTypes.isForm(request.headers()));
            case ANYTHING -> true;
        };
        if (readable) {
            bodies.collect(
                    request, body -> open(exchange, body), (problem, issues) -> refuse(exchange, problem, issues));
        }
    }

    /** Whether the operator's endpoints may be entered; whoever has no key is told before anything else is looked at. */
    private boolean admit(Exchange exchange) {
        if (!exchange.endpoint.needsOperator()) {
            return true;
        }
        AdminKey.Verdict verdict = admission.judge(exchange);
        if (verdict.limit() != null) {
            verdict.limit().tell(exchange.request().response().headers());
        }
        if (verdict.problem() != null) {
            refuse(exchange, verdict.problem(), List.of());
        }
        return verdict.problem() == null;
    }

    private void open(Exchange exchange, byte[] body) {
        if (!exchange.endpoint.stores() || allow(exchange, Endpoint.Limit.BYTES, body.length)) {
            doors.open(exchange, body);
        }
    }

    private boolean allow(Exchange exchange) {
        Endpoint.Limit limit = exchange.endpoint.limit(exchange.isSignedIn());
        return limit == null || allow(exchange, limit, 1);
    }

    private boolean allow(Exchange exchange, Endpoint.Limit limit, int count) {
        RateLimiter.Verdict verdict = limiter.take(limit, exchange.client.address(), count);
        if (!verdict.passed()) {
            verdict.tell(exchange.request().response().headers());
            refuse(exchange, Problem.RATE_LIMITED, List.of());
        }
        return verdict.passed();
    }

    private boolean checkType(Exchange exchange, boolean isRight) {
        if (!isRight) {
            refuse(exchange, Problem.UNSUPPORTED_MEDIA_TYPE, List.of());
        }
        return isRight;
    }

    private void refuse(Exchange exchange, Problem problem, List<Issue> issues) {
        tally.refused(properties.byHost(exchange.client.siteHost()).id(), exchange.endpoint, problem);
        exchange.failed(problem, issues);
    }

    private void identify(HttpServerRequest request) {
        answerHeaders.set(request.response().headers(), request.getHeader(AnswerHeaders.REQUEST_ID));
    }

    /** Gives a listed origin its own name back; any other is served without a word about origins. */
    private boolean allowOrigin(HttpServerRequest request, @Nullable Endpoint endpoint) {
        MultiMap headers = request.response().headers();
        headers.set(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        if (endpoint != null && endpoint.isForOperator()) {
            return false;
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null || !allowedOrigins.contains(origin.toLowerCase(Locale.ROOT))) {
            return false;
        }
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        // A browser sends a beacon of JSON with credentials, whatever there is of them. No cookie is read on these
        // routes.
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        return true;
    }

    private static void answerOptions(HttpServerRequest request, Endpoint endpoint, boolean originAllowed) {
        MultiMap headers = request.response().headers();
        headers.set(HttpHeaders.ALLOW, endpoint.allowed());
        if (originAllowed && request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD) != null) {
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, allowedMethods(endpoint));
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
            headers.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "86400");
        }
        Exchange.skipBody(request);
        request.response().setStatusCode(204).end();
    }

    private static String allowedMethods(Endpoint endpoint) {
        return endpoint.methods.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
    }
}
