package com.altcontext.value;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA256 (RFC 2104) under a secret pepper: 32 bytes that tell equal addresses apart from different ones, and
 * that nobody without the pepper can turn back by trying every address. Safe for use by several threads.
 */
public final class KeyedHash {
    private static final String ALGORITHM = "HmacSHA256";

    /** The same few user agents and the addresses of the moment come again and again. About 0.5 MB when full. */
    private static final int MAX_REMEMBERED = 2_000;

    private static final int MAX_TEXT_LENGTH = 256;

    private final Mac prototype;
    private final Cache<String, byte[]> remembered = Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    public KeyedHash(String pepper) {
        try {
            prototype = Mac.getInstance(ALGORITHM);
            prototype.init(new SecretKeySpec(pepper.getBytes(StandardCharsets.UTF_8), ALGORITHM));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, impossible);
        }
    }

    /** @return 32 bytes, which are not to be changed */
    public byte[] of(String text) {
        if (text.length() > MAX_TEXT_LENGTH) {
            return compute(text);
        }
        byte[] known = remembered.getIfPresent(text);
        if (known == null) {
            known = compute(text);
            remembered.put(text, known);
        }
        return known;
    }

    /** The same for a text that hardly comes again: it is not remembered. */
    public byte[] ofRare(String text) {
        return compute(text);
    }

    private byte[] compute(String text) {
        try {
            Mac mac = (Mac) prototype.clone();
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException("the platform's " + ALGORITHM + " can be cloned", impossible);
        }
    }
}
