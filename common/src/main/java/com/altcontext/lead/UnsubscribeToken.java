package com.altcontext.lead;

import com.altcontext.property.Property;
import com.altcontext.value.HmacSha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * The signed token in an unsubscribe link. Its holder may withdraw the consent of one lead on one property.
 * It holds the lead's random id and the property's slug, no address, and an HMAC-SHA256 of both, so it is checked
 * without the database and cannot be guessed. It never expires: CASL s. 11(2) asks that a link works for at least 60
 * days after the message, and a link in an old message does no harm.
 *
 * <p>Safe for use by several threads.
 */
public final class UnsubscribeToken {
    private static final byte VERSION = 1;
    private static final int ID_BYTES = 1 + 16;
    private static final int MAX_LENGTH = 256;

    private final HmacSha256 hmac;

    /**
     * Signs with a key derived from the secret by a label, so that the same secret may serve other ends.
     *
     * @param secret {@code UNSUBSCRIBE_SECRET}, else {@code IP_HASH_PEPPER}. A new one makes every link sent so far
     *     invalid: setting the former lets the latter change.
     */
    public UnsubscribeToken(String secret) {
        hmac = new HmacSha256(new HmacSha256(secret).of("altcontext.unsubscribe"));
    }

    /** Which lead, on which property. */
    public record Subject(UUID leadId, String propertyId) {}

    /** The token of a lead: letters, digits, {@code -} and {@code _}, at most 150 of them; always the same. */
    public String of(Subject subject) {
        byte[] property = subject.propertyId.getBytes(StandardCharsets.US_ASCII);
        byte[] signed = ByteBuffer.allocate(ID_BYTES + property.length)
                .put(VERSION)
                .putLong(subject.leadId.getMostSignificantBits())
                .putLong(subject.leadId.getLeastSignificantBits())
                .put(property)
                .array();
        byte[] token = ByteBuffer.allocate(signed.length + HmacSha256.LENGTH)
                .put(signed)
                .put(hmac.of(signed))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** What a token allows, or nothing if we did not make it. Compared in constant time, character by character. */
    public Optional<Subject> verify(String token) {
        return claimed(token)
                .filter(subject -> MessageDigest.isEqual(
                        of(subject).getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8)));
    }

    /** What the token says, before its signature is checked. */
    private static Optional<Subject> claimed(String token) {
        if (token.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        if (bytes.length <= ID_BYTES + HmacSha256.LENGTH || bytes[0] != VERSION) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 1, 16);
        UUID lead = new UUID(buffer.getLong(), buffer.getLong());
        String property =
                new String(bytes, ID_BYTES, bytes.length - ID_BYTES - HmacSha256.LENGTH, StandardCharsets.ISO_8859_1);
        return Property.isSlug(property) ? Optional.of(new Subject(lead, property)) : Optional.empty();
    }
}
