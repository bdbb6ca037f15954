package com.altcontext.lead;

import com.altcontext.property.Property;
import com.altcontext.value.TokenSigner;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * The signed token in an unsubscribe link. Its holder may withdraw the consent of one lead on one property. It holds
 * the lead's random id and the property's slug, but no address. It never expires: CASL s. 11(2) requires a link to
 * work for at least 60 days after the message, and a link in an old message does no harm.
 *
 * <p>Safe for use by several threads.
 */
public final class UnsubscribeToken {
    private static final byte VERSION = 1;
    private static final int ID_BYTES = 1 + 16;

    private final TokenSigner signer;

    /**
     * @param secret {@code UNSUBSCRIBE_SECRET}, or {@code IP_HASH_PEPPER} if that is not set. A new secret makes
     *     every link sent so far invalid. With {@code UNSUBSCRIBE_SECRET} set, {@code IP_HASH_PEPPER} can change
     *     without that effect.
     */
    public UnsubscribeToken(String secret) {
        signer = new TokenSigner(secret, "altcontext.unsubscribe");
    }

    /** The lead and the property of a token. */
    public record Subject(UUID leadId, String propertyId) {}

    /** The token of a lead: at most 150 letters, digits, {@code -} and {@code _}. A lead always gets the same token. */
    public String of(Subject subject) {
        byte[] property = subject.propertyId.getBytes(StandardCharsets.US_ASCII);
        return signer.sign(ByteBuffer.allocate(ID_BYTES + property.length)
                .put(VERSION)
                .putLong(subject.leadId.getMostSignificantBits())
                .putLong(subject.leadId.getLeastSignificantBits())
                .put(property)
                .array());
    }

    /** Reads a token; empty if this service did not sign it. */
    public Optional<Subject> verify(String token) {
        return signer.verify(token).flatMap(UnsubscribeToken::read);
    }

    private static Optional<Subject> read(byte[] content) {
        if (content.length <= ID_BYTES || content[0] != VERSION) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(content, 1, 16);
        UUID lead = new UUID(buffer.getLong(), buffer.getLong());
        String property = new String(content, ID_BYTES, content.length - ID_BYTES, StandardCharsets.US_ASCII);
        return Property.isSlug(property) ? Optional.of(new Subject(lead, property)) : Optional.empty();
    }
}
