package com.altcontext.consent;

import com.altcontext.lead.PendingConsent;
import com.altcontext.value.TokenSigner;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The signed token in a link that asks to confirm consent. It names a lead by its random id and the row of the record for which the
 * mail was sent, holds no address, and ends. Safe for use by several threads.
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
     * @param consentId of the row of {@code consent_events} that the form made
     * @param endsAt in whole seconds
     */
    public record Request(UUID leadId, long consentId, Instant endsAt) {
        public boolean isOver(Instant now) {
            return !now.isBefore(endsAt);
        }
    }

    /** Letters, digits, {@code -} and {@code _}: 87 of them. */
    public String of(Request request) {
        return signer.sign(ByteBuffer.allocate(LENGTH)
                .put(VERSION)
                .putLong(request.leadId.getMostSignificantBits())
                .putLong(request.leadId.getLeastSignificantBits())
                .putLong(request.consentId)
                .putLong(request.endsAt.getEpochSecond())
                .array());
    }

    /** What a token permits, even after it has expired; empty if we did not make it. */
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
