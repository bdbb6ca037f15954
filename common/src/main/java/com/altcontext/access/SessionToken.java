package com.altcontext.access;

import com.altcontext.value.HmacSha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Says until when a session lasts, with an HMAC-SHA256 of that. Nothing is stored, so every machine knows it; the signing key is
 * derived from the admin key, so a new admin key ends all sessions.
 */
public final class SessionToken {
    public static final Duration LENGTH = Duration.ofHours(8);

    /** One that lasts longer than this beyond its length was signed by a clock that was wrong, and is not believed. */
    private static final Duration MAX_SKEW = Duration.ofMinutes(10);

    private static final byte VERSION = 1;
    private static final int NONCE_BYTES = 16;
    private static final int SIGNED_BYTES = 1 + Long.BYTES + NONCE_BYTES;
    private static final int MAC_BYTES = HmacSha256.LENGTH;

    /** Base64 of all of it, which needs no padding. */
    private static final int CHARACTERS = (SIGNED_BYTES + MAC_BYTES) / 3 * 4;

    private final HmacSha256 key;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    public SessionToken(String adminKey, InstantSource clock) {
        this.key = new HmacSha256(new HmacSha256(adminKey).of("altcontext.dashboard"));
        this.clock = clock;
    }

    /** A token for a session that lasts until then, in whole seconds. */
    public String until(Instant end) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] signed = ByteBuffer.allocate(SIGNED_BYTES)
                .put(VERSION)
                .putLong(end.getEpochSecond())
                .put(nonce)
                .array();
        byte[] token = ByteBuffer.allocate(SIGNED_BYTES + MAC_BYTES)
                .put(signed)
                .put(key.of(signed))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** Until when the session lasts, or null if the token is none that holds. */
    public @Nullable Instant verify(String token) {
        if (token.length() != CHARACTERS) {
            return null;
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
        // Fewer, where the last characters are padding.
        if (bytes.length != SIGNED_BYTES + MAC_BYTES || bytes[0] != VERSION) {
            return null;
        }
        byte[] signed = Arrays.copyOf(bytes, SIGNED_BYTES);
        if (!MessageDigest.isEqual(key.of(signed), Arrays.copyOfRange(bytes, SIGNED_BYTES, bytes.length))) {
            return null;
        }
        Instant end =
                Instant.ofEpochSecond(ByteBuffer.wrap(signed, 1, Long.BYTES).getLong());
        Instant now = clock.instant();
        return end.isAfter(now) && !end.isAfter(now.plus(LENGTH).plus(MAX_SKEW)) ? end : null;
    }
}
