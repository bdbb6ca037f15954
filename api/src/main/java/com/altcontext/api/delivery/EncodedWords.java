package com.altcontext.api.delivery;

import com.altcontext.value.Text;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.StringJoiner;

/**
 * Writes the text of a mail's header as encoded words (RFC 2047), each on its own line. Vert.x would turn each
 * character beyond U+FFFF into two "?", and end lines with a line feed alone, for which servers refuse a mail (RFC
 * 5321, section 2.3.8).
 */
final class EncodedWords {
    /** Between the lines of a header. */
    static final String FOLD = "\r\n ";

    /**
     * A line has at most 76 characters: 52 for the Base64 of 39 bytes, 12 for the marks around it, and 9 for the
     * header's name.
     */
    private static final int MAX_BYTES = 39;

    /** A longer text is cut: few mail programs show more. */
    private static final int MAX_CHARACTERS = 130;

    private EncodedWords() {}

    /**
     * The text itself if all its characters are printable ASCII, however long it is. Otherwise the encoded text, cut
     * if it is long.
     */
    static String of(String text) {
        if (text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            return text;
        }
        StringJoiner words = new StringJoiner(FOLD);
        ByteArrayOutputStream word = new ByteArrayOutputStream();
        Text.shortened(text, MAX_CHARACTERS).codePoints().forEach(character -> {
            byte[] bytes = Character.toString(character).getBytes(StandardCharsets.UTF_8);
            if (word.size() + bytes.length > MAX_BYTES) {
                words.add(encoded(word));
            }
            word.writeBytes(bytes);
        });
        return words.add(encoded(word)).toString();
    }

    private static String encoded(ByteArrayOutputStream word) {
        String base64 = Base64.getEncoder().encodeToString(word.toByteArray());
        word.reset();
        return "=?UTF-8?B?" + base64 + "?=";
    }
}
