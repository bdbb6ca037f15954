package com.altcontext.devdb;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What people read of a mail: to whom, about what, and its text. */
record CaughtMail(String to, String subject, String text) {
    private static final Pattern ENCODED_WORD =
            Pattern.compile("=\\?UTF-8\\?([QB])\\?([^?]*)\\?=", Pattern.CASE_INSENSITIVE);
    private static final Pattern BOUNDARY = Pattern.compile("(?i)boundary=\"?([^\";\\s]+)");
    private static final Pattern LINK = Pattern.compile("https?://(?:[^\\s&]|&amp;)+");

    /** @param source with line feeds alone, each byte a character */
    static CaughtMail read(String source) {
        return new CaughtMail(words(header(source, "to")), words(header(source, "subject")), plainText(source));
    }

    private static String header(String source, String name) {
        String head = source.substring(0, Math.max(0, source.indexOf("\n\n"))).replaceAll("\n[ \t]+", " ");
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    /** The part of text, or the whole if there are no parts. */
    private static String plainText(String source) {
        Matcher boundary = BOUNDARY.matcher(header(source, "content-type"));
        if (boundary.find()) {
            for (String part : source.split(Pattern.quote("--" + boundary.group(1)), -1)) {
                String stripped = part.stripLeading();
                if (header(stripped, "content-type").toLowerCase(Locale.ROOT).startsWith("text/plain")) {
                    return plainText(stripped);
                }
            }
        }
        String body = source.substring(Math.max(0, source.indexOf("\n\n"))).strip();
        return switch (header(source, "content-transfer-encoding").toLowerCase(Locale.ROOT)) {
            case "quoted-printable" -> quoted(body.replace("=\n", ""));
            case "base64" -> new String(Base64.getMimeDecoder().decode(body), StandardCharsets.UTF_8);
            default -> body;
        };
    }

    /** Words in other letters than ASCII (RFC 2047). */
    private static String words(String header) {
        return ENCODED_WORD
                .matcher(header.replaceAll("\\?=\\s+=\\?", "?==?"))
                .replaceAll(word -> Matcher.quoteReplacement(
                        word.group(1).equalsIgnoreCase("q")
                                ? quoted(word.group(2).replace('_', ' '))
                                : new String(Base64.getDecoder().decode(word.group(2)), StandardCharsets.UTF_8)));
    }

    /** RFC 2045, section 6.7. */
    private static String quoted(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=' && i + 2 < text.length()) {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** With links to follow. */
    String html() {
        return "<article><h2>" + escaped(subject) + "</h2><p>To: " + escaped(to)
                + "</p><pre style=\"white-space:pre-wrap\">"
                + LINK.matcher(escaped(text)).replaceAll("<a href=\"$0\">$0</a>") + "</pre></article><hr>";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
