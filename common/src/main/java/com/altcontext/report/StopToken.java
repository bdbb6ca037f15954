package com.altcontext.report;

import com.altcontext.value.TokenSigner;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/**
 * Signs and verifies the token in the link with which a recipient stops the reports. The token contains the recipient's
 * random id and never expires. Safe for use by several threads.
 */
public final class StopToken {
    private static final int ID_BYTES = 16;

    private final TokenSigner signer;

    /** @param secret {@code UNSUBSCRIBE_SECRET}, or {@code IP_HASH_PEPPER} if that is not set */
    public StopToken(String secret) {
        signer = new TokenSigner(secret, "altcontext.report");
    }

    /** The token of a recipient: 64 letters, digits, {@code -} and {@code _}. It is always the same. */
    public String of(UUID recipient) {
        return signer.sign(ByteBuffer.allocate(ID_BYTES)
                .putLong(recipient.getMostSignificantBits())
                .putLong(recipient.getLeastSignificantBits())
                .array());
    }

    /** The recipient's id; empty if the token was not signed with this secret. */
    public Optional<UUID> verify(String token) {
        return signer.verify(token)
                .filter(content -> content.length == ID_BYTES)
                .map(content -> {
                    ByteBuffer id = ByteBuffer.wrap(content);
                    return new UUID(id.getLong(), id.getLong());
                });
    }
}
