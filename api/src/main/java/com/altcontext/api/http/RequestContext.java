package com.altcontext.api.http;

import com.altcontext.access.Permissions;
import com.altcontext.client.Client;
import com.altcontext.client.Limit;
import com.altcontext.client.RateLimiter;
import com.altcontext.ingest.DatabaseExecutor;
import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.altcontext.value.Language;
import com.altcontext.value.QueryParameters;
import com.altcontext.value.Weight;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A request that passed {@link RequestFilter}: its route, sender and event loop. */
public final class RequestContext {
    private static final String KEY = RequestContext.class.getName();

    /**
     * The heap of a request with its contexts, the object that answers it, and the headers of the answer, in bytes.
     */
    private static final int OBJECTS = 6_144;
    /** The heap of a header's entry and of its value, besides the text. The value is Latin-1, a byte a character. */
    private static final int HEADER = 112;

    private final RoutingContext routing;
    private final Context eventLoop;
    private final Route route;
    private final Client client;
    private final @Nullable String accept;
    private @Nullable Permissions permissions;
    private boolean signedIn;
    private boolean propertyChecked;
    private boolean spent;
    private byte @Nullable [] body;

    RequestContext(RoutingContext routing, Route route, Client client) {
        this.routing = routing;
        this.eventLoop = routing.vertx().getOrCreateContext();
        this.route = route;
        this.client = client;
        this.accept = routing.request().getHeader(HttpHeaders.ACCEPT);
        routing.put(KEY, this);
    }

    /** For resources. */
    public static RequestContext of(RoutingContext routing) {
        return Objects.requireNonNull(find(routing), "the filter lets no request pass without one");
    }

    static @Nullable RequestContext find(RoutingContext routing) {
        return routing.get(KEY);
    }

    public Route route() {
        return route;
    }

    public Client client() {
        return client;
    }

    public HttpServerRequest request() {
        return routing.request();
    }

    public HttpServerResponse response() {
        return routing.response();
    }

    RoutingContext routing() {
        return routing;
    }

    /** Whether {@code Accept} names this very media type: a range does not count, nor does {@code q=0}. */
    public boolean accepts(String type) {
        return AcceptHeader.weight(accept, type) > 0;
    }

    /** Whether {@code Accept} gives this media type a greater weight than the other one. */
    public boolean prefers(String type, String other) {
        return AcceptHeader.weight(accept, type) > AcceptHeader.weight(accept, other);
    }

    /**
     * Whether a person will see the answer as a page: the browser follows a link, or posts a form without a script.
     * Browsers say so by {@code Sec-Fetch-Mode} (W3C Fetch Metadata). If one does not, the request itself shows it.
     */
    boolean showsPage() {
        String mode = request().getHeader("sec-fetch-mode");
        if (!route.access().readableByOtherOrigins() || accepts(MediaType.APPLICATION_JSON)) {
            return false;
        }
        if (mode != null) {
            return mode.equals("navigate");
        }
        return isFormPost() || (request().method().equals(HttpMethod.GET) && accepts(MediaType.TEXT_HTML));
    }

    private boolean isFormPost() {
        String type = Objects.requireNonNullElse(request().getHeader(HttpHeaders.CONTENT_TYPE), "")
                .toLowerCase(Locale.ROOT);
        return route.bodyTypes().contains(MediaType.APPLICATION_FORM_URLENCODED)
                && (type.startsWith(MediaType.APPLICATION_FORM_URLENCODED)
                        || type.startsWith(MediaType.MULTIPART_FORM_DATA));
    }

    /** The issues in the language that the client prefers. Operators get them in English. */
    public List<Issue> translated(List<Issue> issues) {
        return route.access().readableByOtherOrigins() && LinkPage.language(routing) == Language.FRENCH
                ? FrenchIssues.of(issues)
                : issues;
    }

    void setBody(byte[] whole) {
        body = whole;
    }

    /** Returns the body, but only once: a request that waits for its answer must not hold it. */
    public byte[] takeBody() {
        byte[] taken = Objects.requireNonNull(body, "the route takes no body, or it was taken");
        body = null;
        return taken;
    }

