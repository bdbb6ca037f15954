package com.altcontext.report;

import com.altcontext.value.HmacSha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * The signed token in the link by which a recipient stops reports: their random id, and an HMAC-SHA256 of it. It never expires. Safe
 * for use by several threads.
 */
public final class StopToken {
    private static final int ID_BYTES = 16;
    private static final int LENGTH = 64;

    private final HmacSha256 hmac;

    /** @param secret {@code UNSUBSCRIBE_SECRET}, else {@code IP_HASH_PEPPER}; a label keeps its links apart from others */
    public StopToken(String secret) {
        hmac = new HmacSha256(new HmacSha256(secret).of("altcontext.report"));
    }

    /** 64 letters, digits, {@code -} and {@code _}; always the same. */
    public String of(UUID recipient) {
        byte[] id = ByteBuffer.allocate(ID_BYTES)
                .putLong(recipient.getMostSignificantBits())
                .putLong(recipient.getLeastSignificantBits())
                .array();
        byte[] token = ByteBuffer.allocate(ID_BYTES + HmacSha256.LENGTH)
                .put(id)
                .put(hmac.of(id))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** The recipient's id; empty if we did not make the token. Compared in constant time. */
    public Optional<UUID> verify(String token) {
        if (token.length() != LENGTH) {
            return Optional.empty();
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
            UUID recipient = new UUID(bytes.getLong(), bytes.getLong());
            boolean isOurs = MessageDigest.isEqual(
                    of(recipient).getBytes(StandardCharsets.US_ASCII), token.getBytes(StandardCharsets.UTF_8));
            return isOurs ? Optional.of(recipient) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
