package com.altcontext.value;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * HMAC-SHA256 (RFC 2104) under a secret pepper: 32 bytes that are equal for equal addresses. Without
 * the pepper they cannot be reversed by trying every address. Safe for use by several threads.
 */
public final class KeyedHash {
    /** The minimum length of a pepper or another secret of ours, in characters. */
    public static final int MIN_SECRET_LENGTH = 16;

    /** The few common user agents and the current addresses recur all the time. About 0.5 MB when full. */
    private static final int MAX_REMEMBERED = 2_000;

    private static final int MAX_TEXT_LENGTH = 256;

    private final HmacSha256 hmac;
    private final Cache<String, byte[]> remembered = Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    public KeyedHash(String pepper) {
        hmac = new HmacSha256(pepper);
    }

    /** @return 32 bytes, which are not to be changed */
    public byte[] of(String text) {
        if (text.length() > MAX_TEXT_LENGTH) {
            return hmac.of(text);
        }
        byte[] known = remembered.getIfPresent(text);
        if (known == null) {
            known = hmac.of(text);
            remembered.put(text, known);
        }
        return known;
    }

    /** The same for a text that will hardly recur: it is not cached. */
    public byte[] ofRare(String text) {
        return hmac.of(text);
    }
}
