package com.altcontext.api.http;

import com.altcontext.access.Scope;
import com.altcontext.client.Limit;
import io.vertx.core.http.HttpMethod;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All routes of the service. A path that is not here is answered 404, so a route is closed until this table says who may call it.
 * The Java methods that answer carry the same paths, methods and body types for Quarkus REST; a test compares the two.
 *
 * <p>It is a table because annotations would be read at the start, and the JVM makes a class for each annotation type:
 * some 30 ms.
 */
@Singleton
public class Routes {
    private static final String[] JSON = {MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN};
    private static final String ANYTHING = MediaType.WILDCARD;
    private static final Access FIGURES = Access.with(Scope.FIGURES_READ).withPropertyKeys();
    private static final Access LEADS = Access.with(Scope.LEADS_READ).withPropertyKeys();
    private static final Allowance QUESTIONS = new Allowance(Limit.METRICS, Limit.DASHBOARD);
    private static final Allowance SCRIPTS = Allowance.of(Limit.SCRIPTS);
    private static final Allowance DOCUMENTS = Allowance.of(Limit.DOCUMENTS);
    private static final Allowance MAIL_LINKS = Allowance.of(Limit.UNSUBSCRIBE);
    private static final Allowance SESSIONS = Allowance.of(Limit.DASHBOARD);

    private static final List<Route> ALL = List.of(
            Route.get("/v1/healthz", Access.PUBLIC, Allowance.UNLIMITED),
            Route.get("/v1/openapi.yaml", Access.PUBLIC, DOCUMENTS),
            Route.get("/v1/privacy", Access.PUBLIC, DOCUMENTS),
            // What a site sends.
            Route.get("/v1/telemetry.js", Access.PUBLIC, SCRIPTS),
            Route.get("/v1/telemetry.{hash:[0-9a-f]{16}}.js", Access.PUBLIC, SCRIPTS),
            Route.post("/v1/events", Access.PUBLIC, Allowance.of(Limit.EVENTS), JSON)
                    .direct(),
            Route.post("/v1/events/batch", Access.PUBLIC, Allowance.of(Limit.EVENTS), JSON)
                    .direct(),
            Route.post(
                    "/v1/leads/capture",
                    Access.PUBLIC,
                    Allowance.of(Limit.LEADS),
                    MediaType.APPLICATION_JSON,
                    MediaType.TEXT_PLAIN,
                    MediaType.APPLICATION_FORM_URLENCODED),
            // Links in mails.
            Route.get("/v1/leads/confirm/{token}", Access.PUBLIC, MAIL_LINKS),
            Route.post("/v1/leads/confirm/{token}", Access.PUBLIC, MAIL_LINKS, ANYTHING),
            Route.post("/v1/leads/unsubscribe", Access.PUBLIC, MAIL_LINKS, JSON),
            Route.get("/v1/leads/unsubscribe/{token}", Access.PUBLIC, MAIL_LINKS),
            Route.post("/v1/leads/unsubscribe/{token}", Access.PUBLIC, MAIL_LINKS, ANYTHING),
            Route.get("/v1/reports/stop/{token}", Access.PUBLIC, MAIL_LINKS),
            Route.post("/v1/reports/stop/{token}", Access.PUBLIC, MAIL_LINKS, ANYTHING),
            // Figures.
            Route.get("/v1/metrics/summary", FIGURES, QUESTIONS),
            Route.get("/v1/metrics/breakdown", FIGURES, QUESTIONS),
            Route.post("/v1/metrics/query", FIGURES, QUESTIONS, JSON),
            Route.post("/v1/metrics/funnel", FIGURES, QUESTIONS, JSON),
            Route.get("/v1/metrics/realtime", FIGURES, QUESTIONS),
            Route.post("/v1/goals", Access.with(Scope.values()).withPropertyKeys(), QUESTIONS, JSON),
            // Leads.
            Route.get("/v1/leads/mailable", LEADS, QUESTIONS),
            Route.get("/v1/leads/submissions", LEADS, QUESTIONS),
            Route.post("/v1/leads/submissions", LEADS, QUESTIONS, JSON),
            Route.post("/v1/leads/export", Access.with(Scope.LEADS_READ), Allowance.of(Limit.LEAD_EXPORT), JSON),
            Route.post("/v1/leads/delete", Access.with(Scope.LEADS_DELETE), Allowance.of(Limit.LEAD_DELETE), JSON),
            // The dashboard.
            Route.get("/dashboard", Access.SAME_ORIGIN, SCRIPTS),
            Route.get("/dashboard/app.{hash:[0-9a-f]{16}}.js", Access.SAME_ORIGIN, SCRIPTS),
            Route.get("/dashboard/app.{hash:[0-9a-f]{16}}.css", Access.SAME_ORIGIN, SCRIPTS),
            Route.get("/v1/dashboard/session", Access.SAME_ORIGIN, SESSIONS),
            Route.post("/v1/dashboard/session", Access.SAME_ORIGIN, SESSIONS, JSON),
            Route.delete("/v1/dashboard/session", Access.SAME_ORIGIN, SESSIONS),
            Route.get("/v1/dashboard/properties", FIGURES, QUESTIONS),
            Route.get("/v1/dashboard/leads", FIGURES, QUESTIONS),
            Route.post("/v1/dashboard/leads.csv", LEADS, Allowance.of(Limit.LEAD_EXPORT), ANYTHING));

