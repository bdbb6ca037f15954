package com.altcontext.value;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** HMAC-SHA256 (RFC 2104) under one key. Safe for use by several threads. */
public final class HmacSha256 {
    /** The length of a result in bytes. */
    public static final int LENGTH = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    /**
     * Cloned for each use, since a {@link Mac} can be used by one thread at a time. It is made at the first use,
     * because looking up the algorithm takes so long that it would delay the start.
     */
    private volatile @Nullable Mac prototype;

    /** @throws IllegalArgumentException if the key is empty */
    public HmacSha256(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /** The key is the text in UTF-8. */
    HmacSha256(String key) {
        this(key.getBytes(StandardCharsets.UTF_8));
    }

    /** @return {@link #LENGTH} bytes */
    public byte[] of(byte[] message) {
        try {
            return ((Mac) prototype().clone()).doFinal(message);
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException("the platform's " + ALGORITHM + " can be cloned", impossible);
        }
    }

    private Mac prototype() {
        Mac made = prototype;
        if (made == null) {
            try {
                made = Mac.getInstance(ALGORITHM);
                made.init(key);
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException("every Java platform has " + ALGORITHM, impossible);
            }
            prototype = made;
        }
        return made;
    }

    /** The HMAC of a text in UTF-8. */
    public byte[] of(String message) {
        return of(message.getBytes(StandardCharsets.UTF_8));
    }
}
