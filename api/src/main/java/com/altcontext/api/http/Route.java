package com.altcontext.api.http;

import com.altcontext.access.Scope;
import com.altcontext.client.Limit;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.core.MediaType;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One method of one path: who may call it, what the calls count against, and which bodies it takes. All of it is read from the
 * annotations of the Java method that answers.
 *
 * @param path as Jakarta REST writes it, with parameters like <code>{token}</code> or <code>{hash:[0-9a-f]{16}}</code>
 * @param key the name under which refusals are counted: the path without version and parameters
 * @param scopes what a key must hold; none if anyone may call
 * @param byProperty whether a key for some properties opens it too
 * @param readableByOtherOrigins whether answers carry CORS headers for the allowed origins
 * @param limit null if calls are not counted
 * @param bodyTypes the media types of bodies that are read; empty if none is
 * @param isDirect whether the {@link DirectHandler} answers instead of Quarkus REST
 * @param target the Java method
 */
public record Route(
        HttpMethod method,
        String path,
        String key,
        Set<Scope> scopes,
        boolean byProperty,
        boolean readableByOtherOrigins,
        @Nullable Limit limit,
        @Nullable Limit signedInLimit,
        List<String> bodyTypes,
        boolean isDirect,
        Method target) {

    private static final String UTF_8 = ";charset=utf-8";
    private static final Pattern PARAMETER = Pattern.compile("\\{\\w+(?::((?:[^{}]|\\{[^{}]*})*))?}");

    /** @throws IllegalStateException if the annotations do not say who may call, or what limits it */
    static Route of(String path, Method target) {
        RequiresScope required = target.getAnnotation(RequiresScope.class);
        boolean isPublic = target.isAnnotationPresent(Public.class);
        int access = (required == null ? 0 : 1)
                + (isPublic ? 1 : 0)
                + (target.isAnnotationPresent(SameOrigin.class) ? 1 : 0);
        if (access != 1) {
            throw new IllegalStateException(target + " needs exactly one of @Public, @SameOrigin and @RequiresScope");
        }
        RateLimited limited = target.getAnnotation(RateLimited.class);
        if ((limited == null) != target.isAnnotationPresent(Unlimited.class)) {
            throw new IllegalStateException(target + " needs either @RateLimited or @Unlimited");
        }
        Consumes consumes = target.getAnnotation(Consumes.class);
        HttpMethod method = methodOf(target);
        if ((consumes == null) == method.equals(HttpMethod.POST)) {
            throw new IllegalStateException(
                    target + ": a POST, and nothing else, says with @Consumes which bodies it takes");
        }
        return new Route(
                method,
                path,
                keyOf(path),
                required == null ? Set.of() : Set.of(required.value()),
                required != null && required.byProperty(),
                isPublic,
                limited == null ? null : limited.value(),
                limited == null || limited.signedIn().length == 0 ? null : limited.signedIn()[0],
                consumes == null ? List.of() : List.of(consumes.value()),
                target.isAnnotationPresent(DirectRoute.class),
                target);
    }

    private static String keyOf(String path) {
        return PARAMETER
                .matcher(path)
                .replaceAll("")
                .replaceFirst("^/(v1/)?", "")
                .replaceFirst("/$", "")
                .replace("..", ".");
    }

    /** What the paths of its requests match. */
    Pattern pattern() {
        return Pattern.compile("\\Q"
                + PARAMETER
                        .matcher(path)
                        .replaceAll(parameter -> Matcher.quoteReplacement(
                                "\\E(" + Objects.requireNonNullElse(parameter.group(1), "[^/]+") + ")\\Q"))
                + "\\E");
    }

    /** The type of a body, as the route writes it; null if it is not taken: of another type, not in UTF-8, or compressed. */
    @Nullable
    String bodyType(MultiMap headers) {
        if (bodyTypes.contains(MediaType.WILDCARD)) {
            return MediaType.WILDCARD;
        }
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        String encoding = headers.get(HttpHeaders.CONTENT_ENCODING);
        if (type == null || (encoding != null && !encoding.equalsIgnoreCase("identity"))) {
            return null;
        }
        // Most clients send the bare type, or what a browser makes of a text.
        for (String taken : bodyTypes) {
            int more = type.length() - taken.length();
            if ((more == 0 || more == UTF_8.length())
                    && type.startsWith(taken)
                    && type.regionMatches(true, taken.length(), UTF_8, 0, more)) {
                return taken;
            }
        }
        String[] parts = type.toLowerCase(Locale.ROOT).replace("\"", "").split(";", -1);
        boolean isUtf8 = Arrays.stream(parts)
                .map(String::strip)
                .filter(part -> part.startsWith("charset="))
                .allMatch(part -> part.equals("charset=utf-8") || part.equals("charset=utf8"));
        String bare = parts[0].strip();
        return bodyTypes.contains(bare) && isUtf8 ? bare : null;
    }

    private static HttpMethod methodOf(Method target) {
        if (target.isAnnotationPresent(GET.class)) {
            return HttpMethod.GET;
        }
        if (target.isAnnotationPresent(DELETE.class)) {
            return HttpMethod.DELETE;
        }
        if (target.isAnnotationPresent(POST.class) || target.isAnnotationPresent(DirectRoute.class)) {
            return HttpMethod.POST;
        }
        throw new IllegalStateException(target + " has no method of HTTP that is known here");
    }

    /** The allowance that a call counts against; null if it counts against none. */
    @Nullable
    Limit limit(boolean signedIn) {
        return signedIn && signedInLimit != null ? signedInLimit : limit;
    }

    /** Who may call it, in a word or two: what the contract says at {@code x-access}. */
    public String access() {
        if (scopes.isEmpty()) {
            return readableByOtherOrigins ? "public" : "same-origin";
        }
        String needed = scopes.size() == Scope.values().length
                ? "every scope"
                : scopes.stream().map(Scope::key).sorted().collect(Collectors.joining(" and "));
        return needed + (byProperty ? " of the property" : " of all properties");
    }

    /** What calls count against, that of a caller who is signed in last: what the contract says at {@code x-rate-limit}. */
    public String limits() {
        if (limit == null) {
            return "unlimited";
        }
        return limit.policy() + (signedInLimit == null ? "" : ", " + signedInLimit.policy());
    }

    /** This route with the body types of another Java method that answers the same calls with other bodies. */
    Route joined(Route other) {
        boolean same = scopes.equals(other.scopes)
                && byProperty == other.byProperty
                && readableByOtherOrigins == other.readableByOtherOrigins
                && limit == other.limit
                && signedInLimit == other.signedInLimit;
        if (!same) {
            throw new IllegalStateException(
                    target + " and " + other.target + " answer one route, and differ in access or limit");
        }
        List<String> all = Stream.concat(bodyTypes.stream(), other.bodyTypes.stream())
                .distinct()
                .toList();
        return new Route(
                method,
                path,
                key,
                scopes,
                byProperty,
                readableByOtherOrigins,
                limit,
                signedInLimit,
                all,
                isDirect,
                target);
    }
}
