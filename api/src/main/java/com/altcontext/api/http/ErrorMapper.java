package com.altcontext.api.http;

import com.altcontext.ingest.Unavailable;
import com.altcontext.metrics.query.QueryTooSlow;
import com.altcontext.property.Properties;
import com.altcontext.retention.TookTooLong;
import com.altcontext.value.Issue;
import com.altcontext.value.Language;
import com.altcontext.value.Rejected;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

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

    /** The answer to a failure. */
    private record ErrorAnswer(
            Problem problem,
            List<Issue> issues,
            @Nullable String propertyId,
            int events,
            @Nullable LocalDate firstDay) {
        ErrorAnswer(Problem problem) {
            this(problem, List.of(), null, 1, null);
        }

        static ErrorAnswer of(Throwable failure) {
            return switch (failure) {
                case Refusal refusal ->
                    new ErrorAnswer(
                            refusal.problem(),
                            refusal.issues(),
                            refusal.propertyId(),
                            refusal.events(),
                            refusal.firstDay());
                case Rejected rejected -> new ErrorAnswer(Problem.INVALID_REQUEST, rejected.issues(), null, 1, null);
                case Unavailable away -> new ErrorAnswer(Problem.UNAVAILABLE);
                case TookTooLong slow -> new ErrorAnswer(Problem.TOOK_TOO_LONG);
                case QueryTooSlow slow -> new ErrorAnswer(Problem.QUERY_TOO_SLOW);
                case WebApplicationException refused ->
                    new ErrorAnswer(Problem.ofStatus(refused.getResponse().getStatus()));
                default -> new ErrorAnswer(Problem.INTERNAL_ERROR);
            };
        }
    }

    /** Answers a request that failed outside of the resources. */
    public void answer(RequestContext request, Throwable failure) {
        answer(request.routing(), failure);
    }

    /** The same for a request that may have no route. */
    void answer(RoutingContext routing, Throwable failure) {
        write(routing, report(routing, failure));
    }

    /** Answers for Quarkus REST. */
    @ServerExceptionMapper
    public RestResponse<String> map(Throwable failure, RoutingContext routing) {
        return response(routing, failure);
    }

    /** Answers what the framework itself refuses, which it would otherwise answer in its own form. */
    @ServerExceptionMapper
    public RestResponse<String> map(WebApplicationException refused, RoutingContext routing) {
        return response(routing, refused);
    }

    private RestResponse<String> response(RoutingContext routing, Throwable failure) {
        ErrorAnswer answer = report(routing, failure);
        RestResponse.ResponseBuilder<String> response = RestResponse.ResponseBuilder.create(answer.problem.status);
        if (prepare(routing, answer)) {
            Body body = Body.of(routing, answer);
            response.entity(body.text).header("Content-Type", body.type);
        }
        return response.build();
    }

    private ErrorAnswer report(RoutingContext routing, Throwable thrown) {
        Throwable failure = thrown instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : thrown;
        ErrorAnswer answer = ErrorAnswer.of(failure);
        if (failure instanceof UncheckedIOException) {
            // Handling a request writes only its answer, so the client has left or reads nothing.
            var _ = routing.request().connection().close();
            return answer;
        }
        if (answer.problem == Problem.INTERNAL_ERROR && !(failure instanceof Refusal)) {
            logUnexpected(routing, failure);
        }
        count(routing, answer);
        return answer;
    }

    private void count(RoutingContext routing, ErrorAnswer answer) {
        RequestContext request = RequestContext.find(routing);
        if (answer.problem.isOurs()) {
            metrics.failed(answer.problem);
        } else if (request != null) {
            String propertyId = answer.propertyId == null
                    ? properties.byHost(request.client().siteHost()).id()
                    : answer.propertyId;
            metrics.refused(propertyId, request.route(), answer.problem, answer.events);
        }
    }

    private static void write(RoutingContext routing, ErrorAnswer answer) {
        if (prepare(routing, answer)) {
            Body body = Body.of(routing, answer);
            routing.response()
                    .setStatusCode(answer.problem.status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, body.type)
                    .end(body.text);
        }
    }

    private record Body(String type, String text) {
        static Body of(RoutingContext routing, ErrorAnswer answer) {
            RequestContext request = RequestContext.find(routing);
            Language language = LinkPage.language(routing);
            if (request != null && request.showsPage()) {
                HtmlPage.setHeaders(routing.response());
                return new Body(HtmlPage.TYPE, RefusalPage.of(answer.problem, answer.issues, language));
            }
            boolean isFrench = language == Language.FRENCH
                    && request != null
                    && request.route().access().readableByOtherOrigins();
            List<Issue> issues = isFrench ? FrenchIssues.of(answer.issues) : answer.issues;
            return new Body("application/json", answer.problem.json(issues, answer.firstDay));
        }
    }

    /**
     * Sets the headers of the answer and discards the rest of the request. If an answer was begun already, it closes the
     * connection: half an answer must not look complete, and nothing else can show that.
     *
     * @return false if there is nothing to answer: an answer was begun, or the client has gone
     */
    private static boolean prepare(RoutingContext routing, ErrorAnswer answer) {
        HttpServerResponse response = routing.response();
        if (response.headWritten() && !response.ended()) {
            var _ = routing.request().connection().close();
        }
        if (response.headWritten() || response.closed()) {
            return false;
        }
        if (answer.problem == Problem.UNAVAILABLE) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Problem.RETRY_AFTER_SECONDS);
        }
        skipBody(routing.request());
        return true;
    }

    /**
     * Discards a body that nobody reads, so that the connection can carry the next request. {@link ConnectionLimits}
     * ends the connection where that is too much or takes too long.
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
