package com.altcontext.api.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** Writes the little JSON that is written by hand. */
public final class JsonText {
    private JsonText() {}

    /** A string with its quotes. */
    public static String string(String text) {
        StringBuilder json = new StringBuilder(text.length() + 8);
        quote(json, text);
        return json.toString();
    }

    /** Appends a string with its quotes. */
    public static void quote(StringBuilder json, String text) {
        json.append('"');
        if (standsAsItIs(text)) {
            json.append(text);
        } else {
            JsonStringEncoder.getInstance().quoteAsString(text, json);
        }
        json.append('"');
    }

    private static boolean standsAsItIs(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    /** Appends a value, character for character as Jackson's own writer would, whose preparations cost more than that. */
    public static void write(StringBuilder json, JsonNode value) {
        if (value.isObject()) {
            char before = '{';
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                quote(json.append(before), field.getKey());
                write(json.append(':'), field.getValue());
                before = ',';
            }
            json.append(before == '{' ? "{}" : "}");
        } else if (value.isArray()) {
            char before = '[';
            for (JsonNode element : value) {
                write(json.append(before), element);
                before = ',';
            }
            json.append(before == '[' ? "[]" : "]");
        } else if (value.isTextual()) {
            quote(json, value.textValue());
        } else {
            json.append(value.asText());
        }
    }
}
