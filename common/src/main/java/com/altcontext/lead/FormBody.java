package com.altcontext.api.lead;

import com.altcontext.api.http.JsonBody;
import com.altcontext.lead.LeadForm;
import com.altcontext.value.Issues;
import com.altcontext.value.Text;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an HTML form posts by itself ({@code application/x-www-form-urlencoded}, WHATWG URL Standard, section 5) as the
 * JSON object that a script would have sent: {@code utm_source} and {@code utm.source} are a field of {@code utm},
 * {@code payload.company} is one of {@code payload}, and a field that was left empty is absent.
 */
final class FormBody {
    /** More pairs than this are no form; netty's decoder would silently leave the rest out. */
    private static final int MAX_PAIRS = 1_000;

    private static final Set<String> UTM = Set.of("source", "medium", "campaign", "term", "content");

    private FormBody() {}

    /** The object. That the body cannot be read is an issue. */
    static JsonBody.Content read(byte[] bytes) {
        Issues issues = new Issues();
        Map<String, @Nullable Object> object = read(bytes, issues);
        return new JsonBody.Content(object != null, object, issues, List.of());
    }

    private static @Nullable Map<String, @Nullable Object> read(byte[] bytes, Issues issues) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        Map<String, List<String>> pairs;
        try {
            // netty's decoder takes a # for the end, as in the address of a page; in a form it is a character.
            String query = text.replace("#", "%23");
            pairs = new QueryStringDecoder(query, StandardCharsets.UTF_8, false, MAX_PAIRS + 1, true).parameters();
        } catch (IllegalArgumentException malformed) {
            issues.add("", "is not a valid form: percent signs must be followed by two digits");
            return null;
        }
        if (pairs.values().stream().mapToInt(List::size).sum() > MAX_PAIRS) {
            issues.add("", "must not hold more than " + MAX_PAIRS + " fields");
            return null;
        }
        boolean mayHoldReplacements = text.toUpperCase(Locale.ROOT).contains("%EF%BF%BD");
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        Set<String> paths = new HashSet<>();
        pairs.forEach((name, values) -> {
            String path = pathOf(name);
            boolean once = paths.add(path) && values.size() == 1;
            String shown = path.length() <= 100 && Text.isStorable(path) ? path : "";
            if (!once && isRead(path)) {
                issues.add(shown, "must not stand twice");
            }
            String value = values.getFirst();
            if (!Text.isStorable(name) || !Text.isStorable(value)) {
                issues.add(shown, Text.UNSTORABLE);
            } else if (!mayHoldReplacements && (name + value).indexOf('\uFFFD') >= 0) {
                issues.add(shown, "must be UTF-8");
            } else if (!value.isBlank()) {
                put(object, path, value);
            }
        });
        return object;
    }

    /** {@code utm_source} as {@code utm.source}; every other name as it is. */
    private static String pathOf(String name) {
        boolean flat = name.startsWith("utm_") && UTM.contains(name.substring(4));
        return flat ? "utm." + name.substring(4) : name;
    }

    /** Whether a second value would be lost; of fields that are ignored anyway, none is. */
    private static boolean isRead(String path) {
        return path.startsWith("utm.") || path.startsWith("payload.") || LeadForm.FIELDS.contains(path);
    }

    private static void put(Map<String, @Nullable Object> object, String path, String value) {
        if (path.startsWith("utm.") && UTM.contains(path.substring(4))) {
            nested(object, "utm").put(path.substring(4), value);
        } else if (path.startsWith("payload.") && path.length() > "payload.".length()) {
            nested(object, "payload").put(path.substring("payload.".length()), value);
        } else if (!path.equals("utm") && !path.equals("payload")) {
            object.put(path, value);
        }
    }

    @SuppressWarnings("unchecked") // Only this puts a map there.
    private static Map<String, Object> nested(Map<String, @Nullable Object> object, String name) {
        return (Map<String, Object>) object.computeIfAbsent(name, absent -> new LinkedHashMap<String, Object>());
    }
}
