package com.altcontext.api;

import io.vertx.core.http.HttpMethod;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The public doors, and what each asks of a request before its resource sees it. */
@SuppressWarnings("ImmutableEnumChecker") // Vert.x does not say that its HttpMethod never changes.
enum Endpoint {
    HEALTH("/v1/healthz", HttpMethod.GET, null),
    OPENAPI("/v1/openapi.yaml", HttpMethod.GET, Limit.DOCUMENT),
    EVENTS("/v1/events", HttpMethod.POST, Limit.EVENTS),
    EVENTS_BATCH("/v1/events/batch", HttpMethod.POST, Limit.EVENTS);

    /** What is counted together for one client and minute. */
    enum Limit {
        EVENTS,
        DOCUMENT;

        /** As it is called in the {@code RateLimit} headers. */
        String policy() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Map<String, Endpoint> BY_PATH = Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(endpoint -> endpoint.path, Function.identity()));

    final String path;
    final HttpMethod method;
    final @Nullable Limit limit;
    private final String key;

    Endpoint(String path, HttpMethod method, @Nullable Limit limit) {
        this.path = path;
        this.method = method;
        this.limit = limit;
        this.key = path.substring("/v1/".length());
    }

    static @Nullable Endpoint at(@Nullable String path) {
        return path == null ? null : BY_PATH.get(path);
    }

    boolean accepts(HttpMethod asked) {
        return asked.equals(method) || (asked.equals(HttpMethod.HEAD) && method.equals(HttpMethod.GET));
    }

    boolean takesBody() {
        return method.equals(HttpMethod.POST);
    }

    /** For the {@code Allow} header. */
    String allowed() {
        return method.equals(HttpMethod.GET) ? "GET, HEAD, OPTIONS" : method.name() + ", OPTIONS";
    }

    /** Under which name refusals are counted. */
    String key() {
        return key;
    }
}
