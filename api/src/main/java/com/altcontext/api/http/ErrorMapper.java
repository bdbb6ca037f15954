package com.altcontext.api.http;

import com.altcontext.ingest.Unavailable;
import com.altcontext.metrics.query.QueryTooSlow;
import com.altcontext.privacy.TookTooLong;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import com.altcontext.value.Issue;
import com.altcontext.value.Rejected;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * Answers every request that fails, before the resources or in them, with the JSON of a {@link Problem}, or with a page
 * if a person will see it, and counts it. No answer has a stack trace or SQL.
 */
@Singleton
public class ErrorMapper {
    private static final Logger LOG = Logger.getLogger(ErrorMapper.class);

    private final RequestMetrics metrics;
    private final Properties properties;

    ErrorMapper(RequestMetrics metrics, Properties properties) {
        this.metrics = metrics;
        this.properties = properties;
    }

    /** Answers a request that failed outside of the resources. */
    public void answer(RequestContext request, Throwable failure) {
        answer(request.routing(), failure);
    }

    /** Answers a request that may have no route. */
    void answer(RoutingContext routing, Throwable failure) {
        write(routing, report(routing, failure));
    }

    /** Answers for Quarkus REST. */
    @ServerExceptionMapper
    public RestResponse<String> map(Throwable failure, RoutingContext routing) {
        return response(routing, failure);
    }

    /** Answers a request that the framework itself refuses; otherwise the framework would answer in its own form. */
    @ServerExceptionMapper
    public RestResponse<String> map(WebApplicationException refused, RoutingContext routing) {
        return response(routing, refused);
    }

    private RestResponse<String> response(RoutingContext routing, Throwable failure) {
        Refusal refusal = report(routing, failure);
        RestResponse.ResponseBuilder<String> response =
                RestResponse.ResponseBuilder.create(refusal.problem().status());
        if (prepare(routing, refusal)) {
            Body body = Body.of(routing, refusal);
            response.entity(body.text).header("Content-Type", body.type);
        }
        return response.build();
    }

    private Refusal report(RoutingContext routing, Throwable thrown) {
        Throwable failure = thrown instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : thrown;
        Refusal refusal = refusalOf(failure);
        if (failure instanceof UncheckedIOException) {
            // The only output of a request is its answer, so the client has left or does not read it.
            var _ = routing.request().connection().close();
            return refusal;
        }
        if (refusal.problem() == Problem.INTERNAL_ERROR && !(failure instanceof Refusal)) {
            logUnexpected(routing, failure);
        }
        count(routing, refusal);
        return refusal;
    }

    private static Refusal refusalOf(Throwable failure) {
        return switch (failure) {
            case Refusal refusal -> refusal;
            case Rejected rejected -> Refusal.invalid(rejected);
            case Unavailable away -> new Refusal(Problem.UNAVAILABLE);
            case TookTooLong slow -> new Refusal(Problem.TOOK_TOO_LONG);
            case QueryTooSlow slow -> new Refusal(Problem.QUERY_TOO_SLOW);
            case WebApplicationException refused ->
                new Refusal(Problem.ofStatus(refused.getResponse().getStatus()));
            default -> new Refusal(Problem.INTERNAL_ERROR);
        };
    }

    private void count(RoutingContext routing, Refusal refusal) {
        RequestContext request = RequestContext.find(routing);
        if (refusal.problem().isServerFault()) {
            metrics.failed(refusal.problem());
        } else if (request != null) {
            metrics.refused(propertyOf(request, refusal), request.route(), refusal.problem(), refusal.events());
        }
    }

    /**
     * The property for which a refusal counts: that of the page that sent the request. An operator's invalid request
     * concerns no site, so it counts for the default property.
     */
    private String propertyOf(RequestContext request, Refusal refusal) {
        if (refusal.propertyId() != null) {
            return refusal.propertyId();
        }
        boolean isInvalidQuestion = refusal.problem() == Problem.INVALID_REQUEST
                && !request.route().access().readableByOtherOrigins();
        return isInvalidQuestion
                ? Property.DEFAULT
                : properties.byHost(request.client().siteHost()).id();
    }

    private static void write(RoutingContext routing, Refusal refusal) {
        if (prepare(routing, refusal)) {
            Body body = Body.of(routing, refusal);
            routing.response()
                    .setStatusCode(refusal.problem().status())
                    .putHeader(HttpHeaders.CONTENT_TYPE, body.type)
                    .end(body.text);
        }
    }

    private record Body(String type, String text) {
        static Body of(RoutingContext routing, Refusal refusal) {
            RequestContext request = RequestContext.find(routing);
            if (request != null && request.showsPage()) {
                HtmlPage.setHeaders(routing.response());
                return new Body(
                        HtmlPage.TYPE, RefusalPage.of(refusal.problem(), refusal.issues(), LinkPage.language(routing)));
            }
            List<Issue> issues = request == null ? refusal.issues() : request.translated(refusal.issues());
            return new Body("application/json", refusal.problem().json(issues, refusal.firstDay()));
        }
    }

    /**
     * Sets the headers of the answer and discards the rest of the request. If an answer was already begun, it closes
     * the connection: nothing else can show the client that the answer is incomplete.
     *
     * @return false if there is nothing to answer: an answer was begun, or the client has gone
     */
    private static boolean prepare(RoutingContext routing, Refusal refusal) {
        HttpServerResponse response = routing.response();
        if (response.headWritten() && !response.ended()) {
            var _ = routing.request().connection().close();
        }
        if (response.headWritten() || response.closed()) {
            return false;
        }
        if (refusal.problem() == Problem.UNAVAILABLE) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Problem.RETRY_AFTER_SECONDS);
        }
        skipBody(routing.request());
        return true;
    }

    /**
     * Discards a body that nobody reads, so that the connection can carry the next request. The limits of connections
     * end it if the body is too long or takes too long.
     */
    static void skipBody(HttpServerRequest request) {
        if (!request.isEnded()) {
            request.handler(part -> {});
            request.resume();
        }
    }

    /** Logs, with the request's id, that the database refused an event which validation let pass. */
    public static void logUnstorable(RequestContext request, String sqlState) {
        withRequestId(
                request.routing(),
                () -> LOG.errorf("the database refuses an event that validation let pass: SQLSTATE %s", sqlState));
    }

    private static void logUnexpected(RoutingContext routing, Throwable failure) {
        withRequestId(routing, () -> LOG.error("a request failed unexpectedly", failure));
    }

    private static void withRequestId(RoutingContext routing, Runnable logging) {
        MDC.put("requestId", routing.response().headers().get(SecurityHeaders.REQUEST_ID));
        try {
            logging.run();
        } finally {
            MDC.remove("requestId");
        }
    }
}
