package com.altcontext.value;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * Makes and checks the tokens in links. A token is some bytes and their HMAC-SHA256, in base64 for URLs. It is checked
 * without the database, and can't be guessed. Safe for use by several threads.
 */
public final class TokenSigner {
    private static final int MAX_LENGTH = 256;

    private final HmacSha256 hmac;

    /**
     * Signs with a key that is derived from the secret and a label, so that the same secret can have other uses.
     *
     * @param label what the tokens are for
     */
    public TokenSigner(String secret, String label) {
        hmac = new HmacSha256(new HmacSha256(secret).of(label));
    }

    /**
     * The token of these bytes: letters, digits, {@code -} and {@code _}. The same bytes always give the same token.
     */
    public String sign(byte[] content) {
        byte[] token = ByteBuffer.allocate(content.length + HmacSha256.LENGTH)
                .put(content)
                .put(hmac.of(content))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /**
     * The bytes of a token; empty if it was not signed with this key. All its characters are compared, in constant
     * time.
     */
    public Optional<byte[]> verify(String token) {
        if (token.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(token);
            byte[] content = Arrays.copyOf(bytes, Math.max(0, bytes.length - HmacSha256.LENGTH));
            boolean isOurs = MessageDigest.isEqual(
                    sign(content).getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
            return isOurs ? Optional.of(content) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
