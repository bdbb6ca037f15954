package com.altcontext.api.dashboard;

import com.altcontext.access.DashboardSessions;
import com.altcontext.access.Permissions;
import com.altcontext.access.Scope;
import com.altcontext.access.Secret;
import com.altcontext.api.http.FetchSite;
import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.OkBody;
import com.altcontext.api.http.OperatorAuth;
import com.altcontext.api.http.Problem;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.SessionCookie;
import com.altcontext.ingest.DatabaseExecutor;
import com.altcontext.ingest.DatabaseExecutors;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/dashboard/session}: exchanges a key for a session, says what the session permits and how long it lasts,
 * and ends it. The browser does not keep the key, and no script can read the session's cookie.
 */
@Path("/v1/dashboard/session")
@NonBlocking
public class SessionResource {
    private static final int MAX_KEY_LENGTH = 4_096;

    private final OperatorAuth auth;
    private final DashboardSessions sessions;
    private final SessionCookie cookie;
    private final DatabaseExecutor executor;

    SessionResource(OperatorAuth auth, DashboardSessions sessions, SessionCookie cookie, DatabaseExecutors executors) {
        this.auth = auth;
        this.sessions = sessions;
        this.cookie = cookie;
        this.executor = executors.access();
    }

    /**
     * @param properties slugs of the properties that the session may ask about; null for all
     * @param share whether the session was begun with a share link, whose view hides rare values
     */
    public record SessionBody(
            boolean ok,
            Instant expiresAt,
            List<String> scopes,
            @Nullable List<String> properties,
            boolean share) {
        static SessionBody of(Permissions permissions, Instant expiresAt) {
            Set<String> properties = permissions.properties();
            return new SessionBody(
                    true,
                    expiresAt,
                    permissions.scopes().stream().sorted().map(Scope::key).toList(),
                    properties == null ? null : properties.stream().sorted().toList(),
                    permissions.isShare());
        }
    }

    /** Signs in. */
    @POST
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<SessionBody> begin(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        refuseOtherPages(request);
        JsonBody.Content body = request.json();
        String given = body.isRead() ? body.fields().text("key", 1, MAX_KEY_LENGTH) : "";
        body.issues().throwIfAny();
        return auth.check(given, request)
                .thenCompose(key -> request.submit(executor, () -> sessions.begin(key.permissions(), key.expiresAt()))
                        .thenApply(begun -> {
                            request.response().putHeader(HttpHeaders.SET_COOKIE, cookie.set(begun.token()));
                            return SessionBody.of(key.permissions(), begun.expiresAt());
                        }));
    }

    /** Returns what the session permits. Asking without a session is normal, so that refusal is not counted. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<RestResponse<Object>> show(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        refuseOtherPages(request);
        return auth.session(request)
                .thenApply(open -> open.map(session ->
                                RestResponse.ok((Object) SessionBody.of(session.permissions(), session.expiresAt())))
                        .orElseGet(this::none));
    }

    private RestResponse<Object> none() {
        Problem problem = auth.missingKeyProblem();
        return RestResponse.ResponseBuilder.create(problem.status())
                .entity((Object) problem.json(List.of()))
                .build();
    }

    /** Signs out: the session ends here, and for every copy of the cookie. Answers the same if there was none. */
    @DELETE
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<OkBody> end(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        refuseOtherPages(request);
        List<Secret> tokens = cookie.tokens(request.request());
        request.response().putHeader(HttpHeaders.SET_COOKIE, cookie.remove());
        return tokens.isEmpty()
                ? CompletableFuture.completedStage(OkBody.OK)
                : request.submit(executor, () -> {
                    sessions.end(tokens);
                    return OkBody.OK;
                });
    }

    /**
     * Refuses pages of other sites. They could not read the answer, but they could end the session or use up the
     * operator's attempts.
     */
    private void refuseOtherPages(RequestContext request) {
        if (cookie.fetchSite(request.request()) == FetchSite.OTHER_SITE) {
            throw new Refusal(Problem.UNAUTHORIZED);
        }
    }
}
