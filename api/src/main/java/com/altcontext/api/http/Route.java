package com.altcontext.api.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One method of one path: who may call it, which rate limit its calls count against, and which bodies it takes.
 *
 * @param path as Jakarta REST writes it, with parameters like <code>{token}</code> or <code>{hash:[0-9a-f]{16}}</code>
 * @param key the name under which refusals are counted: the path without version and parameters
 * @param bodyTypes the media types of bodies that are read; empty if none is
 * @param isDirect whether the {@link DirectHandler} answers instead of Quarkus REST; docs/performance.md says what this saves
 */
public record Route(
        HttpMethod method,
        String path,
        String key,
        Access access,
        Allowance allowance,
        List<String> bodyTypes,
        boolean isDirect) {

    private static final String UTF_8 = ";charset=utf-8";
    private static final Pattern PARAMETER = Pattern.compile("\\{\\w+(?::((?:[^{}]|\\{[^{}]*})*))?}");

    static Route get(String path, Access access, Allowance allowance) {
        return new Route(HttpMethod.GET, path, keyOf(path), access, allowance, List.of(), false);
    }

    static Route delete(String path, Access access, Allowance allowance) {
        return new Route(HttpMethod.DELETE, path, keyOf(path), access, allowance, List.of(), false);
    }

    static Route post(String path, Access access, Allowance allowance, String... bodyTypes) {
        return new Route(HttpMethod.POST, path, keyOf(path), access, allowance, List.of(bodyTypes), false);
    }

    /** This route, but answered by the {@link DirectHandler}. */
    Route direct() {
        return new Route(method, path, key, access, allowance, bodyTypes, true);
    }

    private static String keyOf(String path) {
        return PARAMETER
                .matcher(path)
                .replaceAll("")
                .replaceFirst("^/(v1/)?", "")
                .replaceFirst("/$", "")
                .replace("..", ".");
    }

    /** The pattern that the paths of its requests match. */
    Pattern pattern() {
        return Pattern.compile("\\Q"
                + PARAMETER
                        .matcher(path)
                        .replaceAll(parameter -> Matcher.quoteReplacement(
                                "\\E(" + Objects.requireNonNullElse(parameter.group(1), "[^/]+") + ")\\Q"))
                + "\\E");
    }

    /**
     * The type of a body, as the route spells it; null if the route does not accept it: another type, not in UTF-8, or
     * compressed.
     */
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
        // Most clients send the bare type, or what a browser sends for a text: the type with a charset.
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
}
