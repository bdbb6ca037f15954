package com.altcontext.lead;

import com.altcontext.value.Issues;
import com.altcontext.value.Text;
import com.altcontext.value.UrlEncoded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body that an HTML form posts without a script ({@code application/x-www-form-urlencoded}, WHATWG URL
 * Standard, section 5) as the JSON object that a script would have sent. {@code utm_source} and {@code utm.source}
 * become a field of {@code utm}, {@code payload.company} a field of {@code payload}, and {@code traffic.deviceType} a
 * field of {@code traffic}. A field that was left empty is absent.
 */
public final class FormBody {
    /** A body with more pairs than this is refused. */
    private static final int MAX_PAIRS = 1_000;

    /** Replaces a name or a value that is not UTF-8. No text in UTF-8 equals it. */
    private static final String NOT_UTF8 = "\uD800";

    private static final Set<String> UTM = Set.of("source", "medium", "campaign", "term", "content");

    private static final Set<String> NESTED = Set.of("utm", "payload", "traffic");
    private static final String DEVICE_TYPE = "traffic.deviceType";

    private FormBody() {}

    /**
     * Reads a body.
     *
     * @return the object; null, with an issue, if the body cannot be read
     */
    public static @Nullable Map<String, Object> read(byte[] bytes, Issues issues) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (!UrlEncoded.isWellFormed(text)) {
            issues.add("", "is not a valid form: percent signs must be followed by two digits");
            return null;
        }
        List<String> sent = Stream.of(text.split("&", -1))
                .filter(pair -> !pair.isEmpty())
                .limit(MAX_PAIRS + 1)
                .toList();
        if (sent.size() > MAX_PAIRS) {
            issues.add("", "must not hold more than " + MAX_PAIRS + " fields");
            return null;
        }
        Map<String, List<String>> pairs = new LinkedHashMap<>();
        for (String pair : sent) {
            String[] parts = pair.split("=", 2);
            pairs.computeIfAbsent(decoded(parts[0]), first -> new ArrayList<>(1))
                    .add(parts.length == 1 ? "" : decoded(parts[1]));
        }
        Map<String, Object> object = new LinkedHashMap<>();
        Set<String> paths = new HashSet<>();
        pairs.forEach((name, values) -> {
            String path = pathOf(name);
            boolean once = paths.add(path) && values.size() == 1;
            String shown = path.length() <= 100 && Text.isStorable(path) ? path : "";
            if (!once && isRead(path)) {
                issues.add(shown, "must not occur twice");
            }
            String value = values.getFirst();
            if (name.equals(NOT_UTF8) || value.equals(NOT_UTF8)) {
                issues.add(shown, "must be UTF-8");
            } else if (!Text.isStorable(name) || !Text.isStorable(value)) {
                issues.add(shown, Text.UNSTORABLE);
            } else if (!value.isBlank()) {
                put(object, path, value);
            }
        });
        return object;
    }

    private static String decoded(String text) {
        return Objects.requireNonNullElse(UrlEncoded.decoded(text), NOT_UTF8);
    }

    /** {@code utm_source} as {@code utm.source}; every other name as it is. */
    private static String pathOf(String name) {
        boolean flat = name.startsWith("utm_") && UTM.contains(name.substring(4));
        return flat ? "utm." + name.substring(4) : name;
    }

    /** Whether the field is read, so that a second value would be lost. An ignored field may be repeated. */
    private static boolean isRead(String path) {
        return isUtm(path) || isPayload(path) || path.equals(DEVICE_TYPE) || LeadForm.FIELDS.contains(path);
    }

    private static boolean isUtm(String path) {
        return path.startsWith("utm.") && UTM.contains(path.substring("utm.".length()));
    }

    private static boolean isPayload(String path) {
        return path.startsWith("payload.") && path.length() > "payload.".length();
    }

    private static void put(Map<String, Object> object, String path, String value) {
        if (isUtm(path)) {
            nested(object, "utm").put(path.substring("utm.".length()), value);
        } else if (isPayload(path)) {
            nested(object, "payload").put(path.substring("payload.".length()), value);
        } else if (path.equals(DEVICE_TYPE)) {
            nested(object, "traffic").put("deviceType", value);
        } else if (!NESTED.contains(path)) {
            object.put(path, value);
        }
    }

    @SuppressWarnings("unchecked") // Only this method puts a map there.
    private static Map<String, Object> nested(Map<String, Object> object, String name) {
        return (Map<String, Object>) object.computeIfAbsent(name, absent -> new LinkedHashMap<String, Object>());
    }
}
