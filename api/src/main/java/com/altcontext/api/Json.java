package com.altcontext.api;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Writes the little JSON that is written by hand. */
final class Json {
    private Json() {}

    /** A string with its quotes. */
    static String string(String text) {
        StringBuilder json = new StringBuilder(text.length() + 8);
        quote(json, text);
        return json.toString();
    }

    /** Appends a string with its quotes. */
    static void quote(StringBuilder json, String text) {
        json.append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, json);
        json.append('"');
    }
}
