package com.altcontext.api;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;

/** Lets the operator in: by the key, or, where the dashboard asks, by its session. */
final class Admission {
    private final AdminKey key;
    private final DashboardSession sessions;

    Admission(AdminKey key, DashboardSession sessions) {
        this.key = key;
        this.sessions = sessions;
    }

    /** Whoever sends a key is judged by the key alone. */
    AdminKey.Verdict judge(Exchange exchange) {
        HttpServerRequest request = exchange.request();
        String given = request.getHeader(AdminKey.HEADER);
        if (given == null && exchange.endpoint.takesSession()) {
            if (isFromDashboard(request) && sessions.of(request) != null) {
                exchange.signedIn();
                return AdminKey.Verdict.WELCOME;
            }
            if (isNoAttempt(exchange)) {
                return key.unasked();
            }
        }
        return key.judge(given, exchange.client.address());
    }

    /**
     * The browser adds the cookie to whatever is sent, so the page that sends it must be ours: of what changes or
     * discloses nothing by itself it is enough that no other page is known to have sent it.
     */
    private boolean isFromDashboard(HttpServerRequest request) {
        Sender sender = sessions.sender(request);
        boolean safe =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return sender == Sender.OWN_PAGE || (safe && sender == Sender.UNTOLD);
    }

    /**
     * A page left open asks on when its session is over, and any page of the web can make the operator's browser ask:
     * neither is an attempt to find out the key, nor may it lock the operator out.
     */
    private boolean isNoAttempt(Exchange exchange) {
        return exchange.endpoint.isOfDashboard()
                || sessions.isClaimed(exchange.request())
                || sessions.sender(exchange.request()) != Sender.UNTOLD;
    }
}
