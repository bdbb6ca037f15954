package com.altcontext.api.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;

/** Checks who may call a route: by a key, or, where the route allows it, by a session of the dashboard. */
public final class OperatorAuth {
    private static final String DASHBOARD = "/v1/dashboard/";

    private final AdminKey key;
    private final SessionCookie sessions;

    public OperatorAuth(AdminKey key, SessionCookie sessions) {
        this.key = key;
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
        String given = request.request().getHeader(AdminKey.HEADER);
        if (given == null && route.opensToSession()) {
            if (isFromDashboard(request.request()) && sessions.of(request.request()) != null) {
                request.signedIn();
                return;
            }
            if (isNoAttempt(request)) {
                throw new Refusal(key.problemWithoutAttempt());
            }
        }
        key.check(given, request);
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
