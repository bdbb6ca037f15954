package com.altcontext.api.http;

import com.altcontext.api.config.AppConfig;
import com.altcontext.client.Limit;
import com.altcontext.client.RateLimiter;
import io.quarkus.arc.All;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every route and applies what its annotations say, in this order: headers of the answer, CORS, path, method, key,
 * rate limit, media type, body. A refused request costs no more than that. A request that passes goes on to its resource.
 */
@ApplicationScoped
class RequestFilter {
    private static final CharSequence EXPOSED =
            HttpHeaders.createOptimized("x-outcome, x-request-id, retry-after, ratelimit, ratelimit-policy");

    private static final CharSequence TRUE = HttpHeaders.createOptimized("true");
    /** The sites of the earlier system still send {@code x-api-key}, which is ignored. */
    private static final CharSequence ALLOWED_HEADERS =
            HttpHeaders.createOptimized("content-type, x-request-id, x-api-key");

    /** Stands for a body that was read, as Vert.x's own body handler leaves one: without it Quarkus REST would wait for more. */
    private static final Buffer COLLECTED = Buffer.buffer(" ");

    private static final int BEFORE_EVERYTHING = 1_000;
    private static final int NO_CONTENT = 204;

    private final Set<String> allowedOrigins;
    private final SecurityHeaders securityHeaders;
    private final ClientAddresses addresses;
    private final RateLimiter limiter;
    private final OperatorAuth auth;
    private final BodyCollector bodies;
    private final Routes routes;
    private final Map<Class<?>, DirectHandler> handlers;
    private final ErrorMapper errors;

    RequestFilter(
            AppConfig config,
            ClientAddresses addresses,
            RateLimiter limiter,
            OperatorAuth auth,
            BodyCollector bodies,
            Routes routes,
            @All List<DirectHandler> handlers,
            ErrorMapper errors) {
        this.allowedOrigins = config.corsAllowedOrigins();
        this.securityHeaders = new SecurityHeaders(config.clientAddress().isOnFly());
        this.addresses = addresses;
        this.limiter = limiter;
        this.auth = auth;
        this.bodies = bodies;
        this.routes = routes;
        this.handlers = handlers.stream().collect(Collectors.toMap(DirectHandler::getClass, Function.identity()));
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, BEFORE_EVERYTHING);
    }

    /**
     * Answers what the router refuses by itself as everything else is answered. Quarkus would log the whole address for it, with
     * the query, which may hold anything.
     */
    void register(@Observes Router router) {
        router.errorHandler(Problem.INVALID_REQUEST.status, this::answerFailure);
        router.errorHandler(Problem.NOT_FOUND.status, this::answerFailure);
        router.errorHandler(Problem.INTERNAL_ERROR.status, this::answerFailure);
        router.route().order(Integer.MIN_VALUE).failureHandler(this::answerFailure);
    }

    private void answerFailure(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        if (!request.response().headers().contains(SecurityHeaders.REQUEST_ID)) {
            setHeaders(request, routes.at(request.path()));
        }
        Throwable failure = routing.failure();
        if (routing.statusCode() == Problem.INTERNAL_ERROR.status && failure != null) {
            errors.answer(routing, failure);
        } else {
            errors.answer(routing, new Refusal(Problem.ofStatus(routing.statusCode())));
        }
    }

    private void handle(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        Routes.Methods methods = routes.at(request.path());
        boolean originAllowed = setHeaders(request, methods);
        if (methods == null) {
            errors.answer(routing, new Refusal(Problem.NOT_FOUND));
            return;
        }
        if (request.method().equals(HttpMethod.OPTIONS)) {
            RequestContext preflight = new RequestContext(routing, methods.any(), addresses.clientOf(request));
            if (allow(preflight, Limit.SCRIPTS, 1)) {
                answerOptions(request, methods, originAllowed);
            }
            return;
        }
        Route route = methods.of(request.method());
        if (route == null) {
            request.response().putHeader(HttpHeaders.ALLOW, methods.allowed());
            errors.answer(routing, new Refusal(Problem.METHOD_NOT_ALLOWED));
            return;
        }
        receive(new RequestContext(routing, route, addresses.clientOf(request)));
    }

    private void receive(RequestContext request) {
        try {
            auth.check(request);
        } catch (Refusal refused) {
            errors.answer(request.routing(), refused);
            return;
        }
        Route route = request.route();
        Limit limit = route.limit(request.isSignedIn());
        if (limit != null && !allow(request, limit, 1)) {
            return;
        }
        if (route.bodyTypes().isEmpty()) {
            // Quarkus REST stops a body that it does not read.
            request.routing().addEndHandler(answered -> ErrorMapper.skipBody(request.request()));
            toResource(request);
            return;
        }
        String type = MediaTypes.of(request.request().headers(), route.bodyTypes());
        if (type == null) {
            errors.answer(request.routing(), new Refusal(Problem.UNSUPPORTED_MEDIA_TYPE));
        } else {
            bodies.collect(
                    request.request(),
                    body -> accept(request, type, body),
                    refused -> errors.answer(request.routing(), refused));
        }
    }

    private void accept(RequestContext request, String type, byte[] body) {
        Limit limit = request.route().limit(request.isSignedIn());
        if (limit != null && limit.countsBytes() && !allow(request, Limit.BYTES, body.length)) {
            return;
        }
        DirectHandler handler = handlers.get(request.route().target().getDeclaringClass());
        if (handler != null) {
            handle(request, body, handler);
        } else {
            // Quarkus REST compares types letter by letter.
            request.request().headers().set(HttpHeaders.CONTENT_TYPE, type);
            request.setBody(body);
            ((RoutingContextInternal) request.routing()).setBody(COLLECTED);
            toResource(request);
        }
    }

    private void handle(RequestContext request, byte[] body, DirectHandler handler) {
        try {
            handler.handle(request, body);
        } catch (RuntimeException failure) {
            errors.answer(request, failure);
        }
    }

    private static void toResource(RequestContext request) {
        // Quarkus REST would refuse a client that accepts another type than there is.
        request.request().headers().remove(HttpHeaders.ACCEPT);
        request.routing().next();
    }

    private boolean allow(RequestContext request, Limit limit, int count) {
        RateLimiter.Decision decision = limiter.take(limit, request.client().address(), count);
        if (!decision.isAllowed()) {
            errors.answer(request, request.beyond(decision));
        }
        return decision.isAllowed();
    }

    /** @return whether the page that sent the request may read the answer */
    private boolean setHeaders(HttpServerRequest request, Routes.@Nullable Methods methods) {
        MultiMap headers = request.response().headers();
        securityHeaders.set(headers, request.getHeader(SecurityHeaders.REQUEST_ID));
        headers.set(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        if (methods != null && !methods.areReadableByOtherOrigins()) {
            return false;
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null || !allowedOrigins.contains(origin.toLowerCase(Locale.ROOT))) {
            return false;
        }
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        // A browser sends a beacon of type application/json with credentials. No cookie is read on these routes.
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        return true;
    }

    private static void answerOptions(HttpServerRequest request, Routes.Methods methods, boolean originAllowed) {
        MultiMap headers = request.response().headers();
        headers.set(HttpHeaders.ALLOW, methods.allowed());
        if (originAllowed && request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD) != null) {
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, methods.methods());
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
            headers.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "86400");
        }
        ErrorMapper.skipBody(request);
        request.response().setStatusCode(NO_CONTENT).end();
    }
}
