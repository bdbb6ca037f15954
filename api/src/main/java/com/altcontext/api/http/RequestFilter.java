package com.altcontext.api.http;

import com.altcontext.api.config.AppConfig;
import com.altcontext.client.Limit;
import com.altcontext.client.RateLimiter;
import com.altcontext.value.UrlEncoded;
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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs before every route and applies what the table of {@link Routes} says, in this order: headers of the answer,
 * CORS, path, method, key, rate limit, media type, body. A request that passes continues to its resource.
 */
@ApplicationScoped
class RequestFilter {
    private static final CharSequence EXPOSED =
            HttpHeaders.createOptimized("x-outcome, x-request-id, retry-after, ratelimit, ratelimit-policy");

    private static final CharSequence TRUE = HttpHeaders.createOptimized("true");
    /** The sites of the earlier system still send {@code x-api-key}, which is ignored. */
    private static final CharSequence ALLOWED_HEADERS =
            HttpHeaders.createOptimized("content-type, x-request-id, x-api-key");

    /**
     * A placeholder for a body that was already read, like the one that Vert.x's own body handler leaves. Without it,
     * Quarkus REST would wait for more.
     */
    private static final Buffer BODY_PLACEHOLDER = Buffer.buffer(" ");

    private static final int BEFORE_EVERYTHING = 1_000;
    private static final int NO_CONTENT = 204;

    private final Set<String> allowedOrigins;
    private final SecurityHeaders securityHeaders;
    private final ClientAddresses addresses;
    private final RateLimiter limiter;
    private final OperatorAuth auth;
    private final BodyCollector bodies;
    private final Routes routes;
    private final DirectHandler events;
    private final ErrorMapper errors;

    RequestFilter(
            AppConfig config,
            ClientAddresses addresses,
            RateLimiter limiter,
            OperatorAuth auth,
            BodyCollector bodies,
            Routes routes,
            DirectHandler events,
            ErrorMapper errors) {
        this.allowedOrigins = config.corsAllowedOrigins();
        this.securityHeaders = new SecurityHeaders(config.clientAddress().isOnFly());
        this.addresses = addresses;
        this.limiter = limiter;
        this.auth = auth;
        this.bodies = bodies;
        this.routes = routes;
        this.events = events;
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, BEFORE_EVERYTHING);
    }

    /**
     * Answers what the router refuses by itself in the same form as all errors. Quarkus would log the whole URL with
     * its query, which may contain anything.
     */
    void register(@Observes Router router) {
        router.errorHandler(Problem.INVALID_REQUEST.status(), this::answerFailure);
        router.errorHandler(Problem.NOT_FOUND.status(), this::answerFailure);
        router.errorHandler(Problem.INTERNAL_ERROR.status(), this::answerFailure);
        router.route().order(Integer.MIN_VALUE).failureHandler(this::answerFailure);
    }

    private void answerFailure(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        if (!request.response().headers().contains(SecurityHeaders.REQUEST_ID)) {
            setHeaders(request, routes.at(request.path()));
        }
        Throwable failure = routing.failure();
        Problem problem = Problem.ofStatus(routing.statusCode());
        if (problem != Problem.INTERNAL_ERROR) {
            errors.answer(routing, new Refusal(problem));
        } else if (failure != null) {
            errors.answer(routing, failure);
        } else {
            errors.answer(routing, new IllegalStateException("the router failed without an exception"));
        }
    }

    private void handle(RoutingContext routing) {
        try {
            receive(routing);
        } catch (RuntimeException failure) {
            errors.answer(routing, failure);
        }
    }

    private void receive(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        Routes.Methods methods = routes.at(request.path());
        boolean originAllowed = setHeaders(request, methods);
        if (methods == null) {
            throw new Refusal(Problem.NOT_FOUND);
        }
        boolean isOptions = request.method().equals(HttpMethod.OPTIONS);
        Route route = isOptions ? methods.any() : methods.of(request.method());
        if (route == null) {
            request.response().putHeader(HttpHeaders.ALLOW, methods.allowed());
            throw new Refusal(Problem.METHOD_NOT_ALLOWED);
        }
        RequestContext context = new RequestContext(routing, route, addresses.clientOf(request));
        if (request.headers().getAll(HttpHeaders.HOST).size() > 1) {
            // RFC 9112, section 3.2.
            throw new Refusal(Problem.INVALID_REQUEST);
        }
        if (isOptions) {
            context.spend(limiter, Limit.SCRIPTS, 1);
            answerOptions(request, methods, originAllowed);
            return;
        }
        if (route.access().isOpen()) {
            admit(context);
            return;
        }
        // The body is not read until it is known who sends it.
        request.pause();
        var _ = auth.check(context)
                .thenRun(() -> {
                    if (!request.response().closed()) {
                        admit(context);
                    }
                })
                .exceptionally(failure -> {
                    errors.answer(routing, failure);
                    return null;
                });
    }

    private void admit(RequestContext request) {
        request.spendOnce(limiter);
        String path = request.request().path();
        if (path == null || UrlEncoded.isWellFormed(path)) {
            readBody(request);
        } else {
            // Of the known paths, only those of links in mails can contain a percent sign.
            ErrorMapper.skipBody(request.request());
            LinkPage.UNKNOWN.send(request.routing());
        }
    }

    private void readBody(RequestContext request) {
        Route route = request.route();
        if (route.bodyTypes().isEmpty()) {
            // Quarkus REST does not read on if it does not need the body.
            request.routing().addEndHandler(answered -> ErrorMapper.skipBody(request.request()));
            toResource(request);
            return;
        }
        String type = route.bodyType(request.request().headers());
        if (type == null) {
            throw new Refusal(Problem.UNSUPPORTED_MEDIA_TYPE);
        }
        bodies.collect(
                request.request(), body -> accept(request, type, body), refused -> errors.answer(request, refused));
    }

    private void accept(RequestContext request, String type, byte[] body) {
        try {
            Limit limit = request.limit();
            if (limit != null && limit.countsBytes()) {
                request.spend(limiter, Limit.BYTES, body.length);
            }
            if (request.route().isDirect()) {
                events.handle(request, body);
                return;
            }
        } catch (RuntimeException failure) {
            errors.answer(request, failure);
            return;
        }
        // Quarkus REST accepts only the exact spelling of the type.
        request.request().headers().set(HttpHeaders.CONTENT_TYPE, type);
        request.setBody(body);
        ((RoutingContextInternal) request.routing()).setBody(BODY_PLACEHOLDER);
        toResource(request);
    }

    private static void toResource(RequestContext request) {
        // Quarkus REST would refuse a client that accepts only other types.
        request.request().headers().remove(HttpHeaders.ACCEPT);
        request.routing().next();
    }

    /** @return whether the page that sent the request may read the answer */
    private boolean setHeaders(HttpServerRequest request, Routes.@Nullable Methods methods) {
        MultiMap headers = request.response().headers();
        securityHeaders.set(headers, request.getHeader(SecurityHeaders.REQUEST_ID));
        if (methods != null && !methods.areReadableByOtherOrigins()) {
            return false;
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null || !allowedOrigins.contains(origin)) {
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
