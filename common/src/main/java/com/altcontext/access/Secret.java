package com.altcontext.access;

import com.altcontext.value.Sha256;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A random text of 256 bits: an access key, or the token in a session's cookie. Only its SHA-256 is stored. Such a text
 * cannot be guessed, so its hash needs neither salt nor many rounds.
 */
public record Secret(String text) {
    private static final int BYTES = 32;
    private static final String KEY_PREFIX = "altc_";
    private static final int SHOWN_LENGTH = KEY_PREFIX.length() + 5;
    private static final Pattern KEY = Pattern.compile(KEY_PREFIX + "[A-Za-z0-9_-]{43}");
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new access key. By its first characters, people and scanners for leaked secrets recognize it. */
    public static Secret newKey() {
        return new Secret(KEY_PREFIX + random());
    }

    /** A new token for a cookie. */
    static Secret newToken() {
        return new Secret(random());
    }

    private static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Whether a text has the form of an access key. */
    public static boolean isKey(String text) {
        return KEY.matcher(text).matches();
    }

    /** Whether a text has the form of a session's token. */
    public static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    /** The hash that is stored. */
    public byte[] hash() {
        return Sha256.of(text);
    }

    /** The first characters, for lists. */
    public String prefix() {
        return text.substring(0, SHOWN_LENGTH);
    }

    /** Hides the text, which must not get into a log. */
    @Override
    public String toString() {
        return "Secret";
    }
}
