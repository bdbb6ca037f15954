package com.altcontext.value;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Decodes percent-encoded text of URLs, queries and forms (WHATWG URL Standard, section 5), but never guesses. */
public final class UrlEncoded {
    private static final Pattern MALFORMED = Pattern.compile("%(?![0-9a-fA-F]{2})");

    private UrlEncoded() {}

    /** Whether each percent sign is followed by two hexadecimal digits. */
    public static boolean isWellFormed(String text) {
        return text.indexOf('%') < 0 || !MALFORMED.matcher(text).find();
    }

    /** The text, with each percent sign encoded that is not followed by two hexadecimal digits. */
    public static String wellFormed(String text) {
        return isWellFormed(text) ? text : MALFORMED.matcher(text).replaceAll("%25");
    }

    /**
     * A name or a value of a form or a query.
     *
     * @param text well formed, and a character for each byte (ISO 8859-1)
     * @return null if it is not UTF-8
     */
    public static @Nullable String decoded(String text) {
        byte[] bytes = URLDecoder.decode(text, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return null;
        }
    }
}
