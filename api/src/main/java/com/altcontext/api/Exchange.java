package com.altcontext.api;

import com.altcontext.ingest.Unavailable;
import com.altcontext.property.Property;
import com.altcontext.retention.TookTooLong;
import com.altcontext.value.Issue;
import com.altcontext.value.Rejected;
import com.altcontext.value.Weight;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/** One request and the one way to answer it: in JSON, once, on the event loop of its connection. */
final class Exchange {
    private static final Logger LOG = Logger.getLogger(Exchange.class);
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence OUTCOME = HttpHeaders.createOptimized("x-outcome");
    private static final int OK = 200;
    private static final int ACCEPTED = 202;
    private static final int SEE_OTHER = 303;

    /** A request with its context, what answers it, and the headers of the answer. */
    private static final int OBJECTS = 4_096;
    /** The entry of a header, and the object of its value, which is Latin-1. */
    private static final int HEADER = 112;

    private final RoutingContext context;
    private final Context eventLoop;
    final Endpoint endpoint;
    final Client client;
    private final Tally tally;
    private boolean signedIn;

    Exchange(RoutingContext context, Endpoint endpoint, Client client, Tally tally) {
        this.context = context;
        this.eventLoop = context.vertx().getOrCreateContext();
        this.endpoint = endpoint;
        this.client = client;
        this.tally = tally;
    }

    /** Hands the request on to Quarkus REST, which would refuse a client that accepts another type than there is. */
    void toResource() {
        context.request().headers().remove(HttpHeaders.ACCEPT);
        // It stops the body, which it does not read either.
        context.addEndHandler(answered -> skipBody(context.request()));
        context.next();
    }

    HttpServerRequest request() {
        return context.request();
    }

    /** How much of the heap it holds while it waits for its answer, in bytes, its connection aside. */
    int weight() {
        int bytes = OBJECTS + Weight.of(request().uri());
        for (Map.Entry<String, String> header : request().headers()) {
            bytes += HEADER + Weight.of(header.getKey()) + header.getValue().length();
        }
        return bytes;
    }

    /** Said of a request that a session of the dashboard let in. */
    void signedIn() {
        signedIn = true;
    }

    boolean isSignedIn() {
        return signedIn;
    }

    /** Runs on the connection's event loop; called from any other thread. */
    void later(Runnable work) {
        eventLoop.runOnContext(now -> work.run());
    }

    /** @param outcome for the {@code x-outcome} header */
    void accepted(@Nullable CharSequence outcome, String json) {
        HttpServerResponse response = context.response();
        if (outcome != null) {
            response.putHeader(OUTCOME, outcome);
        }
        end(response, ACCEPTED, json);
    }

    void ok(String json) {
        end(context.response(), OK, json);
    }

    /** A page for people. */
    void page(int status, String html, String styleHash) {
        HttpServerResponse response = context.response();
        if (!response.ended() && !response.closed()) {
            response.putHeader(
                    "content-security-policy",
                    "default-src 'none'; style-src '" + styleHash
                            + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
            response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8");
            response.end(html);
        }
    }

    /** Leads a browser on, which asks for the other address by GET. */
    void seeOther(String location) {
        HttpServerResponse response = context.response();
        if (!response.ended() && !response.closed()) {
            response.setStatusCode(SEE_OTHER)
                    .putHeader(HttpHeaders.LOCATION, location)
                    .end();
        }
    }

    /** The origin of the page that sent this, by {@code Origin} or else {@code Referer}; null if neither tells. */
    @Nullable
    String pageOrigin() {
        String origin = request().getHeader(HttpHeaders.ORIGIN);
        if (origin != null && !origin.equals("null")) {
            return origin;
        }
        String referer = request().getHeader(HttpHeaders.REFERER);
        if (referer == null) {
            return null;
        }
        try {
            URI page = URI.create(referer);
            return page.getScheme() == null || page.getRawAuthority() == null
                    ? null
                    : page.getScheme() + "://" + page.getRawAuthority();
        } catch (IllegalArgumentException unreadable) {
            return null;
        }
    }

    /** Answers with what went wrong. */
    void failed(Throwable failure) {
        switch (failure) {
            case Rejected rejected -> {
                tally.refused(Property.DEFAULT, endpoint, Problem.INVALID_REQUEST);
                failed(Problem.INVALID_REQUEST, rejected.issues());
            }
            case Unavailable away -> failed(Problem.UNAVAILABLE, List.of());
            case TookTooLong slow -> failed(Problem.TOOK_TOO_LONG, List.of());
            // Only an answer is written here, so it is the client that has gone or takes nothing: it is owed no word.
            case UncheckedIOException gone -> request().connection().close();
            default -> {
                logUnforeseen(context, failure);
                failed(Problem.INTERNAL_ERROR, List.of());
            }
        }
    }

    /** Says in the log that validation let through what the database does not take. */
    void logUnstorable(String sqlState) {
        withId(
                context,
                () -> LOG.errorf("the database refuses an event that validation let pass: SQLSTATE %s", sqlState));
    }

    static void logUnforeseen(RoutingContext context, Throwable failure) {
        withId(context, () -> LOG.error("a request failed in an unforeseen way", failure));
    }

    /** Whatever this logs carries the request's id. */
    private static void withId(RoutingContext context, Runnable logging) {
        MDC.put("requestId", context.response().headers().get(AnswerHeaders.REQUEST_ID));
        try {
            logging.run();
        } finally {
            MDC.remove("requestId");
        }
    }

    void failed(Problem problem, List<Issue> issues) {
        if (problem.isOurs()) {
            tally.failed(problem);
        }
        failed(context, problem, issues);
    }

    static void failed(RoutingContext context, Problem problem, List<Issue> issues) {
        HttpServerResponse response = context.response();
        if (response.headWritten()) {
            // Half an answer must not look like a whole one, and only the end of the connection can still say so.
            if (!response.ended()) {
                context.request().connection().close();
            }
            return;
        }
        if (problem == Problem.UNAVAILABLE) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Problem.RETRY_AFTER_SECONDS);
        }
        skipBody(context.request());
        end(response, problem.status, problem.json(issues));
    }

    /**
     * Lets a body pass that nobody reads, so that the connection can carry the next request. {@link ConnectionLimits} ends
     * the connection where that is too much or takes too long.
     */
    static void skipBody(HttpServerRequest request) {
        if (!request.isEnded()) {
            request.handler(part -> {});
            request.resume();
        }
    }

    private static void end(HttpServerResponse response, int status, String json) {
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(json);
    }
}
