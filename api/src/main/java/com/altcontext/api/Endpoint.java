package com.altcontext.api;

import io.vertx.core.http.HttpMethod;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The doors of the service, and what each asks of a request before its content is looked at. */
@SuppressWarnings("ImmutableEnumChecker") // Vert.x does not say that its HttpMethod never changes.
enum Endpoint {
    HEALTH("/v1/healthz", null, Body.NONE, HttpMethod.GET),
    OPENAPI("/v1/openapi.yaml", Limit.DOCUMENTS, Body.NONE, HttpMethod.GET),
    PRIVACY("/v1/privacy", Limit.DOCUMENTS, Body.NONE, HttpMethod.GET),
    TELEMETRY("/v1/telemetry.js", Limit.SCRIPTS, Body.NONE, HttpMethod.GET),
    TELEMETRY_VERSION("/v1/telemetry.{hash}.js", Limit.SCRIPTS, Body.NONE, HttpMethod.GET),
    EVENTS("/v1/events", Limit.EVENTS, Body.JSON, HttpMethod.POST),
    EVENTS_BATCH("/v1/events/batch", Limit.EVENTS, Body.JSON, HttpMethod.POST),
    LEADS_CAPTURE("/v1/leads/capture", Limit.LEADS, Body.JSON_OR_FORM, HttpMethod.POST),
    LEADS_UNSUBSCRIBE("/v1/leads/unsubscribe", Limit.UNSUBSCRIBE, Body.JSON, HttpMethod.POST),
    UNSUBSCRIBE_LINK(
            "/v1/leads/unsubscribe/{token}", Limit.UNSUBSCRIBE, Body.ANYTHING, HttpMethod.GET, HttpMethod.POST),
    LEADS_DELETE("/v1/leads/delete", Limit.LEAD_DELETE, Body.JSON, HttpMethod.POST),
    LEADS_EXPORT("/v1/leads/export", Limit.LEAD_EXPORT, Body.JSON, HttpMethod.POST),
    METRICS_SUMMARY("/v1/metrics/summary", Limit.METRICS, Body.NONE, HttpMethod.GET),
    METRICS_BREAKDOWN("/v1/metrics/breakdown", Limit.METRICS, Body.NONE, HttpMethod.GET),
    DASHBOARD_PAGE("/dashboard", Limit.SCRIPTS, Body.NONE, HttpMethod.GET),
    DASHBOARD_SCRIPT("/dashboard/app.{hash}.js", Limit.SCRIPTS, Body.NONE, HttpMethod.GET),
    DASHBOARD_STYLE("/dashboard/app.{hash}.css", Limit.SCRIPTS, Body.NONE, HttpMethod.GET),
    DASHBOARD_SESSION(
            "/v1/dashboard/session", Limit.DASHBOARD, Body.JSON, HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE),
    DASHBOARD_PROPERTIES("/v1/dashboard/properties", Limit.METRICS, Body.NONE, HttpMethod.GET),
    DASHBOARD_LEADS("/v1/dashboard/leads", Limit.METRICS, Body.NONE, HttpMethod.GET),
    DASHBOARD_LEADS_CSV("/v1/dashboard/leads.csv", Limit.LEAD_EXPORT, Body.ANYTHING, HttpMethod.POST);

    /** What is counted together for one client and minute. */
    enum Limit {
        EVENTS(120),
        LEADS(24),
        /** Of the bodies of events and forms: most of what is sent there is stored. */
        BYTES(1_000_000),
        UNSUBSCRIBE(12),
        LEAD_DELETE(10),
        LEAD_EXPORT(10),
        METRICS(60),
        /** What a signed-in operator reads: each look at the dashboard asks some ten questions at once. */
        DASHBOARD(600),
        DOCUMENTS(60),
        /** Many people may share an address, and each page of each asks again. */
        SCRIPTS(600),
        /** Wrong admin keys; the operator cannot choose another number. */
        ADMIN_FAILURES(10);

        /** How many a minute, where the operator does not choose. */
        final int usual;

