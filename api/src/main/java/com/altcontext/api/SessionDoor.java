package com.altcontext.api;

import com.altcontext.property.Property;
import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.time.Instant;
import java.util.List;

/**
 * {@code /v1/dashboard/session}: exchanges the admin key for a session, tells how long it lasts, and ends it. So the
 * browser never keeps the key, and no script can read what it keeps.
 */
final class SessionDoor {
    private static final int MAX_KEY = 4_096;

    private final AdminKey key;
    private final DashboardSession sessions;
    private final Tally tally;

    SessionDoor(AdminKey key, DashboardSession sessions, Tally tally) {
        this.key = key;
        this.sessions = sessions;
        this.tally = tally;
    }

    /** Signing in. */
    void post(Exchange exchange, byte[] body) {
        if (isOfAnotherPage(exchange)) {
            return;
        }
        Issues issues = new Issues();
        JsonNode json = JsonBody.read(body, issues);
        String given = json == null ? "" : Fields.of(json, issues).text("key", 1, MAX_KEY);
        if (!issues.isEmpty()) {
            refuse(exchange, Problem.INVALID_REQUEST, issues.list());
            return;
        }
        AdminKey.Verdict verdict = key.judge(given, exchange.client.address());
        if (verdict.limit() != null) {
            verdict.limit().tell(exchange.request().response().headers());
        }
        if (verdict.problem() != null) {
            refuse(exchange, verdict.problem(), List.of());
            return;
        }
        DashboardSession.Begun begun = sessions.begin();
        tell(exchange, begun.setCookie());
        exchange.ok(json(begun.expiresAt()));
    }

    /** What needs no body. */
    void open(Exchange exchange) {
        if (isOfAnotherPage(exchange)) {
            return;
        }
        if (exchange.request().method().equals(HttpMethod.DELETE)) {
            end(exchange);
        } else {
            ask(exchange);
        }
    }

    /** Whoever has no session is told so; that is an answer to the question, and no refusal to count. */
    private void ask(Exchange exchange) {
        Instant end = sessions.of(exchange.request());
        if (end != null) {
            exchange.ok(json(end));
        } else {
            exchange.failed(key.isSet() ? Problem.UNAUTHORIZED : Problem.ADMIN_AUTH_NOT_CONFIGURED, List.of());
        }
    }

    private void end(Exchange exchange) {
        tell(exchange, sessions.end());
        exchange.ok("{\"ok\":true}");
    }

    /** Another site's page could read no answer, but could end the session or use up the operator's attempts. */
    private boolean isOfAnotherPage(Exchange exchange) {
        boolean other = sessions.sender(exchange.request()) == Sender.OTHER_PAGE;
        if (other) {
            refuse(exchange, Problem.UNAUTHORIZED, List.of());
        }
        return other;
    }

    private static void tell(Exchange exchange, String setCookie) {
        exchange.request().response().putHeader(HttpHeaders.SET_COOKIE, setCookie);
    }

    private static String json(Instant expiresAt) {
        return "{\"ok\":true,\"expiresAt\":\"" + expiresAt + "\"}";
    }

    private void refuse(Exchange exchange, Problem problem, List<Issue> issues) {
        tally.refused(Property.DEFAULT, exchange.endpoint, problem);
        exchange.failed(problem, issues);
    }
}
