package com.altcontext.consent;

import com.altcontext.lead.PendingConsent;
import com.altcontext.value.TokenSigner;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The signed token in the link of a confirmation mail. It holds the random id of a lead and the id of the row of
 * {@code consent_events} that the mail is about, but no address. It expires. Safe for use by several threads.
 */
public final class ConfirmationToken {
    /** How long a link works after its mail was sent. */
    public static final Duration LIFETIME = PendingConsent.LIFETIME;

    private static final byte VERSION = 1;
    private static final int LENGTH = 1 + 16 + Long.BYTES + Long.BYTES;

    private final TokenSigner signer;

    /** @param secret {@code UNSUBSCRIBE_SECRET}, else {@code IP_HASH_PEPPER} */
    public ConfirmationToken(String secret) {
        signer = new TokenSigner(secret, "altcontext.confirmation");
    }

    /**
     * What the holder of a link may confirm.
     *
     * @param consentId the row of {@code consent_events} that the form added
     * @param expiresAt in whole seconds
     */
    public record Request(UUID leadId, long consentId, Instant expiresAt) {
        public boolean isExpired(Instant now) {
            return !now.isBefore(expiresAt);
        }
    }

    /** The token: 87 characters, each a letter, a digit, {@code -} or {@code _}. */
    public String of(Request request) {
        return signer.sign(ByteBuffer.allocate(LENGTH)
                .put(VERSION)
                .putLong(request.leadId.getMostSignificantBits())
                .putLong(request.leadId.getLeastSignificantBits())
                .putLong(request.consentId)
                .putLong(request.expiresAt.getEpochSecond())
                .array());
    }

    /** Reads a token, even if it has expired; empty if this service did not sign it. */
    public Optional<Request> verify(String token) {
        return signer.verify(token)
                .filter(content -> content.length == LENGTH && content[0] == VERSION)
                .map(content -> {
                    ByteBuffer buffer = ByteBuffer.wrap(content, 1, LENGTH - 1);
                    return new Request(
                            new UUID(buffer.getLong(), buffer.getLong()),
                            buffer.getLong(),
                            Instant.ofEpochSecond(buffer.getLong()));
                });
    }
}