        Limit(int usual) {
            this.usual = usual;
        }

        /** As it is called in the {@code RateLimit} headers. */
        String policy() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The variable that sets another number. */
        String variable() {
            return "RATE_LIMIT_" + name();
        }
    }

    /** Which bodies a door takes. */
    enum Body {
        NONE,
        JSON,
        JSON_OR_FORM,
        /**
         * Of any type, since nothing of it is read: RFC 8058 lets a mail service send its word in two types, and a button
         * that asks for a file sends none.
         */
        ANYTHING
    }

    private static final String DASHBOARD = "/v1/dashboard/";
    private static final String LINK = "/v1/leads/unsubscribe/";
    private static final Pattern VERSION = Pattern.compile("(/v1/telemetry|/dashboard/app)\\.[0-9a-f]{16}\\.(js|css)");
    private static final Map<String, Endpoint> BY_PATH = Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(endpoint -> endpoint.path, Function.identity()));

    final String path;
    private final @Nullable Limit limit;
    final List<HttpMethod> methods;
    private final Body body;
    private final String key;
    private final String allowed;

    Endpoint(String path, @Nullable Limit limit, Body body, HttpMethod... methods) {
        this.path = path;
        this.limit = limit;
        this.body = body;
        this.methods = List.of(methods);
        this.key = path.replaceFirst("^/(v1/)?", "").replace("/{token}", "").replace(".{hash}", "");
        String names = this.methods.stream()
                .map(method -> method.equals(HttpMethod.GET) ? "GET, HEAD" : method.name())
                .collect(Collectors.joining(", "));
        this.allowed = names + ", OPTIONS";
    }

    static @Nullable Endpoint at(@Nullable String path) {
        if (path == null) {
            return null;
        }
        Endpoint endpoint = BY_PATH.get(path);
        return endpoint == null ? patternOf(path) : endpoint;
    }

    private static @Nullable Endpoint patternOf(String path) {
        if (path.startsWith(LINK) && path.length() > LINK.length() && path.indexOf('/', LINK.length()) < 0) {
            return UNSUBSCRIBE_LINK;
        }
        Matcher version = VERSION.matcher(path);
        return version.matches() ? BY_PATH.get(version.group(1) + ".{hash}." + version.group(2)) : null;
    }

    /** Whether it is the operator's, which pages of other sites are told nothing of. */
    boolean isForOperator() {
        return needsOperator() || this == DASHBOARD_SESSION || path.startsWith(DASHBOARD_PAGE.path);
    }

    /** Whether only the operator may enter, by {@code x-admin-key} or a session. */
    boolean needsOperator() {
        return limit == Limit.LEAD_DELETE || limit == Limit.LEAD_EXPORT || limit == Limit.METRICS;
    }

    /** Whether the dashboard's session opens it, and not the key alone. */
    boolean takesSession() {
        return limit == Limit.METRICS || isOfDashboard();
    }

    /** Whether nobody but the dashboard asks here, and scripts that do as it does. */
    boolean isOfDashboard() {
        return path.startsWith(DASHBOARD);
    }

    /** What a request counts towards; what is read with a session has an allowance of its own. */
    @Nullable
    Limit limit(boolean signedIn) {
        return signedIn && limit == Limit.METRICS ? Limit.DASHBOARD : limit;
    }

    /** Whether what anybody sends here is stored, so that its bytes count. */
    boolean stores() {
        return limit == Limit.EVENTS || limit == Limit.LEADS;
    }

    boolean accepts(HttpMethod asked) {
        return methods.contains(asked) || (asked.equals(HttpMethod.HEAD) && methods.contains(HttpMethod.GET));
    }

    /** What of a request with this method is read. */
    Body bodyOf(HttpMethod method) {
        return method.equals(HttpMethod.POST) ? body : Body.NONE;
    }

    /** For the {@code Allow} header. */
    String allowed() {
        return allowed;
    }

    /** Under which name refusals are counted. */
    String key() {
        return key;
    }
}
