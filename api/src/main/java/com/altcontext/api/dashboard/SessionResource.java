package com.altcontext.api.dashboard;

import com.altcontext.api.http.FetchSite;
import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.OperatorAuth;
import com.altcontext.api.http.Problem;
import com.altcontext.api.http.RateLimited;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.SameOrigin;
import com.altcontext.api.http.SessionCookie;
import com.altcontext.client.Limit;
import com.altcontext.property.Property;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * {@code /v1/dashboard/session}: exchanges the admin key for a session, says how long it lasts, and ends it. So the browser never
 * keeps the key, and no script can read the cookie.
 */
@Path("/v1/dashboard/session")
@NonBlocking
public class SessionResource {
    private static final int MAX_KEY_LENGTH = 4_096;

    private final OperatorAuth auth;
    private final SessionCookie sessions;

    SessionResource(OperatorAuth auth, SessionCookie sessions) {
        this.auth = auth;
        this.sessions = sessions;
    }

    public record SessionBody(boolean ok, Instant expiresAt) {}

    public record EndedBody(boolean ok) {}

    /** Signs in. */
    @POST
    @SameOrigin
    @RateLimited(Limit.DASHBOARD)
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @Produces(MediaType.APPLICATION_JSON)
    public SessionBody begin(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        refuseOtherPages(request);
        JsonBody.Content body = request.json();
        String given = body.isRead() ? body.fields().text("key", 1, MAX_KEY_LENGTH) : "";
        if (!body.issues().isEmpty()) {
            throw Refusal.invalid(body.issues(), Property.DEFAULT);
        }
        auth.checkKey(given, request);
        SessionCookie.Begun begun = sessions.begin();
        request.response().putHeader(HttpHeaders.SET_COOKIE, begun.setCookie());
        return new SessionBody(true, begun.expiresAt());
    }

    /** Says how long the session lasts. That there is none is an answer too, so the refusal is not counted. */
    @GET
    @SameOrigin
    @RateLimited(Limit.DASHBOARD)
    @Produces(MediaType.APPLICATION_JSON)
    public RestResponse<Object> show(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        refuseOtherPages(request);
        Instant end = sessions.of(request.request());
        if (end != null) {
            return RestResponse.ok(new SessionBody(true, end));
        }
        Problem problem = auth.problemWithoutAttempt();
        return RestResponse.ResponseBuilder.create(problem.status())
                .entity((Object) problem.json(List.of()))
                .build();
    }

    /** Signs out. */
    @DELETE
    @SameOrigin
    @RateLimited(Limit.DASHBOARD)
    @Produces(MediaType.APPLICATION_JSON)
    public EndedBody end(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        refuseOtherPages(request);
        request.response().putHeader(HttpHeaders.SET_COOKIE, sessions.end());
        return new EndedBody(true);
    }

    /** A page of another site could read no answer, but it could end the session or use up the operator's attempts. */
    private void refuseOtherPages(RequestContext request) {
        if (sessions.fetchSite(request.request()) == FetchSite.OTHER_SITE) {
            throw new Refusal(Problem.UNAUTHORIZED, Property.DEFAULT);
        }
    }
}
