package com.altcontext.api.http;

import io.vertx.core.http.HttpMethod;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All routes of the service, as the annotations of their methods say. A path that is not here is answered 404, so a route is
 * closed until it says who may call it; one that does not say keeps the service from starting.
 */
@Singleton
public class Routes {
    private static final String OURS = "com.altcontext.api.";
    /** What makes a Java method a route. */
    private static final List<Class<? extends Annotation>> ANSWERS = List.of(GET.class, POST.class, DELETE.class);

    /** In headers. */
    private static final List<HttpMethod> ORDER = List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE);

    private final Map<String, Methods> byPath = new HashMap<>();
    /** Those of paths with parameters. */
    private final Map<Pattern, Methods> patterns = new LinkedHashMap<>();

    /** @throws IllegalStateException if a route does not say who may call it or what limits it */
    @Inject
    Routes(BeanManager beans) {
        this(beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                .map(Bean::getBeanClass)
                .filter(type -> type.getName().startsWith(OURS))
                // Each kind of annotation that is read costs the start a generated class, so those of other beans are
                // not.
                .filter(type -> type.isAnnotationPresent(Path.class) || DirectHandler.class.isAssignableFrom(type))
                .distinct()
                .toList());
    }

    Routes(List<? extends Class<?>> types) {
        for (Class<?> type : types) {
            for (Method method : type.getDeclaredMethods()) {
                for (String path : pathsOf(type, method)) {
                    byPath.computeIfAbsent(path, Methods::new).add(method);
                }
            }
        }
        byPath.forEach((path, methods) -> {
            if (path.contains("{")) {
                patterns.put(methods.any().pattern(), methods);
            }
        });
    }

    private static List<String> pathsOf(Class<?> type, Method method) {
        DirectRoute direct = method.getAnnotation(DirectRoute.class);
        if (direct != null) {
            return List.of(direct.value());
        }
        Path root = type.getAnnotation(Path.class);
        if (root == null || ANSWERS.stream().noneMatch(method::isAnnotationPresent)) {
            return List.of();
        }
        Path own = method.getAnnotation(Path.class);
        return List.of(own == null ? root.value() : root.value() + '/' + own.value());
    }

    /** The routes of one path. */
    static final class Methods {
        private final String path;
        private final Map<HttpMethod, Route> byMethod = new TreeMap<>(Comparator.comparingInt(ORDER::indexOf));

        private Methods(String path) {
            this.path = path;
        }

        private void add(Method target) {
            Route route = Route.of(path, target);
            if (!byMethod.isEmpty() && route.readableByOtherOrigins() != areReadableByOtherOrigins()) {
                throw new IllegalStateException(
                        target + ": a preflight is about a path, so its methods must be all @Public or none");
            }
            byMethod.merge(route.method(), route, Route::joined);
        }

        /** The route that answers the method; null if none does. HEAD is answered as GET is. */
        @Nullable
        Route of(HttpMethod method) {
            return byMethod.get(method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method);
        }

        /** Any of them: they are alike in what a preflight asks. */
        Route any() {
            return byMethod.values().iterator().next();
        }

        boolean areReadableByOtherOrigins() {
            return any().readableByOtherOrigins();
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
