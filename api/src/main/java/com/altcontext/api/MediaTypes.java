package com.altcontext.api;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;

/** Which bodies are read. */
final class MediaTypes {
    /** How browsers and libraries nearly always write them; anything else is looked at closely. */
    private static final Set<String> USUAL =
            Set.of("application/json", "application/json; charset=utf-8", "text/plain", "text/plain;charset=UTF-8");

    private MediaTypes() {}

    /** JSON by its own name, or as the text that {@code sendBeacon} sends without a preflight; UTF-8 and not packed. */
    static boolean isJson(MultiMap headers) {
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        String encoding = headers.get(HttpHeaders.CONTENT_ENCODING);
        if (type == null || (encoding != null && !encoding.equalsIgnoreCase("identity"))) {
            return false;
        }
        if (USUAL.contains(type)) {
            return true;
        }
        String[] parts = type.toLowerCase(Locale.ROOT).split(";", -1);
        String media = parts[0].strip();
        return (media.equals("application/json") || media.equals("text/plain")) && isUtf8(parts);
    }

    /** What an HTML form sends by itself. */
    static boolean isForm(MultiMap headers) {
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        if (type == null || headers.contains(HttpHeaders.CONTENT_ENCODING)) {
            return false;
        }
        String[] parts = type.toLowerCase(Locale.ROOT).split(";", -1);
        return parts[0].strip().equals("application/x-www-form-urlencoded") && isUtf8(parts);
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
