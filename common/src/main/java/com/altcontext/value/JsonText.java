package com.altcontext.value;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON without a library, for the few places that need this. */
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
        int written = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '"' || c == '\\') {
                json.append(text, written, i);
                escape(json, c);
                written = i + 1;
            }
        }
        json.append(text, written, text.length()).append('"');
    }

    private static void escape(StringBuilder json, char c) {
        int named = "\"\\\b\f\n\r\t".indexOf(c);
        json.append('\\');
        if (named >= 0) {
            json.append("\"\\bfnrt".charAt(named));
        } else {
            json.append('u').append(HexFormat.of().withUpperCase().toHexDigits(c));
        }
    }

    /**
     * Appends a value of {@link Fields}. Event ids are computed from this text, so a value must always be written in
     * the same way: as Jackson writes it.
     */
    public static void write(StringBuilder json, @Nullable Object value) {
        switch (value) {
            case Map<?, ?> object -> {
                char before = '{';
                for (Map.Entry<?, ?> field : object.entrySet()) {
                    quote(json.append(before), field.getKey().toString());
                    write(json.append(':'), field.getValue());
                    before = ',';
                }
                json.append(before == '{' ? "{}" : "}");
            }
            case List<?> list -> {
                char before = '[';
                for (Object element : list) {
                    write(json.append(before), element);
                    before = ',';
                }
                json.append(before == '[' ? "[]" : "]");
            }
            case String text -> quote(json, text);
            case null, default -> json.append(value);
        }
    }
}
