package com.altcontext.api.http;

import com.altcontext.value.Issues;
import com.altcontext.value.QueryParameters;
import com.altcontext.value.Text;
import com.altcontext.value.UrlEncoded;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the query of a request's URL. Only {@code &} separates parameters, as browsers write them, not {@code ;}. */
final class QueryString {
    private QueryString() {}

    /** Reads the parameters; adds an issue for each that cannot be read. */
    static QueryParameters read(HttpServerRequest request, Issues issues) {
        Map<String, String> first = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        try {
            request.params(true).forEach((name, value) -> {
                if (first.putIfAbsent(name, value) != null) {
                    issues.add(path(name), "must not occur twice");
                }
            });
            String all = first.toString();
            if (all.indexOf('\uFFFD') >= 0) {
                refuseOtherThanUtf8(request, issues);
            }
            if (!Text.isStorable(all)) {
                first.entrySet().removeIf(field -> isRefused(field, issues));
            }
        } catch (IllegalArgumentException malformed) {
            issues.add("", "the query's percent signs must be followed by two digits");
        }
        return new QueryParameters(first, issues);
    }

    /** Vert.x puts a replacement character where bytes are not UTF-8. */
    private static void refuseOtherThanUtf8(HttpServerRequest request, Issues issues) {
        for (String pair : Objects.requireNonNullElse(request.query(), "").split("&", -1)) {
            String name = UrlEncoded.decoded(pair.split("=", 2)[0]);
            if (UrlEncoded.decoded(pair) == null) {
                issues.add(path(name), "must be UTF-8");
            }
        }
    }

    private static boolean isRefused(Map.Entry<String, String> field, Issues issues) {
        boolean isStorable = Text.isStorable(field.getKey()) && Text.isStorable(field.getValue());
        if (!isStorable) {
            issues.add(path(field.getKey()), Text.UNSTORABLE);
        }
        return !isStorable;
    }

    /** The path of an issue with a field whose name may be anything; empty if the name cannot be shown. */
    private static String path(@Nullable String name) {
        return name != null && name.length() <= 100 && Text.isStorable(name) ? name : "";
    }
}