    private final Map<String, Methods> byPath = new HashMap<>();
    /** The methods of paths with parameters. */
    private final Map<Pattern, Methods> patterns = new LinkedHashMap<>();

    @Inject
    Routes() {
        this(ALL);
    }

    /**
     * @throws IllegalStateException if a route is listed twice, or the methods of a path differ in who may read their
     * answers
     */
    Routes(List<Route> routes) {
        for (Route route : routes) {
            byPath.computeIfAbsent(route.path(), path -> new Methods()).add(route);
        }
        byPath.forEach((path, methods) -> {
            if (path.contains("{")) {
                patterns.put(methods.any().pattern(), methods);
            }
        });
    }

    /** The routes of one path. */
    static final class Methods {
        private final Map<HttpMethod, Route> byMethod = new LinkedHashMap<>();

        private void add(Route route) {
            if (!byMethod.isEmpty() && route.access().readableByOtherOrigins() != areReadableByOtherOrigins()) {
                throw new IllegalStateException(
                        route
                                + ": a preflight is about a path, so other origins may read the answers of all its methods or of none");
            }
            if (byMethod.put(route.method(), route) != null) {
                throw new IllegalStateException(route + " is listed twice");
            }
        }

        /** The route that answers the method; null if none does. HEAD is answered as GET is. */
        @Nullable
        Route of(HttpMethod method) {
            return byMethod.get(method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method);
        }

        /** Any one of them: a preflight is answered alike for all. */
        Route any() {
            return byMethod.values().iterator().next();
        }

        boolean areReadableByOtherOrigins() {
            return any().access().readableByOtherOrigins();
        }

        /** For {@code Access-Control-Allow-Methods}. */
        String methods() {
            return byMethod.keySet().stream().map(HttpMethod::name).collect(Collectors.joining(", "));
        }

        /** For the {@code Allow} header. */
        String allowed() {
            return byMethod.keySet().stream()
                    .map(method -> method.equals(HttpMethod.GET) ? "GET, HEAD" : method.name())
                    .collect(Collectors.joining(", ", "", ", OPTIONS"));
        }
    }

    /** The routes of a request's path; null if there is no such path. */
    @Nullable
    Methods at(@Nullable String path) {
        if (path == null) {
            return null;
        }
        Methods methods = byPath.get(path);
        if (methods != null) {
            return methods;
        }
        for (Map.Entry<Pattern, Methods> each : patterns.entrySet()) {
            if (each.getKey().matcher(path).matches()) {
                return each.getValue();
            }
        }
        return null;
    }

    /** Every route, by path. */
    public List<Route> all() {
        return new TreeMap<>(byPath)
                .values().stream()
                        .flatMap(each -> each.byMethod.values().stream())
                        .toList();
    }
}
