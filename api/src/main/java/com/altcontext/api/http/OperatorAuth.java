package com.altcontext.api.http;

import com.altcontext.access.AdminKey;
import com.altcontext.api.config.AppConfig;
import com.altcontext.client.Limit;
import com.altcontext.client.RateLimiter;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Checks who may call a route: by a key, or, where the route allows it, by a session of the dashboard. */
@Singleton
public final class OperatorAuth {
    private static final String DASHBOARD = "/v1/dashboard/";

    private static final CharSequence HEADER = HttpHeaders.createOptimized("x-admin-key");

    private final AdminKey key;
    private final RateLimiter limiter;
    private final SessionCookie sessions;

    OperatorAuth(AppConfig config, RateLimiter limiter, SessionCookie sessions) {
        this.key = new AdminKey(config.adminApiKey());
        this.limiter = limiter;
        this.sessions = sessions;
    }

    /**
     * Lets the request pass. A request with a key is judged by the key alone.
     *
     * @throws Refusal if the request may not call its route; its headers say when another attempt makes sense
     */
    void check(RequestContext request) {
        Route route = request.route();
        if (route.scope() == null) {
            return;
        }
        String given = request.request().getHeader(HEADER);
        if (given == null && route.opensToSession()) {
            if (isFromDashboard(request.request()) && sessions.of(request.request()) != null) {
                request.signedIn();
                return;
            }
            if (isNoAttempt(request)) {
                throw new Refusal(problemWithoutAttempt());
            }
        }
        checkKey(given, request);
    }

    /** The answer to a request that shows no key; it does not count as an attempt. */
    public Problem problemWithoutAttempt() {
        return key.isConfigured() ? Problem.UNAUTHORIZED : Problem.ADMIN_AUTH_NOT_CONFIGURED;
    }

    /**
     * Judges one attempt. A client that has failed too often is refused for a while even with the right key: else the answers
     * would show when a guess is right.
     *
     * @throws Refusal if the key is wrong, missing or not configured, or after too many attempts
     */
    public void checkKey(@Nullable String given, RequestContext request) {
        if (!key.isConfigured()) {
            throw new Refusal(Problem.ADMIN_AUTH_NOT_CONFIGURED);
        }
        RateLimiter.LimitState failures =
                limiter.look(Limit.ADMIN_FAILURES, request.client().address());
        if (!failures.isAllowed()) {
            throw request.beyond(failures);
        }
        if (!key.matches(given)) {
            var _ = limiter.take(Limit.ADMIN_FAILURES, request.client().address(), 1);
            throw new Refusal(Problem.UNAUTHORIZED);
        }
    }

    /**
     * The browser adds the cookie to every request, so the page that sends the request must be ours. A request that neither
     * changes nor discloses anything by itself passes as long as it is not known to come from another page.
     */
    private boolean isFromDashboard(HttpServerRequest request) {
        FetchSite site = sessions.fetchSite(request);
        boolean safe =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return site == FetchSite.SAME_ORIGIN || (safe && site == FetchSite.UNKNOWN);
    }

    /**
     * A page that stays open goes on asking when its session is over, and any page of the web can make the operator's browser
     * ask. Neither is an attempt to guess the key, and neither may lock the operator out.
     */
    private boolean isNoAttempt(RequestContext request) {
        return request.route().path().startsWith(DASHBOARD)
                || sessions.isClaimed(request.request())
                || sessions.fetchSite(request.request()) != FetchSite.UNKNOWN;
    }
}
