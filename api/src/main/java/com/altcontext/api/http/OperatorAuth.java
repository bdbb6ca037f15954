package com.altcontext.api.http;

import com.altcontext.access.AccessKey;
import com.altcontext.access.AccessKeys;
import com.altcontext.access.AdminKey;
import com.altcontext.access.DashboardSessions;
import com.altcontext.access.DashboardSessions.OpenSession;
import com.altcontext.access.Permissions;
import com.altcontext.access.Secret;
import com.altcontext.api.config.AppConfig;
import com.altcontext.client.Limit;
import com.altcontext.client.RateLimiter;
import com.altcontext.ingest.DatabaseExecutor;
import com.altcontext.ingest.DatabaseExecutors;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Checks who may call a route, by a key or by a session of the dashboard that a key began. */
@Singleton
public final class OperatorAuth {
    private static final String DASHBOARD = "/v1/dashboard/";
    private static final String BEARER = "bearer ";

    private static final CharSequence HEADER = HttpHeaders.createOptimized("x-admin-key");

    private final AdminKey adminKey;
    private final AccessKeys keys;
    private final DashboardSessions sessions;
    private final SessionCookie cookie;
    private final RateLimiter limiter;
    private final DatabaseExecutor executor;

    OperatorAuth(
            AppConfig config,
            AccessKeys keys,
            DashboardSessions sessions,
            SessionCookie cookie,
            RateLimiter limiter,
            DatabaseExecutors executors) {
        this.adminKey = new AdminKey(config.adminApiKey());
        this.keys = keys;
        this.sessions = sessions;
        this.cookie = cookie;
        this.limiter = limiter;
        this.executor = executors.access();
    }

    /**
     * A valid key.
     *
     * @param expiresAt null if the key does not expire
     */
    public record ValidKey(
            Permissions permissions, @Nullable Instant expiresAt) {
        static final ValidKey ADMIN = new ValidKey(Permissions.ADMIN, null);

        static ValidKey of(AccessKey key) {
            return new ValidKey(key.permissions(), key.expiresAt());
        }
    }

    /**
     * Finds the permissions of a request and checks that they include its route. If a request has a key, only the key
     * counts.
     *
     * @return fails with a {@link Refusal} if the request may not call its route
     * @throws Refusal likewise; the headers say when another attempt makes sense
     */
    CompletionStage<Void> check(RequestContext request) {
        return permissions(request).thenAccept(granted -> {
            if (!request.route().access().allows(granted)) {
                throw new Refusal(Problem.FORBIDDEN);
            }
            request.permit(granted);
        });
    }

    private CompletionStage<Permissions> permissions(RequestContext request) {
        String given = given(request.request());
        if (given != null) {
            return check(given, request).thenApply(ValidKey::permissions);
        }
        if (isFromDashboard(request.request())
                && !cookie.tokens(request.request()).isEmpty()) {
            request.markSignedIn();
            request.spendOnce(limiter);
            return session(request)
                    .thenApply(open -> open.orElseThrow(() -> new Refusal(missingKeyProblem()))
                            .permissions());
        }
        if (isNotAnAttempt(request)) {
            throw new Refusal(missingKeyProblem());
        }
        return check(null, request).thenApply(ValidKey::permissions);
    }

    /** The key in the request's headers; null if there is none. */
    private static @Nullable String given(HttpServerRequest request) {
        String key = request.getHeader(HEADER);
        if (key != null) {
            return key;
        }
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }

    /** The session of the request's cookie, if it is still open. */
    public CompletionStage<Optional<OpenSession>> session(RequestContext request) {
        List<Secret> tokens = cookie.tokens(request.request());
        return tokens.isEmpty()
                ? CompletableFuture.completedStage(Optional.empty())
                : request.submit(executor, () -> sessions.find(tokens));
    }

    /** The answer to a request without a valid key. Asking for it does not count as an attempt. */
    public Problem missingKeyProblem() {
        return adminKey.isConfigured() || keys.exist() ? Problem.UNAUTHORIZED : Problem.ADMIN_AUTH_NOT_CONFIGURED;
    }

    /**
     * Checks one attempt. A client that has failed too often is refused for a while even with the right key: otherwise
     * the answers would show when a guess is right.
     *
     * @return fails with a {@link Refusal} for the same reasons
     * @throws Refusal if the key is wrong, missing or not configured, or after too many attempts
     */
    public CompletionStage<ValidKey> check(@Nullable String given, RequestContext request) {
        boolean mayBeAccessKey = given != null && Secret.isKey(given);
        if (!mayBeAccessKey && missingKeyProblem() == Problem.ADMIN_AUTH_NOT_CONFIGURED) {
            throw new Refusal(Problem.ADMIN_AUTH_NOT_CONFIGURED);
        }
        RateLimiter.LimitState failures =
                limiter.peek(Limit.ADMIN_FAILURES, request.client().address());
        if (!failures.isAllowed()) {
            throw request.beyond(failures);
        }
        if (adminKey.matches(given)) {
            return CompletableFuture.completedStage(ValidKey.ADMIN);
        }
        if (given == null || !mayBeAccessKey) {
            throw failed(request);
        }
        return request.submit(executor, () -> keys.find(new Secret(given)))
                .thenApply(found -> ValidKey.of(found.orElseThrow(() -> failed(request))));
    }

    private Refusal failed(RequestContext request) {
        var _ = limiter.take(Limit.ADMIN_FAILURES, request.client().address(), 1);
        return new Refusal(missingKeyProblem());
    }

    /**
     * Whether the cookie counts. The browser adds it to every request, so the page that sent the request must be ours.
     * A GET or HEAD, which changes nothing, also passes if the browser does not say which page sent it.
     */
    private boolean isFromDashboard(HttpServerRequest request) {
        FetchSite site = cookie.fetchSite(request);
        boolean safe =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return site == FetchSite.SAME_ORIGIN || (safe && site == FetchSite.UNKNOWN);
    }

    /**
     * Whether a request without a key is surely not an attempt to guess one. An open dashboard continues to send
     * requests after its session is over, and any page on the web can make the operator's browser send some. Neither
     * may lock out the operator.
     */
    private boolean isNotAnAttempt(RequestContext request) {
        return request.route().path().startsWith(DASHBOARD)
                || cookie.isPresent(request.request())
                || cookie.fetchSite(request.request()) != FetchSite.UNKNOWN;
    }
}
