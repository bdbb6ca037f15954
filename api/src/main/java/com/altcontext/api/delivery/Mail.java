package com.altcontext.api.delivery;

import com.altcontext.value.Html;
import com.altcontext.value.Language;
import com.altcontext.value.Text;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The content of a mail, as text and as HTML. Neither loads anything, so that reading a mail cannot be tracked.
 *
 * @param unsubscribe the link of {@code List-Unsubscribe} (RFC 8058), which takes a POST; null for none
 */
public record Mail(
        String subject, String text, String html, @Nullable URI unsubscribe) {
    /** Line breaks, and characters that change the direction of the text. */
    private static final Pattern BREAKS =
            Pattern.compile("[\\p{Cc}\\u061C\\u200E\\u200F\\u2028-\\u202E\\u2066-\\u2069]+");

    private static final int MAX_IN_LINE = 200;

    /** A stranger's text for one line of a mail: without line breaks, and at most 200 characters long. */
    public static String inLine(String text) {
        return Text.shortened(BREAKS.matcher(text).replaceAll(" "), MAX_IN_LINE);
    }

    /** @param content HTML below the heading, which is the subject */
    public static String page(Language language, String subject, String content) {
        return "<!doctype html>\n<html lang=\"" + language.tag() + "\"><head><meta charset=\"utf-8\"><title>"
                + Html.escaped(subject)
                + "</title></head><body style=\"font:16px/1.5 sans-serif;max-width:36em;margin:1em\"><h1"
                + " style=\"font-size:1.3em\">" + Html.escaped(subject) + "</h1>" + content + "</body></html>\n";
    }
}
