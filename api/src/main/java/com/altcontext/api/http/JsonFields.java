package com.altcontext.api.http;

import com.altcontext.value.Issues;
import com.altcontext.value.Text;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object, read by name and rule. A field that breaks its rule is an issue, and reads as absent,
 * so that the others are still looked at. Null is absent.
 */
public final class JsonFields {
    private static final Pattern NUMERIC = Pattern.compile("[+-]?\\d{1,20}(\\.\\d{1,20})?([eE][+-]?\\d{1,2})?");

    private final JsonNode object;
    private final String prefix;
    private final Issues issues;

    private JsonFields(JsonNode object, String prefix, Issues issues) {
        this.object = object;
        this.prefix = prefix;
        this.issues = issues;
    }

    public static JsonFields of(JsonNode object, Issues issues) {
        if (!object.isObject()) {
            issues.add("", "must be a JSON object");
        }
        return new JsonFields(object, "", issues);
    }

    /** The fields of a nested object; of an absent one, all are absent. */
    public JsonFields object(String name) {
        JsonNode node = node(name);
        if (!isAbsent(node) && !node.isObject()) {
            issue(name, "must be an object");
        }
        return new JsonFields(node, prefix + name + '.', issues);
    }

    public boolean has(String name) {
        return !isAbsent(node(name));
    }

    /** @return the trimmed text, or an empty one if it is missing or breaks the rule, which is then an issue */
    public String text(String name, int min, int max) {
        if (!has(name)) {
            issue(name, "is required");
            return "";
        }
        String text = optionalText(name, min, max);
        return text == null ? "" : text;
    }

    public @Nullable String optionalText(String name, int min, int max) {
        JsonNode node = node(name);
        if (isAbsent(node)) {
            return null;
        }
        if (!node.isTextual()) {
            issue(name, "must be a string");
            return null;
        }
        String text = node.textValue().strip();
        String fault = Text.lengthFault(text, min, max);
        if (fault != null) {
            issue(name, fault);
            return null;
        }
        // Text that cannot be stored was reported when the body was read.
        return text;
    }

    public @Nullable Boolean flag(String name) {
        JsonNode node = node(name);
        if (isAbsent(node)) {
            return null;
        }
        if (!node.isBoolean()) {
            issue(name, "must be true or false");
            return null;
        }
        return node.booleanValue();
    }

    /** A number, also as a numeric string. */
    public @Nullable Double number(String name, long min, long max) {
        JsonNode node = node(name);
        if (isAbsent(node)) {
            return null;
        }
        double number = numberOf(node);
        boolean within = number >= min && number <= max;
        if (!within) {
            issue(name, "must be a number from " + min + " to " + max);
            return null;
        }
        return number;
    }

    /** The same, but one that is too great is taken for the greatest. */
    public @Nullable Double numberUpTo(String name, long min, long max) {
        boolean isBeyond = numberOf(node(name)) > max;
        return isBeyond ? Double.valueOf((double) max) : number(name, min, max);
    }

    private static double numberOf(JsonNode node) {
        if (node.isNumber()) {
            return node.doubleValue();
        }
        boolean isNumeric =
                node.isTextual() && NUMERIC.matcher(node.textValue().strip()).matches();
        return isNumeric ? Double.parseDouble(node.textValue().strip()) : Double.NaN;
    }

    public @Nullable UUID uuid(String name) {
        String text = optionalText(name, 36, 36);
        if (text == null) {
            return null;
        }
        if (!isUuid(text)) {
            issue(name, "must be a UUID");
            return null;
        }
        return UUID.fromString(text);
    }

    /** {@link UUID#fromString} alone would take shortened groups. */
    private static boolean isUuid(String text) {
        for (int i = 0; i < text.length(); i++) {
            boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
            if (hyphen ? text.charAt(i) != '-' : Character.digit(text.charAt(i), 16) < 0 || text.charAt(i) > 'f') {
                return false;
            }
        }
        return text.length() == 36;
    }

    /** Whether a field that people leave empty holds anything. */
    public boolean isFilled(String name) {
        JsonNode node = node(name);
        return !isAbsent(node) && !(node.isTextual() && node.textValue().isBlank());
    }

    /** An object of the sender's own as JSON text, with at most so many keys, or null if it is missing. */
    public @Nullable String document(String name, int maxKeys) {
        JsonNode node = node(name);
        if (isAbsent(node)) {
            return null;
        }
        if (!node.isObject()) {
            issue(name, "must be an object");
            return null;
        }
        if (keys(node) > maxKeys) {
            issue(name, "must not hold more than " + maxKeys + " keys");
            return null;
        }
        StringBuilder json = new StringBuilder(256);
        JsonText.write(json, node);
        return json.toString();
    }

    private static int keys(JsonNode node) {
        int keys = node.isObject() ? node.size() : 0;
        for (JsonNode child : node) {
            keys += keys(child);
        }
        return keys;
    }

    public JsonNode node(String name) {
        JsonNode node = object.get(name);
        return node == null ? MissingNode.getInstance() : node;
    }

    public void issue(String name, String message) {
        issues.add(prefix + name, message);
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }
}
