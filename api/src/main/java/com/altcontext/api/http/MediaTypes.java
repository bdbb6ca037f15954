package com.altcontext.api.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which bodies are read: those of a type that the route takes, in UTF-8, and not compressed. */
final class MediaTypes {
    private MediaTypes() {}

    /**
     * The type of a body, as the route writes it; null if the route does not take it.
     *
     * @param accepted without parameters; {@code *}{@code /*} for any, also for none
     */
    static @Nullable String of(MultiMap headers, List<String> accepted) {
        if (accepted.contains(MediaType.WILDCARD)) {
            return MediaType.WILDCARD;
        }
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        String encoding = headers.get(HttpHeaders.CONTENT_ENCODING);
        if (type == null || (encoding != null && !encoding.equalsIgnoreCase("identity"))) {
            return null;
        }
        // Most clients send the bare type.
        if (accepted.contains(type)) {
            return type;
        }
        String[] parts = type.toLowerCase(Locale.ROOT).split(";", -1);
        String bare = parts[0].strip();
        return accepted.contains(bare) && isUtf8(parts) ? bare : null;
    }

    private static boolean isUtf8(String[] parameters) {
        for (int i = 1; i < parameters.length; i++) {
            String parameter = parameters[i].strip().replace("\"", "");
            if (parameter.startsWith("charset=")
                    && !parameter.equals("charset=utf-8")
                    && !parameter.equals("charset=utf8")) {
                return false;
            }
        }
        return true;
    }
}