    /** Reads the body as JSON; only possible once. */
    public JsonBody.Content json() {
        return JsonBody.read(takeBody());
    }

    /** The parameters of the query; adds an issue for each that cannot be read. */
    public QueryParameters query(Issues issues) {
        return QueryString.read(request(), issues);
    }

    /**
     * Whether the request came from the dashboard with a session's cookie. After {@link OperatorAuth} let it pass, that
     * session is open.
     */
    public boolean isSignedIn() {
        return signedIn;
    }

    /** Called for a request with the cookie of a session, before the session is looked up. */
    void markSignedIn() {
        signedIn = true;
    }

    /** The id of the caller's key; empty for {@code ADMIN_API_KEY}, and if the route needs no key. */
    private String caller() {
        return permissions == null ? "" : Objects.toString(permissions.keyId(), "");
    }

    void permit(Permissions granted) {
        permissions = granted;
    }

    /** The permissions of the caller of an operators' route. */
    public Permissions permissions() {
        return Objects.requireNonNull(permissions, "the route is open to anyone");
    }

    /**
     * Checks that the caller may ask about a property.
     *
     * @param slug null for all properties together
     * @throws Refusal if the key is for other properties
     */
    public void requireProperty(@Nullable String slug) {
        if (!permissions().include(slug)) {
            throw new Refusal(Problem.FORBIDDEN);
        }
        propertyChecked = true;
    }

    /** The caller's permissions, for a route that answers about all properties that they include. */
    public Permissions propertiesChecked() {
        propertyChecked = true;
        return permissions();
    }

    /** How much of the heap the request holds while it waits for its answer, in bytes, without its connection. */
    public int weight() {
        int bytes = OBJECTS + Weight.of(request().uri());
        for (Map.Entry<String, String> header : request().headers()) {
            bytes += HEADER + Weight.of(header.getKey()) + header.getValue().length();
        }
        return bytes;
    }

    /** Runs the work on the event loop of the request's connection. Any thread may call it. */
    public void onEventLoop(Runnable work) {
        eventLoop.runOnContext(now -> work.run());
    }

    /**
     * Runs work that waits for the database.
     *
     * @return completes on the event loop
     * @throws IllegalStateException if the caller's key is for some properties, and the route has not checked which
     *     ones the work is about
     */
    public <T> CompletionStage<T> submit(DatabaseExecutor executor, Supplier<T> work) {
        if (permissions != null && permissions.isRestricted() && !propertyChecked) {
            throw new IllegalStateException(route.path() + " does not check the property");
        }
        String id = response().headers().get(SecurityHeaders.REQUEST_ID);
        return executor.submit(caller(), id, weight(), this::onEventLoop, work);
    }

    /** Counts the request against its allowance, once. */
    void spendOnce(RateLimiter limiter) {
        Limit limit = limit();
        if (limit != null && !spent) {
            spent = true;
            spend(limiter, limit, 1);
        }
    }

    /** The limit that the request counts against; null if there is none. */
    @Nullable
    Limit limit() {
        return route.allowance().limit(signedIn);
    }

    /**
     * Counts against a limit of the client: all, or nothing if not enough is left.
     *
     * @throws Refusal if not enough is left
     */
    public void spend(RateLimiter limiter, Limit limit, int count) {
        RateLimiter.LimitState decision = limiter.take(limit, client.address(), count);
        if (!decision.isAllowed()) {
            throw beyond(decision);
        }
    }

    /**
     * The refusal of a request beyond a limit. Sets the headers of the answer: {@code Retry-After} and those of the
     * IETF draft ratelimit-headers.
     */
    Refusal beyond(RateLimiter.LimitState limit) {
        String policy = '"' + limit.limit().policy() + '"';
        response()
                .putHeader(HttpHeaders.RETRY_AFTER, String.valueOf(limit.retryAfterSeconds()))
                .putHeader(
                        "RateLimit-Policy", policy + ";q=" + limit.perMinute() + ";w=" + RateLimiter.PERIOD.toSeconds())
                .putHeader("RateLimit", policy + ";r=" + limit.remaining() + ";t=" + limit.retryAfterSeconds());
        return new Refusal(Problem.RATE_LIMITED);
    }
}
